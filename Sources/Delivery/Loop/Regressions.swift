package import Kubernetes

/// How often each kind's list was older than what had been seen before: a cluster that was restored from a backup, or a server that is behind.
package struct Regressions: Sendable {
    private var known: [GroupKind: Int] = [:]

    package init() {}

    /// Whether one more has come since the last look; the first look has nothing to compare with.
    package mutating func haveGrown(to counts: [GroupKind: Int]) -> Bool {
        var haveGrown = false
        for (kind, count) in counts {
            if let before = known[kind], before < count { haveGrown = true }
            known[kind] = count
        }
        return haveGrown
    }
}
