package import Document
package import Kubernetes
package import Rollout

/// What a person wants to know of a running or rejected rollout.
package struct RolloutStatus: Sendable, Hashable {
    package var workload: ObjectKey
    package var strategy: String
    package var phase: String
    /// From 1; of how many.
    package var step: Int
    package var steps: Int
    /// The share of requests that go to the new version, in percent, where there is such a share.
    package var weight: Int
    package var message: String
    package var revision: String
    /// Ready pods, and pods asked for, by version.
    package var ready: [Arm: Int]
    package var wanted: [Arm: Int]

    package init(workload: ObjectKey, state: RolloutState, spec: RolloutSpec?, stable: (ready: Int, wanted: Int), next: (ready: Int, wanted: Int)) {
        self.workload = workload
        strategy = spec?.strategy.rawValue ?? ""
        phase = state.pausedAt == nil ? state.phase.rawValue : "paused"
        steps = spec?.steps.count ?? 0
        step = min(state.step + 1, max(1, steps))
        message = state.phase == .rejected ? state.reason : state.message
        revision = state.revision
        ready = [.stable: stable.ready, .next: next.ready]
        wanted = [.stable: stable.wanted, .next: next.wanted]
        weight = 0
        if state.exposed != nil, case .weight(let percent)? = state.exposure { weight = percent }
        if state.phase == .promoting, state.finishing != .fullSize { weight = 100 }
    }

    package var isRejected: Bool { phase == RolloutState.Phase.rejected.rawValue }

    package var value: Value {
        [
            "workload": .string(workload.description), "strategy": .string(strategy), "phase": .string(phase), "step": .int(Int64(step)),
            "steps": .int(Int64(steps)), "weight": .int(Int64(weight)), "message": .string(message), "revision": .string(revision),
            "readyStable": .int(Int64(ready[.stable] ?? 0)), "readyNext": .int(Int64(ready[.next] ?? 0)),
            "podsStable": .int(Int64(wanted[.stable] ?? 0)), "podsNext": .int(Int64(wanted[.next] ?? 0)),
        ]
    }

    /// All that `phase` may be.
    package static let phases = RolloutState.Phase.allCases.map(\.rawValue) + ["paused"]

    /// `canary, step 2 of 3: …`.
    package var summary: String {
        isRejected ? "rejected: \(message)" : "\(strategy), \(phase), step \(step) of \(steps): \(message)"
    }
}
