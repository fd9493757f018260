package import TestKit

/// A small repository for scenarios: manifests and a chart, easy to break.
package enum Shop {
    package static func deployment(_ name: String, image: String, replicas: Int = 2, extra: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: \(name)
          namespace: shop
        spec:
          replicas: \(replicas)
          selector:
            matchLabels: {app: \(name)}
          template:
            metadata:
              labels: {app: \(name)}
            spec:
              containers:
              - name: \(name)
                image: \(image)
        \(extra)
        """
    }

    package static func service(_ name: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata:
          name: \(name)
          namespace: shop
        spec:
          selector: {app: \(name)}
          ports:
          - port: 80
            targetPort: 8080
        """
    }

    package static func configuration(_ name: String, _ value: String) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: \(name)
          namespace: shop
        data:
          value: "\(value)"
        """
    }

    /// Namespace, two workloads with services, ten configurations, and a chart.
    package static var files: [String: TestRepository.Change] {
        var files: [String: TestRepository.Change] = [
            "namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
            "front-end.yaml": .text(deployment("front-end", image: "example/front-end:1.0.0") + "---\n" + service("front-end")),
            "carts.yaml": .text(deployment("carts", image: "example/carts:1.0.0") + "---\n" + service("carts")),
            "martlet.yaml": """
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata:
                  name: orders
                spec:
                  path: charts/orders
                  namespace: shop
                  dependsOn: [shop]
                """,
            "charts/orders/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 1.0.0\n",
            "charts/orders/values.yaml": "image: example/orders\ntag: 1.0.0\nreplicas: 1\n",
            "charts/orders/templates/deployment.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: {{ .Release.Name }}
                spec:
                  replicas: {{ .Values.replicas }}
                  selector:
                    matchLabels: {app: {{ .Release.Name }}}
                  template:
                    metadata:
                      labels: {app: {{ .Release.Name }}}
                    spec:
                      containers:
                      - name: orders
                        image: "{{ .Values.image }}:{{ .Values.tag }}"
                """,
        ]
        for number in 0..<10 { files["configurations/\(number).yaml"] = .text(configuration("configuration-\(number)", "first")) }
        return files
    }
}
