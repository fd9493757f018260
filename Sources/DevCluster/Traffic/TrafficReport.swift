/// What became of all requests so far.
package struct TrafficReport: Sendable, Hashable {
    /// Requests of users; copies are counted by `mirrored` alone.
    package var sent = 0
    /// Answered, by `pod-template-hash` of the pod ("" for a pod without).
    package var byHash: [String: Int] = [:]
    /// Answered, by kind of user and by hash.
    package var byClient: [String: [String: Int]] = [:]
    /// By the rule that took them: `HTTPRoute shop/web rule 0`; straight ones under `Service shop/web`.
    package var byRule: [String: Int] = [:]
    package var byStatus: [Int: Int] = [:]
    /// Requests that no pod answered: must be 0 while nobody breaks anything.
    package var lost = 0
    package var lostBy: [TrafficLoss: Int] = [:]
    /// Requests that were sent to an arm Service and ended at a pod of another hash: must be 0.
    package var wrongArm = 0
    /// Requests to a Service pinned to one version that ended at a pod of another: none, but for the moment after a
    /// pin has moved, until endpoints and proxies follow.
    package var offPin = 0
    /// Copies answered, by hash of the pod.
    package var mirrored: [String: Int] = [:]
    package var mirrorsLost = 0
    /// The first of what must not be, told for people; at most twenty.
    package var complaints: [String] = []

    package init() {}

    /// Every request was answered by a pod it was meant for.
    package var isClean: Bool { lost == 0 && wrongArm == 0 }

    /// The share of the answered requests that a hash answered.
    package func share(of hash: String) -> Double {
        let all = byHash.values.reduce(0, +)
        return all == 0 ? 0 : Double(byHash[hash] ?? 0) / Double(all)
    }

    /// What came after an earlier report.
    package func since(_ earlier: TrafficReport) -> TrafficReport {
        func less<Key>(_ now: [Key: Int], _ then: [Key: Int]) -> [Key: Int] {
            now.merging(then) { $0 - $1 }.filter { $0.value != 0 }
        }
        var report = self
        report.sent -= earlier.sent
        report.byHash = less(byHash, earlier.byHash)
        report.byClient = Dictionary(uniqueKeysWithValues: byClient.map { ($0, less($1, earlier.byClient[$0] ?? [:])) })
        report.byRule = less(byRule, earlier.byRule)
        report.byStatus = less(byStatus, earlier.byStatus)
        report.lost -= earlier.lost
        report.lostBy = less(lostBy, earlier.lostBy)
        report.wrongArm -= earlier.wrongArm
        report.offPin -= earlier.offPin
        report.mirrored = less(mirrored, earlier.mirrored)
        report.mirrorsLost -= earlier.mirrorsLost
        report.complaints = Array(complaints.dropFirst(earlier.complaints.count))
        return report
    }
}

/// Why no pod answered a request.
package enum TrafficLoss: String, Sendable, Hashable, CaseIterable {
    /// The host is known, but no rule takes the request: 404.
    case noRule
    /// The rule has no backend, or all of its weights are 0: 500.
    case noBackend
    /// The backend's Service, or its port, is not there: 500.
    case noService
    /// The Service has no ready endpoint: 503.
    case noEndpoint
    /// The endpoint's pod is gone.
    case podGone
    /// The endpoint's pod is not ready.
    case podNotReady
}
