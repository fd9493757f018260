import Basics
import Cluster
import DevCluster
import Document
import Kubernetes
import Testing

@testable import Server

/// Which pods are a workload's, by the cluster itself.
@Suite struct PodsViewTests {
    private let client: ClusterClient
    private let view: PodsView

    init() {
        let (time, random) = (SystemTime(), RandomSource(seed: 3))
        client = ClusterClient(
            configuration: ClusterConfiguration(server: "http://embedded.invalid"), transport: APIServer(time: time, random: random), time: time, random: random)
        view = PodsView(client: client, time: time, random: random)
    }

    @discardableResult
    private func make(_ apiVersion: String, _ kind: String, _ name: String, labels: Mapping = [:], owner: Object? = nil, _ spec: Value) async throws -> Object {
        var metadata: Value = ["name": .string(name), "namespace": "default", "labels": .mapping(labels)]
        if let owner {
            metadata["ownerReferences"] = [
                ["apiVersion": .string(owner.gvk.apiVersion), "kind": .string(owner.kind), "name": .string(owner.name), "uid": .string(owner.uid), "controller": true]
            ]
        }
        let object = try #require(Object(["apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": metadata, "spec": spec]))
        return try await client.create(try await client.resource(for: object.key.groupKind), object)
    }

    private static let pod: Value = ["containers": [["name": "web", "image": "a"]]]

    private func template(_ labels: Mapping, restarts: String = "Always") -> Value {
        ["metadata": ["labels": .mapping(labels)], "spec": ["restartPolicy": .string(restarts), "containers": [["name": "web", "image": "a"]]]]
    }

    private func pods(_ group: String, _ kind: String, _ name: String) async throws -> [String] {
        try await view.pods(ObjectKey(group: group, kind: kind, namespace: "default", name: name)).pods.map(\.name)
    }

    @Test(.timeLimit(.minutes(1))) func ofEachKind() async throws {
        for (name, labels) in [("web-1", ["app": "web", "tier": "front"]), ("web-2", ["app": "web", "tier": "back"]), ("web-3", ["app": "web"]), ("other", [:])] as [(String, Mapping)] {
            try await make("v1", "Pod", name, labels: labels, Self.pod)
        }
        #expect(try await pods("", "Pod", "web-1") == ["web-1"], "itself")
        // Expressions count as labels do.
        let selector: Value = ["matchLabels": ["app": "web"], "matchExpressions": [["key": "tier", "operator": "In", "values": ["front", "middle"]]]]
        try await make("apps/v1", "Deployment", "web", ["replicas": 0, "selector": selector, "template": template(["app": "web", "tier": "front"])])
        #expect(try await pods("apps", "Deployment", "web") == ["web-1"])
        let expressions: Value = ["matchExpressions": [["key": "tier", "operator": "Exists"]]]
        try await make("apps/v1", "Deployment", "all", ["replicas": 0, "selector": expressions, "template": template(["tier": "x"])])
        #expect(try await pods("apps", "Deployment", "all") == ["web-1", "web-2"])
    }

    /// Those of its Jobs, and of no other's.
    @Test(.timeLimit(.minutes(1))) func ofACronJob() async throws {
        let nightly = try await make("batch/v1", "CronJob", "nightly", ["schedule": "0 3 * * *", "suspend": true, "jobTemplate": ["spec": ["template": template([:], restarts: "Never")]]])
        for (name, owner) in [("nightly-1", nightly), ("nightly-2", nightly), ("once", nil)] {
            let labels: Mapping = ["job": .string(name)]
            try await make(
                "batch/v1", "Job", name, owner: owner,
                ["suspend": true, "manualSelector": true, "selector": ["matchLabels": .mapping(labels)], "template": template(labels, restarts: "Never")])
            try await make("v1", "Pod", "\(name)-pod", labels: labels, Self.pod)
        }
        #expect(try await pods("batch", "CronJob", "nightly") == ["nightly-1-pod", "nightly-2-pod"])
        #expect(try await pods("batch", "Job", "once") == ["once-pod"])
    }
}
