package import Basics
package import Cluster
package import Delivery
internal import Document
package import Git
package import Kubernetes
package import TestKit

/// A cluster, a repository and an operator that keeps the one equal to the other:
/// what every scenario runs in, whichever cluster it is.
package struct World: Sendable {
    /// The test's own eyes on the cluster.
    package let client: ClusterClient
    package let repository: TestRepository
    package let `operator`: any Operator
    package let time = SystemTime()
    /// The namespace of Martlet's own records.
    package static let namespace = "martlet-system"

    package init(client: ClusterClient, repository: TestRepository, operator: any Operator) {
        self.client = client
        self.repository = repository
        self.operator = `operator`
    }
}

/// The loop under test: in this process, or the real program as a process of its own.
package protocol Operator: Sendable {
    func start() async throws
    /// Ends it without a chance to say goodbye.
    func kill() async
    /// What a git host's webhook does.
    func notify() async throws
    /// What a person needs to know when a scenario fails.
    var trouble: String { get }
}

package struct ScenarioFailure: Error, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

extension World {
    /// Waits until `look` returns something.
    @discardableResult
    package func eventually<Result>(
        _ what: String, within limit: Duration = .seconds(60), _ look: () async throws -> Result?
    ) async throws -> Result {
        let start = time.elapsed
        var last: (any Error)?
        while true {
            do { if let result = try await look() { return result } } catch { last = error }
            if time.elapsed - start > limit {
                let statuses = (try? await self.statuses()) ?? [:]
                let lines = statuses.values.map { "\($0.application) at \($0.revision): \($0.sync.rawValue), \($0.health.rawValue): \($0.message)" }
                throw ScenarioFailure(
                    "waited \(durationText(limit)) for \(what)\(last.map { "; \($0)" } ?? "")\n\(lines.sorted().joined(separator: "\n"))\n\(`operator`.trouble)")
            }
            try await time.sleep(for: .milliseconds(50))
        }
    }

    package func statuses() async throws -> [String: ApplicationStatus] {
        try await InventoryStore(client: client, namespace: Self.namespace).loadAll().compactMapValues { ApplicationStatus($0.status) }
    }

    /// Waits until an application is as the condition says at a commit.
    @discardableResult
    package func settled(
        _ application: String, at commit: ObjectID?, within limit: Duration = .seconds(60), what: String = "synced and healthy",
        _ condition: (ApplicationStatus) -> Bool = { $0.sync == .synced && $0.health == .healthy }
    ) async throws -> ApplicationStatus {
        try await eventually("\"\(application)\" to be \(what) at \(commit?.short ?? "?")", within: limit) {
            guard let status = try await statuses()[application], let commit, status.revision.hasSuffix("@\(commit.short)"), condition(status)
            else { return nil }
            return status
        }
    }

    package func resource(_ apiVersion: String, _ kind: String) async throws -> APIResource {
        try await client.resource(for: GroupVersionKind(apiVersion: apiVersion, kind: kind))
    }

    package func object(_ apiVersion: String, _ kind: String, _ namespace: String, _ name: String) async throws -> Object? {
        try await client.getIfPresent(resource(apiVersion, kind), namespace: namespace, name: name)
    }

    /// What every cluster must agree on at the end of a scenario: which objects of
    /// ours there are, and the images and sizes of the workloads.
    package func endState() async throws -> [String] {
        var lines: [String] = []
        for resource in try await client.resources() where resource.verbs.contains("list") && resource.gvk.kind != "Event" {
            // One kind is served under several groups and versions; the label is the same on all.
            guard let list = try? await client.list(resource, labelSelector: MartletAnnotations.application) else { continue }
            // Endpoints carry their Service's labels, and are nobody's but their controller's.
            for object in list.items where owner(of: object) != nil {
                var line = "\(object.key)"
                if let replicas = object.value[path: "spec", "replicas"]?.int { line += " replicas=\(replicas)" }
                for container in object.value[path: "spec", "template", "spec", "containers"]?.sequence ?? [] {
                    line += " \(container["name"]?.string ?? "")=\(container["image"]?.string ?? "")"
                }
                lines.append(line)
            }
        }
        return Array(Set(lines)).sorted()
    }
}

