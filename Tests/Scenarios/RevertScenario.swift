internal import Basics
internal import Delivery
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// `on-failure: revert` where git is away for a moment: the version goes back, and then git does.
package struct RevertScenario: Hashable, CaseIterable, ReleaseScenario {
    package enum Kind: String, Sendable, CaseIterable {
        case deployment = "Deployment"
        case statefulSet = "StatefulSet"
        case daemonSet = "DaemonSet"
    }

    package var kind: Kind

    package static let allCases = Kind.allCases.map { RevertScenario(kind: $0) }

    package var description: String { "revert of a \(kind.rawValue)" }
    var workloadKind: String { kind.rawValue }
    var workloadName: String { "store" }

    package struct Away: PassingError, CustomStringConvertible {
        package let isTemporary = true
        package let description = "git is away"
        package init() {}
    }

    private func files(version: Int) -> [String: TestRepository.Change] {
        let own =
            switch kind {
            case .deployment: ["replicas: 2", "progressDeadlineSeconds: 8"]
            case .statefulSet: ["replicas: 2", "serviceName: store"]
            case .daemonSet: ["minReadySeconds: 0", "revisionHistoryLimit: 10"]
            }
        return [
            "shop.yaml": .text(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                apiVersion: apps/v1
                kind: \(kind.rawValue)
                metadata:
                  name: store
                  namespace: shop
                  annotations: {martlet.dev/strategy: ramped, martlet.dev/steps: "50% 1s", martlet.dev/on-failure: revert}
                spec:
                  \(own[0])
                  \(own[1])
                  selector: {matchLabels: {app: store}}
                  template:
                    metadata:
                      labels: {app: store}
                      annotations: {\(version == 2 ? "sim.martlet.dev/never-ready: \"true\"" : "")}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers: [{name: store, image: "example/store:\(version)"}]

                """)
        ]
    }

    /// - Parameter tries: how often the revert was asked for; the scenario's operator counts them.
    package func run(in world: World, tries: () -> Int) async throws {
        try await fromHealthy(world, files(version: 1)) {
            _ = try await commit(world, "Version 2", files(version: 2))
            let waiting = try await reaches(world, "waiting for git") { $0.aborting == .commitBack && $0.message.contains("git is away") }
            try expect(waiting.cause == .failed && waiting.originals == nil, "the workload was not given back first")
            let rejected = try await reaches(world, "rejected") { $0.phase == .rejected }
            try expect(rejected.id == waiting.id && tries() == 2, "\(tries()) tries")
            try await world.eventually("version 1 on all pods") {
                let (old, new) = (try await pods(world, version: 1), try await pods(world, version: 2))
                return !old.isEmpty && new.isEmpty ? true : nil
            }
        }
    }
}
