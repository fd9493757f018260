import ArgumentParser
import Basics
import Cluster
import Delivery
import Git
import History
import Logging
import Server

/// The demonstration's web page: the daemon's own, on a free port of this machine.
struct DemoPage: Sendable {
    private let view: DaemonView
    private let sessions: Sessions
    private let history: DaemonHistory?
    private let logger: Logger

    init(
        _ folder: String, _ work: Applications, _ watcher: SourceWatcher, _ client: ClusterClient, _ cache: WatchCache, _ listeners: ProgressListeners,
        _ time: any TimeSource, _ random: RandomSource, _ logger: Logger
    ) {
        self.logger = logger
        sessions = Sessions(time: time, random: random)
        let parts = DaemonHistory.Parts(
            mirror: watcher.mirror, notes: nil, namespace: "martlet-system", client: client, time: time, random: random, logger: logger)
        history = try? DaemonHistory(file: nil, options: HistoryOptions.parse([]), parts: parts)
        let source = "file://\(folder)/shop.git"
        let page = DaemonPage(
            work: work, watcher: watcher, source: source, history: history,
            past: Past(mirror: watcher.mirror, settings: .init(reference: .branch("main"), root: "", name: "shop"), store: history?.store),
            prometheus: nil, client: client, cache: cache, time: time, random: random)
        var view = DaemonView(
            unreadiness: { nil }, status: { statusValue(source: source, watcher.state, work.statuses) }, markDue: { watcher.markDue() }, branch: "main",
            webhookSecret: nil, automation: .off("the demonstration has no registry"),
            rollouts: RolloutsView(client: client, time: time, random: random),
            access: AccessControl([], sessions: sessions, door: Door(listeningOn: "127.0.0.1", external: nil), link: .once(by: "martlet demo"), time: time), time: time)
        page.show(in: &view)
        self.view = view
        listeners.add { [board = page.board, history] event in
            board.note(event)
            history?.note(event)
        }
    }

    /// Serves until cancelled, and says where.
    func run() async throws {
        let server = HTTPService(host: "127.0.0.1", port: 0, router: Routes.router(view, metrics: MetricRegistry()), logger: logger) { [sessions] port in
            SignInLink(sessions: sessions, base: "http://127.0.0.1:\(port)", isRepeatable: false).print()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [history] in await history?.run() }
            try await server.run()
            group.cancelAll()
        }
    }
}
