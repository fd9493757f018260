internal import Document
package import Basics
package import Kubernetes

/// What the controllers ask about a pod (`k8s.io/kubernetes/pkg/api/v1/pod`, `controller_utils.go`).
extension Object {
    package var phase: String { string("status", "phase") ?? "Pending" }

    /// Neither finished nor on its way out.
    package var isActivePod: Bool { phase != "Succeeded" && phase != "Failed" && !isBeingDeleted }

    package var isReadyPod: Bool { Conditions(of: self).isTrue("Ready") }

    package var readySince: Timestamp? {
        let conditions = Conditions(of: self)
        return conditions.isTrue("Ready") ? conditions.time("Ready", "lastTransitionTime") : nil
    }

    /// Ready for at least `minReadySeconds`.
    package func isAvailablePod(minReadySeconds: Int, now: Timestamp) -> Bool {
        guard isReadyPod else { return false }
        guard minReadySeconds > 0 else { return true }
        guard let since = readySince else { return false }
        return now.duration(since: since) >= .seconds(minReadySeconds)
    }

    /// How long until a ready pod counts as available; nil for a pod that is not ready or is available already.
    package func untilAvailable(minReadySeconds: Int, now: Timestamp) -> Duration? {
        guard minReadySeconds > 0, let since = readySince else { return nil }
        let left = .seconds(minReadySeconds) - now.duration(since: since)
        return left > .zero ? left : nil
    }

    package var restartCount: Int {
        (sequence("status", "containerStatuses") + sequence("status", "initContainerStatuses"))
            .reduce(0) { $0 + max(0, clamped($1["restartCount"]?.int ?? 0)) }
    }

    package var nodeName: String { string("spec", "nodeName") ?? "" }
}

/// Which pods go first when there are too many (`ActivePodsWithRanks`): those
/// that nobody would miss.
///
/// - Parameter crowd: how many pods of the same owner run on a node.
package func deletionOrder(_ pods: [Object], crowd: [String: Int] = [:]) -> [Object] {
    pods.map { pod in (pod, DeletionRank(pod, crowd: crowd[pod.nodeName] ?? 0)) }
        .sorted { $0.1 < $1.1 }
        .map(\.0)
}

private struct DeletionRank: Comparable {
    /// Field by field, the smaller goes first.
    var keys: [Int64]
    var name: String

    init(_ pod: Object, crowd: Int) {
        let phase: Int64 = pod.phase == "Running" ? 2 : pod.phase == "Unknown" ? 1 : 0
        let cost = pod.annotation("controller.kubernetes.io/pod-deletion-cost").flatMap { Int64($0) } ?? 0
        keys = [
            pod.nodeName.isEmpty ? 0 : 1, phase, pod.isReadyPod ? 1 : 0, cost, -Int64(crowd),
            // Ready for less time, more restarts, younger: first.
            pod.readySince.map { 0 &- $0.milliseconds } ?? .min, -Int64(pod.restartCount), 0 &- pod.created.milliseconds,
        ]
        name = pod.name
    }

    static func < (left: DeletionRank, right: DeletionRank) -> Bool {
        for (a, b) in zip(left.keys, right.keys) where a != b { return a < b }
        return left.name < right.name
    }
}
