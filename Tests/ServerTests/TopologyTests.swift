import Basics
import Cluster
import Document
import Kubernetes
import Testing

@testable import Server

/// The picture of who leads to whom.
@Suite struct TopologyTests {
    static let objects: [Object] = documents.compactMap { Object($0) }

    private static let documents: [Value] = [
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop", "uid": "u1", "labels": ["martlet.dev/application": "shop"]],
            "spec": [
                "template": [
                    "metadata": ["labels": ["app": "web", "tier": "front"]],
                    "spec": [
                        "volumes": [["name": "a", "configMap": ["name": "settings"]], ["name": "b", "secret": ["secretName": "elsewhere"]]],
                        "containers": [["name": "web", "env": [["name": "A", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "a"]]]]]],
                    ],
                ]
            ],
        ],
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings", "namespace": "shop"]],
        ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "shop"], "spec": ["selector": ["app": "web"]]],
        ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "web-next", "namespace": "shop"], "spec": ["selector": ["app": "web", "tier": "back"]]],
        ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "outside", "namespace": "shop"], "spec": ["type": "ExternalName"]],
        [
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": ["name": "web", "namespace": "shop"],
            "spec": ["rules": [["backendRefs": [["name": "web", "weight": 75], ["name": "web-next", "weight": 25], ["name": "lost", "weight": 0]]]]],
        ],
        [
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": ["name": "web", "namespace": "shop"],
            "spec": ["http": [["match": [["headers": ["x-beta": ["exact": "1"]]]], "route": [["destination": ["host": "web.shop.svc.cluster.local"]]]]]],
        ],
        [
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": ["name": "web", "namespace": "shop"],
            "spec": ["rules": [["host": "shop.example", "http": ["paths": [["path": "/", "backend": ["service": ["name": "web"]]]]]]]],
        ],
        ["apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": ["name": "web-1", "namespace": "shop", "ownerReferences": [["uid": "u1", "name": "web"]]]],
        ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "web", "namespace": "back"], "spec": ["selector": ["app": "web"]]],
        ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "front-end", "namespace": "shop", "annotations": ["martlet.dev/rollout": "{}"]]],
    ]

    @Test func edges() {
        let found = Topology(Self.objects.map { ($0, "Healthy") })
        let edges = found.edges.map { "\($0.from.kind)/\($0.from.name) \($0.kind.rawValue) \($0.to.kind)/\($0.to.name) \($0.weight.map(String.init) ?? "-") \($0.match)" }
        #expect(
            edges == [
                "Deployment/web mounts ConfigMap/settings - ", "Service/web selects Deployment/web - ", "HTTPRoute/web routes Service/web 75 ",
                "HTTPRoute/web routes Service/web-next 25 ",
                #"VirtualService/web routes Service/web - [{"headers":{"x-beta":{"exact":"1"}}}]"#, "Ingress/web routes Service/web - shop.example/",
                "Deployment/web owns ReplicaSet/web-1 - ",
            ])
        #expect(found.nodes.count == Self.objects.count && found.nodes.first?.application == "shop")
    }

    static let weights: [(String, [(String, Int?)], [Int?])] = [
        ("HTTPRoute", [("web", 9), ("web-next", nil)], [90, 10]), ("HTTPRoute", [("web", nil), ("web-next", nil)], [50, 50]),
        ("HTTPRoute", [("web", nil)], [nil]), ("HTTPRoute", [("web", 0), ("web-next", 0)], [nil, nil]),
        ("VirtualService", [("web", 90), ("web-next", nil)], [100, 0]), ("VirtualService", [("web", nil)], [nil]),
    ]

    /// A backend that says no weight has 1 in the Gateway API, and 0 in Istio.
    @Test(arguments: weights) func sharesOfTraffic(_ kind: String, _ backends: [(String, Int?)], _ shares: [Int?]) {
        let isGateway = kind == "HTTPRoute"
        let targets = backends.map { name, weight -> Value in
            var target: Value = isGateway ? ["name": .string(name)] : ["destination": ["host": .string(name)]]
            if let weight { target["weight"] = .int(Int64(weight)) }
            return target
        }
        let route: Value = [
            "apiVersion": isGateway ? "gateway.networking.k8s.io/v1" : "networking.istio.io/v1", "kind": .string(kind), "metadata": ["name": "x", "namespace": "shop"],
            "spec": isGateway ? ["rules": [["backendRefs": .sequence(targets)]]] : ["http": [["route": .sequence(targets)]]],
        ]
        let found = Topology((Self.objects + [Object(route)].compactMap { $0 }).map { ($0, "") })
        #expect(found.edges.filter { $0.from.name == "x" }.map(\.weight) == shares)
    }

    /// What somebody may not see is no node, and nothing leads to it.
    @Test func cut() async throws {
        let all = try await PageStage().call("GET", "/api/v1/topology", token: AutomationStage.token).value
        let some = try await PageStage().call("GET", "/api/v1/topology", token: AutomationStage.weakToken).value
        #expect(all?["nodes"]?.sequence?.count == 11 && some?["nodes"]?.sequence?.count == 10)
        #expect(!(some.map { JSON.text($0) } ?? "").contains("back"))
    }

    /// A workload under a rollout is two sets of pods.
    @Test func versions() async throws {
        let stage = PageStage()
        let nodes = try #require(try await stage.call("GET", "/api/v1/topology", token: AutomationStage.weakToken).value?["nodes"]?.sequence)
        let front = nodes.first { $0["name"] == "front-end" }
        #expect(
            front?["sets"] == [
                ["version": "stable", "name": "front-end-aaa", "hash": "aaa", "desired": 5, "ready": 5, "share": 50],
                ["version": "next", "name": "", "hash": "bbb", "desired": 3, "ready": 2, "share": 50],
            ])
        #expect(nodes.count { $0["sets"] != nil } == 1)
        // Whatever keeps the cluster from telling, the rest is shown.
        stage.automation.clusterFailure.withLock { $0 = ClusterError(.unreachable, message: "refused") }
        let without = try await stage.call("GET", "/api/v1/topology", token: AutomationStage.weakToken).value?["nodes"]?.sequence
        #expect(without?.count == nodes.count && without?.contains { $0["sets"] != nil } == false)
    }

    /// Shapes that are not what they should be.
    @Test(arguments: [nil, 1, "x", [:], [[:]], [["backendRefs": "x"]], [["backendRefs": [["weight": -5]]]], [["backendRefs": [["name": "web", "weight": 9_223_372_036_854_775_807], ["name": "web", "weight": 9_223_372_036_854_775_807]]]]] as [Value])
    func strange(_ rules: Value) {
        let route: Value = ["apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": ["name": "x", "namespace": "shop"], "spec": ["rules": rules]]
        let found = Topology((Self.objects + [Object(route)].compactMap { $0 }).map { ($0, "") })
        #expect(found.nodes.count == Self.objects.count + 1)
    }
}
