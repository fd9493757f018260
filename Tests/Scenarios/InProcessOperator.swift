internal import Basics
package import Cluster
package import Delivery
package import Git
internal import Logging
package import Rollout

/// The loop in the test's own process, on the same parts as the daemon's.
package final class InProcessOperator: Operator {
    private let client: ClusterClient
    private let remote: GitRemote
    private let mirrorPath: String
    private let name: String
    private let pollInterval: Duration
    private let rolloutTimes: RolloutTimes
    private let analysis: RolloutAnalysis?
    private let running = Locked<(task: Task<Void, Never>, watcher: SourceWatcher)?>(nil)

    package init(client: ClusterClient, remote: GitRemote, mirrorPath: String, name: String, pollInterval: Duration, rolloutTimes: RolloutTimes = RolloutTimes(),
        analysis: RolloutAnalysis? = nil
    ) {
        self.analysis = analysis
        self.rolloutTimes = rolloutTimes
        self.client = client
        self.remote = remote
        self.mirrorPath = mirrorPath
        self.name = name
        self.pollInterval = pollInterval
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
        let work = Applications(
            settings: Applications.Settings(source: remote.description, root: "", name: name), environment: environment)
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
