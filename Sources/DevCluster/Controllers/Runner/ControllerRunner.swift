internal import Document
package import Basics
package import Cluster
internal import Kubernetes
package import Logging

/// Runs controllers against an API server: watches what they read, asks them
/// key by key what to do, and does it.
///
/// Only the API is used, so that the same controllers serve the embedded
/// cluster and a real control plane.
package actor ControllerRunner {
    /// One controller's look at one key.
    struct Item: Hashable, Sendable {
        var controller: Int
        var key: ObjectKey
    }

    private let client: ClusterClient
    private let cache: WatchCache
    private let controllers: [any Controller]
    private let time: any TimeSource
    private let performer: ActionPerformer
    private let random: RandomSource
    private let workers: Int
    private let signal: AsyncStream<Void>
    private let signaler: AsyncStream<Void>.Continuation

    private var observed = Observed()
    private var queue = WorkQueue<Item>()
    private var readers: [GroupKind: [Int]] = [:]
    private var backoffs: [Item: Backoff] = [:]
    private var failures: [Item: ActionFailure] = [:]
    private var refreshes: [ObjectKey: UInt64] = [:]
    private var refreshCount: UInt64 = 0
    private var running = 0
    private var alarm: Duration?
    private var isSynced = false
    private var hasSettled = false

    package init(
        client: ClusterClient, controllers: [any Controller], time: any TimeSource, random: RandomSource, logger: Logger,
        workers: Int = 8
    ) {
        self.client = client
        self.controllers = controllers
        self.time = time
        self.random = random
        self.workers = max(1, workers)
        cache = WatchCache(client: client, time: time, random: random, logger: logger)
        performer = ActionPerformer(client: client, cache: cache, time: time, random: random)
        (signal, signaler) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Until the task is cancelled.
    ///
    /// - Parameter settled: called once, when everything there was at the start has been looked at.
    /// - Throws: `ClusterError` where the server refuses what no later try would change.
    package func run(settled: @escaping @Sendable () async -> Void = {}) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.cache.run() }
            group.addTask { try await self.follow() }
            for await _ in signal {
                while isSynced, running < workers, let item = queue.next() {
                    running += 1
                    group.addTask { await self.work(on: item) }
                }
                if isSynced, queue.isIdle, !hasSettled {
                    hasSettled = true
                    group.addTask { await settled() }
                }
                if let due = queue.earliest, alarm.map({ due < $0 }) ?? true {
                    alarm = due
                    group.addTask { await self.wake(at: due) }
                }
            }
            group.cancelAll()
        }
    }

    // MARK: What is observed

    /// Lists and then follows every kind a controller reads; kinds the server does not have are left out.
    private func follow() async throws {
        let changes = cache.changes()
        var resources: [GroupKind: APIResource] = [:]
        for (index, controller) in controllers.enumerated() {
            for kind in Set([controller.kind] + controller.watches) { readers[kind, default: []].append(index) }
        }
        for kind in readers.keys { resources[kind] = try await resource(kind) }
        await performer.learn(resources)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for resource in resources.values {
                group.addTask { try await self.cache.start(resource, dropping: [["metadata", "managedFields"]]) }
            }
            try await group.waitForAll()
        }
        for kind in resources.keys { await refresh(all: kind) }
        for (index, controller) in controllers.enumerated() {
            for key in controller.initialKeys { queue.add(Item(controller: index, key: key)) }
        }
        isSynced = true
        signaler.yield()
        for await change in changes {
            for kind in change.kinds { await refresh(all: kind) }
            for key in change.keys { await refresh(key) }
        }
    }

    /// The resource type of a kind; nil for one the server does not have. Waits for a server that does not answer.
    private func resource(_ kind: GroupKind) async throws -> APIResource? {
        var backoff = Backoff(base: .milliseconds(200), limit: .seconds(5))
        while true {
            do throws(ClusterError) {
                return try await client.resource(for: kind)
            } catch {
                if error.reason == .unknownKind { return nil }
                guard error.isTransient else { throw error }
            }
            try await time.sleep(for: backoff.next(random))
        }
    }

    private func refresh(all kind: GroupKind) async {
        let keys = Set(observed.objects(kind).map(\.key)).union(await cache.objects(kind).map(\.key))
        for key in keys { await refresh(key) }
    }

    /// Takes one object over from the cache; of several at a time the one that began last counts.
    private func refresh(_ key: ObjectKey) async {
        guard let readers = readers[key.groupKind] else { return }
        refreshCount &+= 1
        let turn = refreshCount
        refreshes[key] = turn
        let new = await cache.object(key)
        guard refreshes[key] == turn else { return }
        refreshes[key] = nil
        let old = observed.object(key)
        if old == new { return }
        let change: Change
        if let new {
            observed.insert(new)
            change = old.map { Change(from: $0, to: new) } ?? Change(added: new)
        } else {
            guard let old else { return }
            observed.remove(key)
            change = Change(from: old, to: nil)
        }
        enqueue(change, readers)
    }

    private func enqueue(_ change: Change, _ readers: [Int]) {
        for index in readers {
            for key in controllers[index].keys(for: change, in: observed) { queue.add(Item(controller: index, key: key)) }
        }
        signaler.yield()
    }

    // MARK: Work

    private func wake(at due: Duration) async {
        try? await time.sleep(for: max(.zero, due - time.elapsed))
        if alarm == due { alarm = nil }
        queue.wake(at: time.elapsed)
        signaler.yield()
    }

    /// A function of its own, so that no copy of what is observed lives on while requests are under way:
    /// the next change would have to copy all of it.
    private func decide(_ item: Item) -> Decision {
        controllers[item.controller].reconcile(item.key, in: Situation(observed, now: time.now, failure: failures[item]))
    }

    private func work(on item: Item) async {
        let controller = controllers[item.controller]
        let decision = decide(item)
        let failure = decision.actions.isEmpty ? nil : await perform(decision.actions, for: controller)
        if let failure {
            failures[item] = failure
            let wait = backoffs[item, default: Backoff(base: .milliseconds(20), limit: .seconds(1))].next(random)
            queue.add(item, at: time.elapsed + wait)
        } else {
            // A condition that tells of a failure is taken back by the next look.
            if failures.removeValue(forKey: item) != nil { queue.add(item) }
            backoffs[item] = nil
            if let again = decision.again { queue.add(item, at: time.elapsed + again) }
        }
        queue.finish(item)
        running -= 1
        signaler.yield()
    }

    /// Does actions in order; stops at the first failure and returns it.
    private func perform(_ actions: [Action], for controller: any Controller) async -> ActionFailure? {
        let pass = await performer.perform(actions, for: controller)
        for key in pass.touched { await refresh(key) }
        for (key, uid) in pass.deleted { markDeleted(key, uid) }
        return pass.failure
    }

    /// Until the watch tells that it is gone, what was deleted counts as going.
    private func markDeleted(_ key: ObjectKey, _ uid: String) {
        guard var object = observed.object(key), object.uid == uid, !object.isBeingDeleted else { return }
        let old = object
        object.value[path: "metadata", "deletionTimestamp"] = .string(time.now.description)
        observed.insert(object)
        enqueue(Change(from: old, to: object), readers[key.groupKind] ?? [])
    }
}
