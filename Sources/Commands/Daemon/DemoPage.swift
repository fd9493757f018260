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
    /// For the verbs that ask the daemon.
    private let token: String
    private let history: DaemonHistory?
    private let logger: Logger
    private let registry = MetricRegistry(help: MetricHelp.texts)

    init(
        _ folder: String, _ work: Applications, _ watcher: SourceWatcher, _ client: ClusterClient, _ cache: WatchCache, _ listeners: ProgressListeners,
        _ time: any TimeSource, _ random: RandomSource, _ logger: Logger
    ) throws {
        self.logger = logger
        sessions = Sessions(time: time, random: random)
        token = hexText((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        let owner = try TokenFile("\(token),you,", file: "the demonstration's token")
        let parts = DaemonHistory.Parts(
            mirror: watcher.mirror, notes: nil, namespace: "martlet-system", source: "shop", client: client, time: time, random: random, logger: logger,
            metrics: registry)
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
            access: AccessControl([owner], sessions: sessions, door: Door(listeningOn: "127.0.0.1", external: nil), link: .once(by: "martlet demo"), time: time), time: time)
        page.show(in: &view)
        self.view = view
        listeners.add { [board = page.board, history] event in
            board.note(event)
            history?.note(event)
        }
    }

    /// Keeps the history, until cancelled: from the first act on, for what it is told late it could only tell as one.
    func remember() async { await history?.run() }

    /// Serves until cancelled, and says where.
    func run() async throws {
        let server = HTTPService(host: "127.0.0.1", port: 0, router: Routes.router(view, metrics: registry), logger: logger) { [sessions, token] port in
            let terminal = Terminal.standardOutput
            terminal.line("The verbs that ask a daemon (history, at, blame, diff, rollout status) find this one with:")
            terminal.line("  export MARTLET_SERVER=http://127.0.0.1:\(port) MARTLET_TOKEN=\(token)")
            SignInLink(sessions: sessions, base: "http://127.0.0.1:\(port)", isRepeatable: false).print()
        }
        try await server.run()
    }
}
