import Basics
import Cluster
import DevCluster
import Document
import HTTP
import Kubernetes
import Testing

@testable import Server

/// Takes note of the addresses that are asked.
private final class Witness: HTTPTransport {
    private let inner: any HTTPTransport
    let addresses = Locked<[String]>([])

    init(_ inner: any HTTPTransport) { self.inner = inner }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        addresses.withLock { $0.append(request.url) }
        return try await inner.send(request)
    }
}

/// Which pods are a workload's, by the cluster itself.
@Suite struct PodsViewTests {
    private let client: ClusterClient
    private let view: PodsView
    private let witness: Witness

    init() {
        let (time, random) = (SystemTime(), RandomSource(seed: 3))
        witness = Witness(APIServer(time: time, random: random))
        client = ClusterClient(
            configuration: ClusterConfiguration(server: "http://embedded.invalid"), transport: witness, time: time, random: random)
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

    @Test(.timeLimit(.minutes(5))) func ofEachKind() async throws {
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
    @Test(.timeLimit(.minutes(5))) func ofACronJob() async throws {
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

    @Test(.timeLimit(.minutes(5))) func logs() async throws {
        try await make("v1", "Pod", "web-1", Self.pod)
        var query = PodsView.LogQuery()
        (query.container, query.lines, query.isPrevious) = ("web", 7, true)
        let key = ObjectKey(group: "", kind: "Pod", namespace: "default", name: "web-1")
        #expect(try await view.logs(key, query).contains("(container \"web\")"))
        #expect(
            witness.addresses.withLock { $0.last }
                == "http://embedded.invalid/api/v1/namespaces/default/pods/web-1/log?container=web&tailLines=7&limitBytes=\(PodsView.logLimit)&previous=true")
        await #expect(throws: ClusterError.self) { try await view.logs(ObjectKey(group: "", kind: "Pod", namespace: "default", name: "none"), query) }
    }

    /// One that fails before its own containers begin does so in an init container: its state and its log are what is wanted.
    @Test func containersThatRunBefore() throws {
        let pod = try #require(
            Object([
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web-1", "namespace": "shop"],
                "spec": [
                    "initContainers": [["name": "migrate", "image": "m"], ["name": "mesh", "image": "p", "restartPolicy": "Always"], ["name": "warm", "image": "w"]],
                    "containers": [["name": "web", "image": "a"]], "ephemeralContainers": [["name": "debugger", "image": "d"]],
                ],
                "status": [
                    "phase": "Pending",
                    "initContainerStatuses": [
                        ["name": "migrate", "ready": true, "restartCount": 0, "state": ["terminated": ["exitCode": 0, "reason": "Completed"]]],
                        ["name": "mesh", "ready": true, "restartCount": 0, "state": ["running": [:]]],
                        ["name": "warm", "ready": false, "restartCount": 3, "state": ["waiting": ["reason": "CrashLoopBackOff"]]],
                    ],
                    "containerStatuses": [["name": "web", "ready": false, "restartCount": 0, "state": ["waiting": ["reason": "PodInitializing"]]]],
                    "ephemeralContainerStatuses": [["name": "debugger", "ready": false, "restartCount": 0, "state": ["terminated": ["exitCode": 0]]]],
                ],
            ]))
        let containers = PodsAPI.value(pod, [:], now: Timestamp(milliseconds: 0))["containers"]?.sequence ?? []
        let told = containers.map { [$0["name"], $0["role"], $0["state"], $0["restarts"], $0["done"]] }
        #expect(
            told == [
                ["migrate", "init", "Completed (exit code 0)", 0, true], ["mesh", "sidecar", "running", 0, false], ["warm", "init", "CrashLoopBackOff", 3, false],
                ["web", "container", "PodInitializing", 0, false], ["debugger", "ephemeral", "terminated (exit code 0)", 0, false],
            ])
    }
}
