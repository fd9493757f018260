import Basics
import Document
import Kubernetes
@testable import Rollout

/// One look at a rollout of four pods, from which a test changes what it is about.
struct MachineCase {
    var spec: RolloutSpec?
    var mode: RolloutTraffic.Mode
    var state: RolloutState
    var seen: RolloutObservation

    static let start = Timestamp(milliseconds: 1_795_000_000_000)
    static let original: Value = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]

    /// All is as the phase wants it; it began `after` ago.
    init(
        _ phase: RolloutState.Phase, _ mode: RolloutTraffic.Mode = .routes, steps: [RolloutSpec.Step] = [.init(.weight(50), .seconds(60))],
        strategy: Strategy = .canary, after: Duration = .zero
    ) {
        spec = RolloutSpec(
            workload: ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "shop"), strategy: strategy, steps: steps,
            metrics: ["errors"])
        self.mode = mode
        state = RolloutState(
            id: "r1", phase: phase, since: Self.start, template: "t2", stableHash: "old", candidateHash: "new", revision: "abc", size: 4)
        seen = RolloutObservation(now: Self.start.adding(after), replicas: 4, template: "t2")
        seen.stable = .init(name: "shop-old", uid: "1", hash: "old", replicas: 4, current: 4, ready: 4)
        if phase != .planned, phase != .starting {
            seen.candidate = .init(name: "shop-new", uid: "2", hash: "new", replicas: 2, current: 2, ready: 2)
        }
        seen.updateStrategy = Self.original
        if phase != .planned, phase != .rejected {
            state.originals = ["strategy": Self.original]
            (seen.isPaused, seen.updateStrategy) = (true, ["type": "Recreate"])
        }
        if [.verifying, .analysing, .gated, .promoting].contains(phase) { (state.exposed, state.exposure) = (0, steps.first?.exposure) }
        state.confirmedAt = phase == .analysing || phase == .gated ? Self.start : nil
    }

    mutating func finish(_ point: RolloutState.Finishing, confirmed: Bool = true) {
        state.finishing = point
        state.confirmedAt = confirmed ? Self.start : nil
        seen.candidate = .init(name: "shop-new", uid: "2", hash: "new", replicas: 4, current: 4, ready: 4)
        seen.stated = [.resume, .oldSetDown, .routesBack, .drain, .clean].contains(point) ? .candidate : .stable
    }

    mutating func abort(_ point: RolloutState.Aborting, _ cause: RolloutState.Cause = .failed) {
        (state.phase, state.aborting, state.cause, state.reason) = (.aborting, point, cause, "because")
    }

    func look() -> RolloutDecision { decide(spec: spec, mode: mode, state: state, observation: seen) }

    /// With changes, so that a test says in one line what it is about.
    func with(_ change: (inout MachineCase) -> Void) -> MachineCase {
        var copy = self
        change(&copy)
        return copy
    }
}

extension RolloutDecision {
    /// Effects on the cluster alone, in short.
    var does: [String] {
        effects.compactMap { effect in
            switch effect {
            case .pause: "pause"
            case .unmark(let set): "unmark \(set)"
            case .create(let count): "create \(count)"
            case .scale(let set, _, let count): "scale \(set) \(count)"
            case .delete(let set, _): "delete \(set)"
            case .replicas(let count): "replicas \(count)"
            case .applyTemplate: "template"
            case .partition(let ordinal): "partition \(ordinal)"
            case .deletePod(let name, _): "delete pod \(name)"
            case .templateBack: "template back"
            case .resume: "resume"
            case .revert: "revert"
            case .tell: nil
            }
        }
    }

    var told: [String] { effects.compactMap { if case .tell(_, let reason, _) = $0 { reason } else { nil } } }

    /// Where it stands: `stepping`, `promoting/unpin`, `over`.
    var place: String {
        guard let state else { return "over" }
        if state.phase == .promoting { return "promoting/\((state.finishing ?? .fullSize).rawValue)" }
        if state.phase == .aborting { return "aborting/\((state.aborting ?? .stableSize).rawValue)" }
        return state.phase.rawValue
    }
}
