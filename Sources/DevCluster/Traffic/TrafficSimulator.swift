package import Basics
package import Cluster
internal import Document
internal import Kubernetes
package import Logging

/// Users for a cluster that has none: sends requests into the routes that are written there, lets the pods answer
/// as their annotations say (`PodAnswers`), counts what became of each, and tells Prometheus what the routers
/// and the pods would.
///
/// Serves any API server through its API alone, a real control plane included. No packet is sent: a
/// request is a decision (`simulate`) on what Services, Endpoints, Pods and routes say at that moment.
///
/// ```swift
/// let traffic = TrafficSimulator(client: client, options: TrafficOptions([TrafficStream(namespace: "shop", service: "web", rate: 20)]), …)
/// async let running: Void = traffic.run()
/// try await traffic.ready()
/// …
/// traffic.report.isClean
/// ```
///
/// A request is lost when no rule, Service, endpoint or ready pod is there for it. A pod that was asked to go serves
/// until it is gone, so pods need some time to go (`NodeOptions.stopDelay`), as real ones do: endpoints hear of it a moment later.
package final class TrafficSimulator: Sendable {
    fileprivate struct State {
        var options: TrafficOptions
        var ledger = TrafficLedger()
        var random: SplitMix64
        /// Requests due, with fractions, by the stream's name.
        var due: [String: Double] = [:]
        /// What routers know, oldest first, with the time they hear of it.
        var known: [(at: Duration, snapshot: TrafficSnapshot)] = []
    }

    let client: ClusterClient
    let time: any TimeSource
    private let random: RandomSource
    let logger: Logger
    private let state: Locked<State>
    private let isReady = Gate()
    private let listening = Locked<Int?>(nil)
    private let port: Int?

    /// - Parameter port: where metrics are served on the loopback interface. Nil: nowhere. 0: whichever port is free.
    package init(
        client: ClusterClient, options: TrafficOptions, port: Int? = nil, time: any TimeSource, random: RandomSource,
        logger: Logger = Logger(label: "traffic")
    ) {
        (self.client, self.time, self.random, self.logger, self.port) = (client, time, random, logger, port)
        state = Locked(State(options: options, random: SplitMix64(state: random.next())))
    }

    /// What became of all requests so far.
    package var report: TrafficReport { state.withLock { $0.ledger.report } }

    /// The requests that can be sent from now on, and how: another rate, another mix of people, an incident.
    package func update(_ change: @Sendable (inout TrafficOptions) -> Void) { state.withLock { change(&$0.options) } }

    /// All metrics as values, for tests.
    package var metrics: [MetricFamily] { state.withLock { $0.ledger.metrics($0.options) } }

    /// All metrics in Prometheus' text format, as `http://127.0.0.1:PORT/metrics` tells them.
    package var metricsText: String { metrics.map(\.text).joined() }

    /// Where metrics are served; nil before `ready` and without a port. Scrape with `honor_labels`.
    package var metricsPort: Int? { listening.withLock { $0 } }

    /// Returns when all there is has been seen and requests are under way; `run` must be running or begin to.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, or `run` has ended.
    package func ready() async throws { try await isReady.wait() }

    /// Sends requests until the task is cancelled.
    package func run() async throws {
        let cache = WatchCache(client: client, time: time, random: random, logger: logger)
        let hasPort = Gate()
        defer {
            hasPort.shut()
            isReady.shut()
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await cache.run() }
            if let port {
                group.addTask { [self] in
                    try await serveMetrics({ [self] in metricsText }, port: port, logger: logger) { [self] port in
                        listening.withLock { $0 = port }
                        hasPort.open()
                    }
                }
            } else {
                hasPort.open()
            }
            let isStale = Locked(true)
            let changes = cache.changes()
            group.addTask { for await _ in changes { isStale.withLock { $0 = true } } }
            group.addTask { [self] in try await followRoutes(cache) }
            if state.withLock({ $0.options.acceptsRoutes }) { group.addTask { [self] in try await acceptRoutes(cache) } }
            for kind in [GroupKind.service, .endpoints, .pod] {
                try await cache.start(client.resource(for: kind), dropping: [["metadata", "managedFields"]])
            }
            try await followRoutesOnce(cache)
            try await hasPort.wait()
            try await send(cache, isStale)
        }
    }

    /// Kinds of routes may come later, with their definitions.
    private func followRoutes(_ cache: WatchCache) async throws {
        while true {
            try await time.sleep(for: .seconds(5))
            try await followRoutesOnce(cache)
        }
    }

    private static let routeKinds: [GroupKind] = [.httpRoute, .virtualService, .destinationRule, .ingress]

    private func followRoutesOnce(_ cache: WatchCache) async throws {
        var missing: [GroupKind] = []
        for kind in Self.routeKinds where await !cache.isSynced(kind) { missing.append(kind) }
        // Which kinds there are is asked anew: the client remembers otherwise.
        if missing.isEmpty { return }
        guard let resources = try? await client.resources(refresh: true) else { return }
        for kind in missing {
            guard let resource = resources.first(where: { $0.gvk.groupKind == kind }) else { continue }
            do throws(ClusterError) {
                try await cache.start(resource, dropping: [["metadata", "managedFields"]])
            } catch {
                if error.reason == .cancelled { throw error }
                logger.warning("routes are not followed", metadata: ["kind": "\(kind.kind)", "error": "\(error)"])
            }
        }
    }

    private func send(_ cache: WatchCache, _ isStale: Locked<Bool>) async throws {
        var last = time.elapsed
        var isFirst = true
        while true {
            let wasStale = isStale.withLock { flag in
                defer { flag = false }
                return flag
            }
            if wasStale { await look(cache) }
            if isFirst { isReady.open() }
            isFirst = false
            let now = time.elapsed
            let passed = now - last
            last = now
            state.withLock { $0.send(for: passed, at: now) }
            try await time.sleep(for: state.withLock { max(.milliseconds(1), $0.options.tick) })
        }
    }

    private func look(_ cache: WatchCache) async {
        var objects: [Object] = []
        for kind in [GroupKind.service, .endpoints, .pod] + Self.routeKinds { objects += await cache.objects(kind) }
        let snapshot = TrafficSnapshot(objects)
        let now = time.elapsed
        state.withLock { $0.known.append((now, snapshot)) }
    }
}

extension TrafficSimulator.State {
    /// At most so many requests at once, should the clock jump.
    private static let most = 10_000.0

    mutating func send(for passed: Duration, at now: Duration) {
        guard let latest = known.last else { return }
        // The newest of what routers have heard by now.
        while known.count > 1, let second = known.dropFirst().first, second.at + options.lag <= now { known.removeFirst() }
        guard var snapshot = known.first?.snapshot else { return }
        snapshot.pods = latest.snapshot.pods
        let parts = passed.components
        let seconds = Double(parts.seconds) + Double(parts.attoseconds) / 1e18
        for stream in options.streams {
            let count = min(Self.most, due[stream.name, default: 0] + max(0, stream.rate) * seconds)
            due[stream.name] = count - count.rounded(.down)
            for _ in 0..<max(0, Int(exactly: count.rounded(.down)) ?? 0) {
                guard let kind = random.choose(stream.clients.map(\.share)), stream.clients.indices.contains(kind) else { continue }
                let client = stream.clients[kind]
                let outcome = simulate(client, of: stream, in: snapshot, incident: options.incident, &random)
                ledger.enter(outcome, client: client.name)
            }
        }
    }
}
