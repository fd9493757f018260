import Document
import Kubernetes
import Testing

@testable import Rollout

/// What the overlay does to Services and to what names them.
@Suite struct OverlayTests {
    static let service = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: shop
          labels: {app: web, martlet.dev/application: shop}
          annotations: {prometheus.io/scrape: "true", external-dns.alpha.kubernetes.io/hostname: a.example.com, networking.istio.io/exportTo: ".", martlet.dev/wave: "-1", martlet.dev/prune: "false"}
        spec:
          type: LoadBalancer
          clusterIP: 10.0.0.1
          clusterIPs: [10.0.0.1]
          loadBalancerIP: 1.2.3.4
          loadBalancerClass: x
          loadBalancerSourceRanges: [10.0.0.0/8]
          allocateLoadBalancerNodePorts: false
          externalIPs: [1.1.1.1]
          externalTrafficPolicy: Local
          healthCheckNodePort: 30001
          sessionAffinity: ClientIP
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: web, nodePort: 30080}, {name: grpc, port: 81, appProtocol: h2c}]
        """

    static let traffic = RolloutTraffic(mode: .routes, services: [ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web")])

    private func overlaid(
        _ objects: [Object], pin: String? = "old", arms: RolloutOverlay.Arms? = Shop.arms, routes: RolloutOverlay.Routes = .unchanged
    ) throws -> [Object] {
        try Rollout.overlaid(objects, RolloutOverlay(pin: pin, arms: arms, routes: routes), traffic: Self.traffic, workload: Shop.workload)
    }

    @Test func armsAreTheServiceInsideTheCluster() throws {
        let objects = try Shop.objects(Self.service)
        let result = try overlaid(objects)
        #expect(result.map(\.name) == ["web", "web--stable", "web--next"])
        for (arm, hash, labels, more) in [("stable", "old", "", ""), ("next", "new", "app: web, ", "prometheus.io/scrape: 'true', ")] {
            try expectSame(
                result.named("Service", "web--\(arm)")?.value,
                """
                apiVersion: v1
                kind: Service
                metadata:
                  name: web--\(arm)
                  namespace: shop
                  labels: {\(labels)martlet.dev/arm-of: web}
                  annotations: {\(more)networking.istio.io/exportTo: ".", martlet.dev/wave: "-1"}
                spec:
                  type: ClusterIP
                  sessionAffinity: ClientIP
                  selector: {app: web, pod-template-hash: \(hash)}
                  ports: [{name: http, port: 80, targetPort: web}, {name: grpc, port: 81, appProtocol: h2c}]
                """)
        }
        var pinned = try #require(objects.first)
        pinned.value[path: "spec", "selector"] = ["app": "web", "pod-template-hash": "old"]
        #expect(result.named("Service", "web") == pinned)
    }

    /// What finds Services by labels finds every pod once, wherever the user's Service is pinned to.
    @Test(arguments: [("old", ["web", "web--next"]), ("new", ["web", "web--stable"]), (nil, ["web"])] as [(String?, [String])])
    func everyPodIsFoundOnce(_ pin: String?, _ names: [String]) throws {
        let result = try overlaid(try Shop.objects(Self.service), pin: pin)
        #expect(result.count == 3)
        #expect(result.filter { $0.label("app") == "web" }.map(\.name) == names)
    }

    @Test func pinAndArmsAreApart() throws {
        let objects = try Shop.objects(Self.service)
        #expect(try overlaid(objects, pin: nil).first == objects.first)
        #expect(try overlaid(objects, pin: "x", arms: nil).map(\.name) == ["web"])
        #expect(try overlaid(objects, pin: "x", arms: nil).first?.value[path: "spec", "selector", "pod-template-hash"] == "x")
    }

    @Test func aHeadlessServiceWithoutPortsStaysOne() throws {
        let result = try overlaid(
            try Shop.objects("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: None, selector: {app: web}}}"))
        try expectSame(
            result.named("Service", "web--next")?.value["spec"],
            "{clusterIP: None, type: ClusterIP, selector: {app: web, pod-template-hash: new}}")
    }

    @Test(arguments: [Arm.stable, .next]) func namesFitAndDiffer(_ arm: Arm) {
        #expect(armServiceName("web", arm) == "web--\(arm.rawValue)")
        let names =
            ["a", "b"].map { String(repeating: "x", count: 61) + $0 } + [
                String(repeating: "x", count: 44) + "--------long-enough-", String(repeating: "é", count: 63),
            ]
        let arms = names.map { armServiceName($0, arm) }
        #expect(Set(arms).count == names.count)
        #expect(arms.allSatisfy { $0.utf8.count <= 63 && $0.hasSuffix("--\(arm.rawValue)") })
        #expect(arms.dropLast().allSatisfy { ObjectName.labelProblem($0) == nil })
        #expect(arms == names.map { armServiceName($0, arm) })
        #expect(armServiceName(String(repeating: "x", count: 55), arm).count == 55 + 2 + arm.rawValue.count)
        #expect(
            armLabelValue(ObjectKey(group: "apps", kind: "Deployment", namespace: "", name: String(repeating: "w.", count: 60) + "w")).count
                <= 63)
    }

    @Test func aNameThatIsTakenIsSaid() throws {
        let objects = try Shop.objects(Self.service + "\n---\n{apiVersion: v1, kind: Service, metadata: {name: web--next}}")
        let error = #expect(throws: RolloutError.self) { try overlaid(objects) }
        #expect(error?.description.contains("\"web--next\"") == true)
    }

    @Test func noRouteWithoutArms() throws {
        var traffic = Self.traffic
        traffic.routes = [ObjectKey(group: gatewayGroup, kind: "HTTPRoute", namespace: "shop", name: "r")]
        #expect(throws: RolloutError.self) {
            try Rollout.overlaid([], RolloutOverlay(pin: "x", arms: nil, routes: .weight(5)), traffic: traffic, workload: Shop.workload)
        }
    }

    /// A Service that has gone out of git has no arms, so a route that still names it is left alone.
    @Test func aServiceThatIsGone() throws {
        let objects = try Shop.objects(
            "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r}, spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}}"
        )
        #expect(try Shop.overlay(.weight(5), on: objects) == objects)
    }

    /// Two workloads behind the same routes, each with a rollout of its own: the overlays come one after the other.
    @Test func twoRolloutsAtOnce() throws {
        let objects = try Shop.objects(
            """
            {apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: api}, spec: {selector: {app: api}, ports: [{port: 80}]}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r}
            spec:
              rules:
              - backendRefs: [{name: web, port: 80, weight: 80}, {name: api, port: 80, weight: 20}]
              - {name: api, backendRefs: [{name: api, port: 80}]}
            ---
            """ + "\n" + IngressRouterTests.ingress)
        let routes = objects.dropFirst(2).map(\.key)
        func overlaid(_ objects: [Object], _ name: String, _ percent: Int) throws -> [Object] {
            try Rollout.overlaid(
                objects, RolloutOverlay(pin: "old", arms: Shop.arms, routes: .weight(percent)),
                traffic: RolloutTraffic(
                    mode: .routes, services: [ObjectKey(group: "", kind: "Service", namespace: "shop", name: name)], routes: routes),
                workload: ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: name))
        }
        let first = try overlaid(try overlaid(objects, "web", 50), "api", 10)
        let second = try overlaid(try overlaid(objects, "api", 10), "web", 50)
        #expect(Set(first) == Set(second))
        #expect(Set(first.filter { $0.kind == "Ingress" }.map(\.name)) == ["shop", "shop-web--next", "shop-api--next"])
        try expectSame(
            first.named("HTTPRoute", "r")?.value[path: "spec", "rules"],
            """
            - backendRefs:
              - {name: web--stable, port: 80, weight: 40}
              - {name: web--next, port: 80, weight: 40}
              - {name: api--stable, port: 80, weight: 18}
              - {name: api--next, port: 80, weight: 2}
            - {name: api, backendRefs: [{name: api--stable, port: 80, weight: 90}, {name: api--next, port: 80, weight: 10}]}
            """)
    }

    static let companions: [(String, String, String)] = [
        (
            "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: web-tls}, spec: {host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: SIMPLE}}}}",
            "web-tls--next", "{host: web--next.shop.svc.cluster.local, trafficPolicy: {tls: {mode: SIMPLE}}}"
        ),
        (
            "{apiVersion: networking.gke.io/v1, kind: HealthCheckPolicy, metadata: {name: hc}, spec: {default: {}, targetRef: {group: \"\", kind: Service, name: web}}}",
            "hc--stable", "{default: {}, targetRef: {group: \"\", kind: Service, name: web--stable}}"
        ),
        (
            "{apiVersion: gateway.networking.k8s.io/v1, kind: BackendTLSPolicy, metadata: {name: tls}, spec: {targetRefs: [{group: \"\", kind: Service, name: web, sectionName: https}, {group: \"\", kind: Service, name: api}]}}",
            "tls",
            "{targetRefs: [{group: \"\", kind: Service, name: web, sectionName: https}, {group: \"\", kind: Service, name: web--stable, sectionName: https}, {group: \"\", kind: Service, name: web--next, sectionName: https}, {group: \"\", kind: Service, name: api}]}"
        ),
        (
            "{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g}, spec: {from: [{kind: HTTPRoute}], to: [{group: \"\", kind: Service, name: web}]}}",
            "g",
            "{from: [{kind: HTTPRoute}], to: [{group: \"\", kind: Service, name: web}, {group: \"\", kind: Service, name: web--stable}, {group: \"\", kind: Service, name: web--next}]}"
        ),
        (
            "{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: g}, spec: {to: [{group: \"\", kind: Service}]}}",
            "g",
            "{to: [{group: \"\", kind: Service}]}"
        ),
        ("{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d}, spec: {host: api}}", "d", "{host: api}"),
        (
            "{apiVersion: example.com/v1, kind: Policy, metadata: {name: p}, spec: {targetRefs: [{group: serving.knative.dev, kind: Service, name: web}]}}",
            "p", "{targetRefs: [{group: serving.knative.dev, kind: Service, name: web}]}"
        ),
    ]

    @Test(arguments: companions) func whatNamesTheServiceNamesItsArms(_ text: String, _ name: String, _ spec: String) throws {
        let objects = try Shop.objects(Self.service + "\n---\n" + text)
        let original = try #require(objects.last)
        let result = try overlaid(objects)
        let found = try #require(result.first { $0.name == name })
        try expectSame(found.value["spec"], spec)
        if name == original.name {
            #expect(!result.contains { $0.kind == original.kind && $0.name != name })
        } else {
            #expect(result.contains(original) && found.label(armLabel) == "web" && found.namespace == "shop")
            #expect(result.filter { $0.kind == original.kind }.count == 3)
        }
        #expect(try overlaid(objects, arms: nil).contains(original))
    }
}
