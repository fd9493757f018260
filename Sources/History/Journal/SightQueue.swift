internal import Basics
internal import Delivery
internal import Kubernetes

/// Sights that wait to be taken in, in their order. When they come faster than they are taken, those of one application
/// become one that says all that was written and how it is now: so the queue never grows beyond a few for each.
struct SightQueue: Sendable {
    private(set) var waiting: [(sight: ApplicationSight, at: Timestamp)] = []

    static let limit = 4

    mutating func add(_ sight: ApplicationSight, at: Timestamp) {
        let own = waiting.indices.filter { waiting[$0].sight.application == sight.application }
        guard own.count >= Self.limit, let last = own.last else {
            waiting.append((sight, at))
            return
        }
        waiting[last] = (Self.merged(waiting[last].sight, sight), at)
    }

    mutating func takeAll() -> [(sight: ApplicationSight, at: Timestamp)] {
        defer { waiting = [] }
        return waiting
    }

    private static func merged(_ first: ApplicationSight, _ second: ApplicationSight) -> ApplicationSight {
        var merged = second
        merged.previousCommit = first.previousCommit
        merged.changes = Array((first.changes + second.changes).prefix(10_000))
        merged.files = Set(first.files).union(second.files).sorted()
        if second.isPartial {
            let known = Set(second.workloads.map(\.key))
            merged.workloads += first.workloads.filter { !known.contains($0.key) }
            merged.isPartial = first.isPartial
        }
        let former = Dictionary(first.workloads.map { ($0.key, $0.formerImages) }) { first, _ in first }
        for index in merged.workloads.indices {
            if let images = former[merged.workloads[index].key], !images.isEmpty { merged.workloads[index].formerImages = images }
        }
        return merged
    }
}
