package import Cluster
package import Document
package import Kubernetes

/// A Deployment whose new version stands beside the old one as an extra ReplicaSet, and
/// the requests by which that is done: the ground progressive delivery stands on.
///
/// Works on any cluster with Kubernetes' controllers and nodes.
package struct CandidateStage: Sendable {
    package let client: ClusterClient
    package let namespace: String
    /// How long something that must not happen has time to happen.
    package let patience: Duration
    package let manager = "martlet-rollout"
    package static let mark = "deployment.kubernetes.io/desired-replicas"

    package init(client: ClusterClient, namespace: String, patience: Duration) {
        (self.client, self.namespace, self.patience) = (client, namespace, patience)
    }

    /// What git says.
    package func manifest(_ image: String, replicas: Int, historyLimit: Int? = nil, held: Bool = false) throws -> Object {
        let limit = historyLimit.map { "  revisionHistoryLimit: \($0)" } ?? ""
        // What a promotion applies: git's manifest, still held.
        let hold = held ? "  paused: true\n  strategy: {type: Recreate}" : ""
        let text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: \(namespace)}
            spec:
              replicas: \(replicas)
            \(limit)
            \(hold)
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: web, image: "\(image)", ports: [{containerPort: 80}]}]}
            """
        guard let object = Object(try YAML.parse(text)) else { throw CandidateFailure("no object in the manifest") }
        return object
    }

    /// Applies a manifest and waits for the rollout's end.
    package func deploy(_ image: String, replicas: Int, historyLimit: Int? = nil) async throws {
        let namespaces = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Namespace"))
        if let home = Object(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]) {
            _ = try await client.apply(namespaces, home)
        }
        try await apply(manifest(image, replicas: replicas, historyLimit: historyLimit))
        try await rolledOut(image)
    }

    package func apply(_ object: Object) async throws { _ = try await client.apply(deployments(), object, force: true) }

    /// Takes the Deployment out of its controller's hands, in one write.
    ///
    /// Waits until the controller knows: it watches Deployments and ReplicaSets apart, and one that sees a candidate
    /// before it sees the pause takes it for an old version, and scales it to 0.
    package func pause() async throws {
        try await patch(["spec": ["paused": true, "strategy": ["type": "Recreate", "rollingUpdate": nil]]])
        try await eventually("a controller that knows of the pause") {
            let deployment = try await deployment()
            return deployment.value[path: "status", "observedGeneration"]?.int ?? 0 >= deployment.generation ?? 0
        }
    }

    /// Gives it back, in one write.
    package func resume() async throws {
        try await patch([
            "spec": ["paused": nil, "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"]]],
        ])
    }

    package func patch(_ patch: Value) async throws {
        _ = try await client.patch(deployments(), namespace: namespace, name: "web", patch, fieldManager: manager)
    }

    /// Removes the note by which the controller would take a ReplicaSet for the end of a rollout.
    package func unmark(_ set: String) async throws {
        try await patchSet(set, ["metadata": ["annotations": [Self.mark: nil]]])
    }

    package func scale(_ set: String, to replicas: Int) async throws { try await patchSet(set, ["spec": ["replicas": .int(Int64(replicas))]]) }

    private func patchSet(_ set: String, _ patch: Value) async throws {
        _ = try await client.patch(replicaSets(), namespace: namespace, name: set, patch, fieldManager: manager)
    }

    /// The candidate, from what the server makes of the manifest.
    @discardableResult
    package func createCandidate(_ manifest: Object, replicas: Int, hash: String = "candidate1") async throws -> Object {
        let merged = try await client.apply(deployments(), manifest, force: true, dryRun: true).object
        guard var template = merged.value[path: "spec", "template"], var selector = merged.value[path: "spec", "selector"] else {
            throw CandidateFailure("the server's answer has no template")
        }
        template[path: "metadata", "labels", "pod-template-hash"] = .string(hash)
        selector[path: "matchLabels", "pod-template-hash"] = .string(hash)
        let value: Value = [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("web-\(hash)"), "namespace": .string(namespace), "labels": template[path: "metadata", "labels"] ?? [:],
                "ownerReferences": [
                    [
                        "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": .string(merged.uid), "controller": true,
                        "blockOwnerDeletion": true,
                    ]
                ],
            ],
            "spec": ["replicas": .int(Int64(replicas)), "selector": selector, "template": template],
        ]
        guard let set = Object(value) else { throw CandidateFailure("no object in the candidate") }
        return try await client.create(replicaSets(), set, fieldManager: manager)
    }

    package func delete(_ set: String) async throws { _ = try await client.delete(replicaSets(), namespace: namespace, name: set) }

    package func deployments() async throws -> APIResource { try await resource("Deployment") }
    package func replicaSets() async throws -> APIResource { try await resource("ReplicaSet") }

    private func resource(_ kind: String) async throws -> APIResource {
        try await client.resource(for: GroupVersionKind(apiVersion: "apps/v1", kind: kind))
    }
}

/// What was not as it must be.
package struct CandidateFailure: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}
