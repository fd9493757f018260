internal import TestKit

/// The shop of scenarios with users: a Deployment "web" of three pods behind a Service, and what leads to it.
enum WebShop {
    static let httpRoute = """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: shop}
        spec:
          parentRefs: [{name: public}]
          hostnames: [shop.example.com]
          rules:
          - matches: [{path: {type: PathPrefix, value: /}}]
            backendRefs: [{name: web, port: 80}]

        """

    static let virtualService = """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web, namespace: shop}
        spec:
          hosts: [web]
          http:
          - route: [{destination: {host: web}}]

        """

    /// - Parameters:
    ///   - annotations: of the Deployment, in braces.
    ///   - pod: annotations of its pods.
    ///   - route: further documents, each behind its `---`.
    static func manifests(version: Int, annotations: String, pod: String = "", route: String = "") -> TestRepository.Change {
        .text(
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop, annotations: \(annotations)}
            spec:
              replicas: 3
              progressDeadlineSeconds: 60
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}, annotations: {\(pod)}}
                spec:
                  containers: [{name: web, image: "example/web:\(version)", ports: [{containerPort: 8080}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec:
              selector: {app: web}
              ports: [{name: http, port: 80, targetPort: 8080}]
            \(route)
            """)
    }
}
