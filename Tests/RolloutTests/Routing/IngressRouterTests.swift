import Document
import Kubernetes
import Testing

@testable import Rollout

/// Ingress of ingress-nginx: git's own stays, a canary stands beside it.
@Suite struct IngressRouterTests {
    static let ingress = """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: shop
          labels: {team: a, martlet.dev/application: shop}
          annotations:
            cert-manager.io/cluster-issuer: letsencrypt
            nginx.ingress.kubernetes.io/affinity: cookie
            nginx.ingress.kubernetes.io/session-cookie-name: route
            nginx.ingress.kubernetes.io/proxy-body-size: 8m
            martlet.dev/wave: "1"
        spec:
          ingressClassName: nginx
          tls: [{hosts: [shop.example.com], secretName: tls}]
          rules:
          - host: shop.example.com
            http:
              paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}
              - {path: /api, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}
          - host: api.example.com
            http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: api, port: {number: 80}}}}]}
        """

    static func canary(_ annotations: String) -> String {
        """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: shop-web--next
          namespace: shop
          labels: {team: a, martlet.dev/arm-of: web}
          annotations:
            nginx.ingress.kubernetes.io/affinity: cookie
            nginx.ingress.kubernetes.io/session-cookie-name: route
            martlet.dev/wave: "1"
            nginx.ingress.kubernetes.io/canary: "true"
            \(annotations)
        spec:
          ingressClassName: nginx
          rules:
          - host: shop.example.com
            http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web--next, port: {name: http}}}}]}
        """
    }

    static let cases: [(RolloutOverlay.Routes, String?)] = [
        (.unchanged, nil), (.all(.stable), nil),
        (.all(.next), "nginx.ingress.kubernetes.io/canary-weight: '100'"),
        (.weight(0), "nginx.ingress.kubernetes.io/canary-weight: '0'"),
        (.weight(25), "nginx.ingress.kubernetes.io/canary-weight: '25'"),
        (
            .matching([RequestMatch(.header, "x-beta", isRegularExpression: false, "yes please")]),
            "{x}canary-weight: '0'\n    {x}canary-by-header: x-beta\n    {x}canary-by-header-value: yes please"
        ),
        (
            .matching([RequestMatch(.header, "x-beta", isRegularExpression: true, "^(a|b)")]),
            "{x}canary-weight: '0'\n    {x}canary-by-header: x-beta\n    {x}canary-by-header-pattern: ^(a|b)"
        ),
        (
            .matching([RequestMatch(.cookie, "beta", isRegularExpression: false, "always")]),
            "{x}canary-weight: '0'\n    {x}canary-by-cookie: beta"
        ),
    ]

    @Test(arguments: cases) func aCanaryStandsBesideIt(_ routes: RolloutOverlay.Routes, _ annotations: String?) throws {
        let objects = try Shop.application(Self.ingress)
        let result = try Shop.overlay(routes, on: objects)
        #expect(result.named("Ingress", "shop") == objects.named("Ingress", "shop"))
        let canary = result.named("Ingress", "shop-web--next")
        guard let annotations else {
            #expect(canary == nil)
            return
        }
        try expectSame(canary?.value, Self.canary(annotations.replacing("{x}", with: "nginx.ingress.kubernetes.io/")))
    }

    @Test func oneThatLeadsNowhereElseAndTheOldVersion() throws {
        let result = try Shop.overlay(
            .weight(10),
            on: try Shop.application(
                """
                apiVersion: networking.k8s.io/v1beta1
                kind: Ingress
                metadata: {name: old, annotations: {kubernetes.io/ingress.class: nginx}}
                spec:
                  backend: {serviceName: web, servicePort: 80}
                  rules: [{host: a, http: {paths: [{backend: {serviceName: web, servicePort: http}}]}}]
                ---
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: catch-all}
                spec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {number: 80}}}}
                """))
        try expectSame(
            result.named("Ingress", "old--next")?.value["spec"],
            "{backend: {serviceName: web--next, servicePort: 80}, rules: [{host: a, http: {paths: [{backend: {serviceName: web--next, servicePort: http}}]}}]}"
        )
        try expectSame(
            result.named("Ingress", "catch-all--next")?.value["spec"],
            "{ingressClassName: nginx, defaultBackend: {service: {name: web--next, port: {number: 80}}}}")
    }

    static let refusals: [(RolloutOverlay.Routes, String)] = [
        (.mirror(10), "cannot send copies"),
        (.matching([RequestMatch(.cookie, "beta", isRegularExpression: false, "1")]), "one cookie = \"always\""),
        (.matching([RequestMatch(.cookie, "beta", isRegularExpression: true, "always")]), "one cookie = \"always\""),
        (.matching([RequestMatch(.header, "x", isRegularExpression: false, "a;b")]), "in the value of a header"),
        (.matching([RequestMatch(.header, "x", isRegularExpression: true, "a b")]), "in an expression"),
        (.matching([RequestMatch(.header, "x", isRegularExpression: true, "(")]), "is not one"),
        (
            .matching([
                RequestMatch(.header, "x", isRegularExpression: false, "1"), RequestMatch(.header, "y", isRegularExpression: false, "1"),
            ]),
            "for more, use an HTTPRoute"
        ),
    ]

    @Test(arguments: refusals) func whatItCannotDoIsSaid(_ routes: RolloutOverlay.Routes, _ text: String) throws {
        let objects = try Shop.application(Self.ingress)
        let error = #expect(throws: RolloutError.self) { try Shop.overlay(routes, on: objects) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }

    static let classes: [(String, Bool)] = [
        ("{spec: {ingressClassName: nginx}}", true), ("{spec: {ingressClassName: nginx-internal}}", true),
        ("{spec: {ingressClassName: traefik}}", false),
        ("{spec: {ingressClassName: mine}}", true), ("{spec: {ingressClassName: inc-nginx}}", false),
        ("{metadata: {annotations: {kubernetes.io/ingress.class: nginx}}}", true),
        ("{metadata: {annotations: {kubernetes.io/ingress.class: alb}}}", false),
        ("{metadata: {annotations: {nginx.ingress.kubernetes.io/rewrite-target: /}}}", true),
        ("{spec: {ingressClassName: nginx}, metadata: {annotations: {nginx.org/rewrites: a}}}", false), ("{spec: {}}", false),
    ]

    @Test(arguments: classes) func itsClass(_ text: String, _ isNginx: Bool) throws {
        var value = try YAML.parse(text)
        value["apiVersion"] = "networking.k8s.io/v1"
        value["kind"] = "Ingress"
        let classes = try Shop.objects(
            """
            {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: mine}, spec: {controller: k8s.io/ingress-nginx}}
            ---
            {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: inc-nginx}, spec: {controller: nginx.org/ingress-controller}}
            """)
        #expect(IngressRouter().isRoute(try #require(Object(value)), among: classes) == isNginx)
    }
}
