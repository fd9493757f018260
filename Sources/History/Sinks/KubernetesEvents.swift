package import Basics
package import Cluster
package import Delivery
internal import Kubernetes
package import Logging

/// Tells of each deploy where the cluster's people look: as Kubernetes Events on the workload, at the start and at the
/// end, so that `kubectl describe` says which commit it was, whose, and how it went.
///
/// More than `DeployDigest.threshold` within `DeployDigest.window` are one Event that says how many and is kept up to
/// date, on the record of their application or of the source. What the API server cannot take now is tried again, until
/// it is too old to be news.
package actor KubernetesEvents {
    private nonisolated let client: ClusterClient
    private nonisolated let inventories: InventoryStore
    private nonisolated let source: String
    private nonisolated let time: any TimeSource
    private nonisolated let random: RandomSource
    private nonisolated let logger: Logger
    private nonisolated let bell = Doorbell()

    /// What is to be told: the start of a deploy, or its end.
    private struct Word {
        var event: DeployEvent
        /// By `TimeSource.elapsed`.
        var since: Duration
    }

    private var words: [Word] = []
    private var storms: [DeployStorm] = []
    /// Deploys that were told of one by one, or are about to be: when they were first heard of, by id.
    private var known: [String: Duration] = [:]
    private var dropped = 0

    /// In which the neighbors of an event come, too.
    private static let pause = Duration.seconds(2)
    private static let wordLimit = 10_000
    /// What is older is no news: the server itself forgets Events after an hour.
    private static let patience = Duration.seconds(1800)
    private static let memory = Duration.seconds(86_400)

    /// - Parameters:
    ///   - inventories: whose records storms are told on.
    ///   - source: its name there.
    package init(
        client: ClusterClient, inventories: InventoryStore, source: String, time: any TimeSource, random: RandomSource, logger: Logger
    ) {
        (self.client, self.inventories, self.source) = (client, inventories, source)
        (self.time, self.random, self.logger) = (time, random, logger)
    }

    /// Takes events as they come until cancelled.
    package func run(_ updates: AsyncStream<DeployEvent>) async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await event in updates { await self.note(event) } }
            group.addTask { await self.work() }
        }
    }

    private func note(_ event: DeployEvent) {
        var event = event
        (event.changes, event.steps) = ([], [])
        if let index = storms.firstIndex(where: { $0.events[event.id] != nil }) {
            storms[index].take(event)
            return bell.ring()
        }
        if event.endedAt == nil {
            // What goes on is told when it begins, and what is put back when it is.
            guard known[event.id] == nil, event.cause.kind != .drift, time.now.duration(since: event.startedAt) < Self.patience else { return }
        }
        if known[event.id] == nil { known[event.id] = time.elapsed }
        words.append(Word(event: event, since: time.elapsed))
        if words.count > Self.wordLimit {
            words.removeFirst()
            dropped += 1
        }
        bell.ring()
    }

    private func work() async {
        var backoff = Backoff(base: .seconds(1), limit: .seconds(60))
        while !Task.isCancelled {
            if words.isEmpty { _ = await bell.wait(upTo: nextStorm, time) }
            try? await time.sleep(for: Self.pause)
            guard !Task.isCancelled else { return }
            gather()
            do {
                try await tellStorms()
                try await tellWords()
                backoff.reset()
            } catch {
                logger.debug("Kubernetes Events of deploys wait", metadata: ["error": "\(error)"])
                try? await time.sleep(for: backoff.next(random))
            }
            forget()
        }
    }

    /// Until a storm is due to be told as it is now.
    private var nextStorm: Duration { storms.compactMap { $0.wait(at: time.elapsed) }.min() ?? .seconds(600) }
}

// MARK: storms

