internal import Basics
package import Cluster
package import Delivery
internal import Git
internal import Logging
package import Rollout
package import TestKit

/// The loop in the test's own process, on the same parts as the daemon's.
package final class InProcessOperator: Operator {
    private let client: ClusterClient
    private let remote: GitRemote
    private let mirrorPath: String
    private let pollInterval: Duration
    private let rolloutTimes: RolloutTimes
    private let analysis: RolloutAnalysis?
    private let prepare: @Sendable (inout WorkEnvironment) throws -> Void
    private let running = Locked<(task: Task<Void, Never>, watcher: SourceWatcher)?>(nil)

    /// - Parameters:
    ///   - folder: for the mirror.
    ///   - prepare: what else a daemon that starts is given.
    package init(
        client: ClusterClient, following repository: TestRepository, in folder: TemporaryFolder, pollInterval: Duration = .seconds(60),
        rolloutTimes: RolloutTimes = RolloutTimes(), analysis: RolloutAnalysis? = nil,
        prepare: @escaping @Sendable (inout WorkEnvironment) throws -> Void = { _ in }
    ) {
        self.client = client
        remote = GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"])
        mirrorPath = folder.file("mirror.git")
        (self.pollInterval, self.rolloutTimes, self.analysis, self.prepare) = (pollInterval, rolloutTimes, analysis, prepare)
    }

    package func start() async throws {
        let time = SystemTime()
        let random = RandomSource()
        var logger = Logger(label: "operator") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let watcher = SourceWatcher(
            settings: SourceWatcher.Settings(
                remote: remote, reference: .branch("main"), root: "", mirrorPath: mirrorPath, pollInterval: pollInterval),
            time: time, random: random, logger: logger, progress: .none)
        var environment = WorkEnvironment(
            client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger),
            store: InventoryStore(client: client, namespace: World.namespace), time: time, random: random, logger: logger,
            progress: .none)
        environment.rolloutTimes = rolloutTimes
        environment.analysis = analysis
        try prepare(&environment)
        let work = Applications(
            settings: Applications.Settings(source: remote.description, root: "", name: "shop"), environment: environment)
        let task = Task {
            await withDiscardingTaskGroup { group in
                group.addTask { await work.run() }
                group.addTask { await watcher.run { try await work.deliver($0) } }
            }
        }
        running.withLock { $0 = (task, watcher) }
    }

    package func kill() async {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        last?.task.cancel()
        await last?.task.value
    }

    /// Why the source cannot be used, for a failing test.
    package var trouble: String {
        let state = running.withLock { $0?.watcher }?.state
        return "source at \(state?.revision?.description ?? "none"), error: \(state?.error ?? "none")"
    }

    package func notify() async throws { running.withLock { $0?.watcher }?.markDue() }
}
