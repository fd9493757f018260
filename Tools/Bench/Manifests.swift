/// Manifests like those of real repositories, as text.
enum Manifests {
    /// Deployments, services, configurations and ingresses until there are `size` bytes.
    static func text(size: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(size + 4096)
        var number = 0
        while text.count < size {
            text.append(contentsOf: application(number).utf8)
            number += 1
        }
        return text
    }

    private static func application(_ number: Int) -> String {
        """
        # Application \(number), with a comment as people write them.
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: service-\(number)
          namespace: team-\(number % 17)
          labels: &labels-\(number)
            app.kubernetes.io/name: service-\(number)
            app.kubernetes.io/part-of: shop
            app.kubernetes.io/version: "1.\(number % 40).0"
          annotations:
            description: 'Sells things, number \(number); see the handbook'
        spec:
          replicas: \(number % 7)
          revisionHistoryLimit: 10
          selector:
            matchLabels:
              app.kubernetes.io/name: service-\(number)
          strategy:
            type: RollingUpdate
            rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}
          template:
            metadata:
              labels:
                app.kubernetes.io/name: service-\(number)
            spec:
              serviceAccountName: service-\(number)
              containers:
              - name: main
                image: registry.example.com/shop/service-\(number % 100):v1.\(number % 40).\(number % 9)
                imagePullPolicy: IfNotPresent
                args: ["--listen=:8080", "--log-level", info]
                env:
                - name: DATABASE_URL
                  valueFrom:
                    secretKeyRef:
                      name: database
                      key: url
                - name: LIMIT
                  value: "\(number * 3)"
                ports:
                - name: http
                  containerPort: 8080
                  protocol: TCP
                readinessProbe:
                  httpGet:
                    path: /healthz
                    port: http
                  initialDelaySeconds: 5
                  periodSeconds: 10
                resources:
                  limits:
                    cpu: 500m
                    memory: 256Mi
                  requests:
                    cpu: 0.1
                    memory: 128Mi
                securityContext:
                  allowPrivilegeEscalation: false
                  runAsNonRoot: true
                volumeMounts:
                - mountPath: /etc/service
                  name: configuration
              volumes:
              - name: configuration
                configMap:
                  name: service-\(number)
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: service-\(number)
          namespace: team-\(number % 17)
        spec:
          type: ClusterIP
          selector:
            app.kubernetes.io/name: service-\(number)
          ports:
          - name: http
            port: 80
            targetPort: http
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: service-\(number)
          namespace: team-\(number % 17)
        data:
          service.conf: |
            listen 8080
            upstream service-\(number - 1).team-\((number + 3) % 17).svc.cluster.local:80
            timeout 30s
            # a few lines of configuration
            log json
          greeting: "Grüße aus Köln\\n"
        ---

        """
    }
}