extension KubernetesEvents {
    /// Makes one of what came together.
    private func gather() {
        let now = time.elapsed
        // Whose storm still blows is a part of it.
        for storm in storms.indices where storms[storm].isOpen(at: now) { join(storm) { [scope = storms[storm].scope] in scope == nil || $0.application == scope } }
        let fresh = Set(words.map(\.event.id)), told = known.filter { now - $0.value < DeployDigest.window && !fresh.contains($0.key) }.count
        guard !words.isEmpty, fresh.count + told > DeployDigest.threshold else { return }
        let applications = Dictionary(grouping: words, by: \.event.application).mapValues { Set($0.map(\.event.id)).count }
        for (application, count) in applications.sorted(by: { $0.key < $1.key }) where count > DeployDigest.threshold {
            begin(application, now) { $0.application == application }
        }
        let rest = Set(words.map(\.event.id))
        guard !rest.isEmpty, rest.count + told > DeployDigest.threshold else { return }
        let names = Set(words.map(\.event.application))
        begin(names.count == 1 ? names.first : nil, now) { _ in true }
    }

    private func begin(_ scope: String?, _ now: Duration, _ isOf: (DeployEvent) -> Bool) {
        storms.append(DeployStorm(id: ULID(at: time.now, random: random).description, scope: scope, at: now))
        join(storms.count - 1, isOf)
    }

    private func join(_ storm: Int, _ isOf: (DeployEvent) -> Bool) {
        guard storms.indices.contains(storm) else { return }
        for word in words where isOf(word.event) {
            storms[storm].take(word.event, at: time.elapsed)
            // It is not told by itself.
            known[word.event.id] = nil
        }
        words.removeAll { isOf($0.event) }
    }

    private func tellStorms() async throws(ClusterError) {
        for id in storms.map(\.id) {
            guard let storm = storms.first(where: { $0.id == id }), storm.wait(at: time.elapsed) == .zero else { continue }
            let subject = try await inventories.known(storm.scope.map(inventories.subject(of:)) ?? inventories.subject(ofSource: source))
            try await write(storm.word(on: subject, at: time.now))
            // More may have been taken meanwhile.
            if let index = storms.firstIndex(where: { $0.id == id }) { storms[index].told(storm, at: time.elapsed) }
        }
    }

    /// A storm that is over, or goes on for so long that nobody knows its Event any more.
    private func forget() {
        let now = time.elapsed
        storms.removeAll { ($0.isOver && !$0.isDirty) || now - $0.begunAt > Self.patience * 2 }
        if known.count > Self.wordLimit || known.values.contains(where: { now - $0 > Self.memory }) {
            known = known.filter { now - $0.value <= Self.memory }
        }
        let count = words.count
        words.removeAll { now - $0.since > Self.patience }
        dropped += count - words.count
        if dropped > 0 { logger.warning("deploys have no Kubernetes Events: the API server took none for too long", metadata: ["deploys": "\(dropped)"]) }
        dropped = 0
    }
}

// MARK: one by one

extension KubernetesEvents {
    private func tellWords() async throws(ClusterError) {
        while let word = words.first, !Task.isCancelled {
            try await write(DeployText.word(word.event, on: try await subject(word.event)))
            if words.first?.event == word.event { words.removeFirst() }
        }
    }

    /// The workload itself, or the application's record.
    private func subject(_ event: DeployEvent) async throws(ClusterError) -> ClusterEvent.Subject {
        guard let key = event.workload else { return try await inventories.known(inventories.subject(of: event.application)) }
        do throws(ClusterError) {
            let resource = try await client.resource(for: key.groupKind)
            do throws(ClusterError) {
                return .init(try await client.get(resource, namespace: key.namespace, name: key.name))
            } catch {
                guard error.reason == .notFound else { throw error }
                return .init(apiVersion: resource.gvk.apiVersion, kind: key.kind, namespace: key.namespace, name: key.name)
            }
        } catch {
            // A kind that is gone, or that may not be read, is no reason not to tell.
            guard !error.isTransient else { throw error }
            return try await inventories.known(inventories.subject(of: event.application))
        }
    }

    /// - Throws: what may succeed later. What is refused is let go of.
    private func write(_ event: ClusterEvent) async throws(ClusterError) {
        do throws(ClusterError) {
            try await event.write(client)
        } catch {
            guard !error.isTransient else { throw error }
            logger.debug(
                "a Kubernetes Event is refused", metadata: ["object": "\(event.subject.namespace)/\(event.subject.name)", "error": "\(error)"])
        }
    }
}
