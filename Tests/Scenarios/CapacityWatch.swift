internal import Basics
internal import Cluster
internal import DevCluster
internal import Kubernetes
internal import Logging

/// Counts the ready pods of the namespace "shop" at every change of one.
final class CapacityWatch: Sendable {
    private let client: ClusterClient
    private let time: any TimeSource
    private let counted = Locked<(least: Int, isReady: Bool)>((.max, false))

    init(client: ClusterClient, time: any TimeSource) { (self.client, self.time) = (client, time) }

    /// The fewest there were.
    var least: Int { counted.withLock { $0.least } }

    func ready() async throws {
        while !counted.withLock({ $0.isReady }) { try await time.sleep(for: .milliseconds(20)) }
    }

    /// Until the task is cancelled.
    func run() async throws {
        let cache = WatchCache(client: client, time: time, random: RandomSource(), logger: Logger(label: "capacity") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await cache.run() }
            let changes = cache.changes()
            try await cache.start(client.resource(for: .pod), dropping: [["metadata", "managedFields"]])
            await count(cache)
            counted.withLock { $0.isReady = true }
            for await _ in changes { await count(cache) }
        }
    }

    private func count(_ cache: WatchCache) async {
        let ready = await cache.objects(.pod).count { $0.namespace == "shop" && $0.isReadyPod && !$0.isBeingDeleted }
        counted.withLock { $0.least = min($0.least, ready) }
    }
}
