import Basics
import Cluster
import Document
import Kubernetes
import Logging
import Testing

@testable import DevCluster

/// One scenario at a time: each is a cluster of its own, and their clocks run faster than the machine's.
@Suite(.serialized) enum ClusterScenarios {}

/// The real clock, some times as fast: deadlines of seconds pass in milliseconds.
struct AcceleratedTime: TimeSource {
    private let start = ContinuousClock().now
    private let origin = SystemTime().now
    private let factor: Int

    init(factor: Int = 20) { self.factor = factor }

    var elapsed: Duration { (ContinuousClock().now - start) * factor }
    var now: Timestamp {
        let parts = elapsed.components
        return Timestamp(milliseconds: origin.milliseconds + parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000)
    }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration / factor) }
}

/// What a scenario does to an embedded cluster and sees of it.
struct Scenario: Sendable {
    let cluster: EmbeddedCluster
    let client: ClusterClient

    static func run(
        nodes: Int = 2, time: any TimeSource = AcceleratedTime(), change: (inout EmbeddedCluster.Options) -> Void = { _ in },
        _ body: (Scenario) async throws -> Void
    ) async throws {
        var options = EmbeddedCluster.Options()
        options.nodes = NodeOptions(count: nodes, startDelay: .milliseconds(50), readyDelay: .milliseconds(50), stopDelay: .milliseconds(50))
        change(&options)
        let cluster = EmbeddedCluster(options: options, time: time, random: RandomSource(seed: 1), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            try await body(Scenario(cluster: cluster, client: cluster.client()))
            group.cancelAll()
        }
    }

    @discardableResult
    func create(_ yaml: String, namespace: String = "default") async throws -> Object {
        var object = try #require(Object(try YAML.parse(yaml)))
        let resource = try await client.resource(for: object.gvk)
        if resource.isNamespaced { object.namespace = namespace }
        return try await client.create(resource, object)
    }

    @discardableResult
    func patch(_ kind: GroupKind, _ name: String, _ patch: Value) async throws -> Object {
        try await client.patch(try await client.resource(for: kind), namespace: "default", name: name, patch)
    }

    func object(_ kind: GroupKind, _ name: String) async throws -> Object? {
        do throws(ClusterError) {
            return try await client.get(try await client.resource(for: kind), namespace: "default", name: name)
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
    }

    func objects(_ kind: GroupKind, _ selector: String? = nil) async throws -> [Object] {
        try await client.list(try await client.resource(for: kind), namespace: "default", labelSelector: selector).items
    }

    func delete(_ kind: GroupKind, _ name: String) async throws {
        _ = try await client.delete(try await client.resource(for: kind), namespace: "default", name: name)
    }

    /// Looks until a condition holds; fails the test after a minute of the real clock.
    @discardableResult
    func wait(
        _ kind: GroupKind, _ name: String, sourceLocation: SourceLocation = #_sourceLocation, until condition: (Object) -> Bool
    ) async throws -> Object {
        var last: Object?
        for _ in 0..<15_000 {
            last = try await object(kind, name)
            if let last, condition(last) { return last }
            try await Task.sleep(for: .milliseconds(4))
        }
        Issue.record("waited in vain for \(kind) \(name): \(last.map { JSON.text($0.value["status"] ?? .null) } ?? "none")", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// The same for all objects of a kind.
    @discardableResult
    func wait(
        all kind: GroupKind, _ selector: String? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        until condition: ([Object]) -> Bool
    ) async throws -> [Object] {
        var last: [Object] = []
        for _ in 0..<15_000 {
            last = try await objects(kind, selector)
            if condition(last) { return last }
            try await Task.sleep(for: .milliseconds(4))
        }
        Issue.record("waited in vain for all \(kind): \(last.map(\.name))", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// Every state the objects with a selector go through, from now on, while `body` runs.
    func watching(
        _ kind: GroupKind, _ selector: String, _ check: @escaping @Sendable ([Object]) -> Void, while body: () async throws -> Void
    ) async throws {
        let resource = try await client.resource(for: kind)
        let list = try await client.list(resource, namespace: "default", labelSelector: selector)
        let seen = Locked(Int(list.resourceVersion) ?? 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [client] in
                var pods: [String: Object] = [:]
                for pod in list.items { pods[pod.name] = pod }
                var version = list.resourceVersion
                // The server ends each watch after some minutes of its own clock, which are seconds of ours.
                while !Task.isCancelled {
                    let stream = try await client.watch(
                        resource, namespace: "default", labelSelector: selector, fieldSelector: nil, from: version)
                    for try await event in stream {
                        switch event {
                        case .added(let pod), .modified(let pod):
                            pods[pod.name] = pod
                            version = pod.resourceVersion
                        case .deleted(let pod):
                            pods[pod.name] = nil
                            version = pod.resourceVersion
                        case .bookmark(let bookmark):
                            version = bookmark
                            continue
                        }
                        check(Array(pods.values))
                        let number = Int(version) ?? 0
                        seen.withLock { $0 = max($0, number) }
                    }
                }
            }
            try await body()
            // The last states are there, and yet to be watched.
            let newest = try await objects(kind, selector).compactMap { Int($0.resourceVersion) }.max() ?? 0
            for _ in 0..<6000 where seen.withLock({ $0 }) < newest { try await Task.sleep(for: .milliseconds(5)) }
            #expect(seen.withLock { $0 } >= newest)
            group.cancelAll()
        }
    }

    /// Real time for things that must not happen.
    func settle(_ duration: Duration = .milliseconds(60)) async throws { try await Task.sleep(for: duration) }

    static func deployment(
        _ name: String = "web", replicas: Int = 3, image: String = "nginx:1", annotations: String = "", extra: String = ""
    ) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), annotations: {team: shop}}
        spec:
          replicas: \(replicas)
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}, annotations: {\(annotations)}}
            spec: {containers: [{name: web, image: "\(image)", ports: [{name: http, containerPort: 80}]}]}
        \(extra)
        """
    }
}

extension Object {
    func condition(_ type: String) -> Condition? { Conditions(of: self)[type] }

    var image: String { value[path: "spec", "template", "spec", "containers"]?[0]?["image"]?.string ?? "" }

    /// As `kubectl rollout status` sees a finished rollout.
    var isRolledOut: Bool {
        (int("status", "observedGeneration") ?? 0) >= Int(generation ?? 0) && int("status", "updatedReplicas") ?? 0 == replicas
            && int("status", "replicas") ?? 0 == replicas && int("status", "availableReplicas") ?? 0 == replicas
    }
}

func imagePatch(_ image: String) -> Value {
    ["spec": ["template": ["spec": ["containers": [["name": "web", "image": .string(image), "ports": [["name": "http", "containerPort": 80]]]]]]]]
}
