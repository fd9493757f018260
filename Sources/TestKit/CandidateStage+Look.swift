internal import Cluster
internal import Document
package import Kubernetes

/// What one sees of the stage, and how long one looks.
extension CandidateStage {
    package func deployment() async throws -> Object { try await client.get(deployments(), namespace: namespace, name: "web") }

    package func sets() async throws -> [Object] { try await client.list(replicaSets(), namespace: namespace).items }

    package func replicaSet(_ name: String) async throws -> Object { try await client.get(replicaSets(), namespace: namespace, name: name) }

    /// The one ReplicaSet there is.
    package func stable() async throws -> Object {
        let sets = try await sets()
        guard let only = sets.first, sets.count == 1 else { throw CandidateFailure("there are \(sets.map(\.name)), not one ReplicaSet") }
        return only
    }

    /// The uids of the pods with an image that nobody has asked to go.
    package func pods(_ image: String) async throws -> Set<String> {
        let pods = try await client.list(client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Pod")), namespace: namespace).items
        return Set(pods.filter { $0.value[path: "spec", "containers"]?[0]?["image"]?.string == image && !$0.isBeingDeleted }.map(\.uid))
    }

    /// Looks until a condition holds.
    package func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<1500 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CandidateFailure("waited in vain for \(what); \(try await picture())")
    }

    /// As `kubectl rollout status` sees a finished rollout.
    package func rolledOut(_ image: String) async throws {
        try await eventually("the end of the rollout of \(image)") {
            let deployment = try await deployment()
            func count(_ field: String) -> Int64 { deployment.value[path: "status", field]?.int ?? 0 }
            let wanted = deployment.value[path: "spec", "replicas"]?.int ?? 1
            return deployment.image == image && count("observedGeneration") >= deployment.generation ?? 0
                && ["updatedReplicas", "replicas", "availableReplicas"].allSatisfy { count($0) == wanted }
        }
    }

    /// The sizes come about, with ready pods, and stay although the controller looks again.
    package func holds(_ sizes: [String: Int]) async throws {
        func isSo(ready: Bool) async throws -> Bool {
            let sets = try await sets()
            return sizes.allSatisfy { name, size in
                sets.contains { set in
                    set.name == name && set.wanted == size && (!ready || set.value[path: "status", "readyReplicas"]?.int ?? 0 == Int64(size))
                }
            }
        }
        try await eventually("sizes \(sizes)") { try await isSo(ready: true) }
        // Any change of the Deployment makes its controller look.
        try await patch(["metadata": ["annotations": ["test/look": .string("\(sizes)")]]])
        for _ in 0..<10 {
            try await Task.sleep(for: patience / 10)
            if try await !isSo(ready: false) { throw CandidateFailure("sizes \(sizes) do not stay; \(try await picture())") }
        }
    }

    package func require(_ condition: Bool, _ what: String) async throws {
        if !condition { throw CandidateFailure("\(what); \(try await picture())") }
    }

    private func picture() async throws -> String {
        let sets = try await sets().map { "\($0.name) \($0.wanted) of \($0.image) marked \($0.annotation(Self.mark) ?? "no")" }
        let deployment = try await deployment()
        return "\(sets.joined(separator: ", ")); spec \(JSON.text(deployment.value[path: "spec", "strategy"] ?? .null)), status \(JSON.text(deployment.value["status"] ?? .null))"
    }
}

extension Object {
    /// The image of a workload's first container.
    fileprivate var image: String { value[path: "spec", "template", "spec", "containers"]?[0]?["image"]?.string ?? "" }
    fileprivate var wanted: Int { Int(value[path: "spec", "replicas"]?.int ?? 1) }
}
