package import Document
package import Kubernetes
internal import Rollout

extension RolloutStatus {
    /// What `value` wrote; nil for a value that is no rollout.
    package init?(_ value: Value, of workload: ObjectKey) {
        guard let phase = value["phase"]?.string else { return nil }
        func number(_ key: String) -> Int { Int(clamping: value[key]?.int ?? 0) }
        self.workload = workload
        self.phase = phase
        strategy = value["strategy"]?.string ?? ""
        step = number("step")
        steps = number("steps")
        weight = number("weight")
        message = value["message"]?.string ?? ""
        revision = value["revision"]?.string ?? ""
        ready = [.stable: number("readyStable"), .next: number("readyNext")]
        wanted = [.stable: number("podsStable"), .next: number("podsNext")]
    }
}
