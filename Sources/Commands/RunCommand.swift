import ArgumentParser
import Automation
import Basics
import Chart
import Cluster
import Delivery
import Document
import Git
import History
import HTTP
import Kubernetes
import Logging
import Metrics
import Server
import ServiceLifecycle
import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "The daemon: keep a cluster equal to a repository.",
        discussion: """
            Every YAML document below --git-path is applied, every folder with a Chart.yaml is rendered as a chart, and
            martlet.yaml files, where there are any, say more. Images of workloads with "martlet.dev/automated" are followed: a
            better tag becomes a commit on the branch. Workloads with "martlet.dev/strategy" are rolled out step by step, and
            with --prometheus-url judged by what their requests say. What was deployed is kept in --history-file, and told to the
            "Notification" documents in git. It serves the page at /, /healthz, /readyz, /metrics, the API (described in
            /api/v1/openapi.yaml), /webhooks/{generic,github,gitlab} and, for pushes to registries,
            /webhooks/{dockerhub,ghcr,harbor,quay,distribution}, and stops cleanly on SIGTERM. On a loopback address and without
            tokens it prints a link to the page that signs in once, and another on SIGUSR1.

            Examples:
              martlet run --git-url https://git.example.com/shop.git --git-path deploy
              martlet run --git-url git@git.example.com:shop.git --git-ssh-key-file ~/.ssh/id_ed25519
              martlet run --git-url https://git.example.com/shop.git --prometheus-url http://prometheus.monitoring:9090
            """)

    @OptionGroup var git: GitOptions
    @OptionGroup var follow: FollowOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var records: RecordOptions
    @OptionGroup var images: AutomationOptions
    @OptionGroup var access: AccessOptions
    @OptionGroup var metrics: MetricsOptions
    @OptionGroup var deploys: HistoryOptions

    @Option(help: ArgumentHelp("Where to serve HTTP.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"

    @Option(help: ArgumentHelp("A file with the secret that webhooks are signed with; without it there are none.", valueName: "file"))
    var webhookSecretFile: String?

    @Option(help: ArgumentHelp("trace, debug, info, warning or error.", valueName: "level"))
    var logLevel = LogLevel.info

    mutating func validate() throws {
        guard git.gitURL != nil else { throw ValidationError("which repository? Say it with --git-url") }
        guard address != nil else { throw ValidationError("--listen is \"\(listen)\", expected host:port such as \"127.0.0.1:8080\"") }
    }

    private var address: (host: String, port: Int)? {
        guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]), (0...65535).contains(port)
        else { return nil }
        var host = listen[..<colon]
        // An IPv6 address stands in brackets before a port.
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), port)
    }

    func run() async throws { try await reporting(serve) }

    private func serve() async throws {
        guard let url = git.gitURL, let address else { return }
        let logger = makeLogger()
        let registry = MetricRegistry(help: MetricHelp.texts)
        MetricsSystem.bootstrap(registry)
        let time = SystemTime()
        let random = RandomSource()
        let client = try cluster.connect(time: time, random: random)
        let remote = try git.remote(url)
        let listeners = observed(logger, registry)
        let progress = listeners.progress
        let cache = WatchCache(client: client, time: time, random: random, logger: logger)
        var environment = WorkEnvironment(
            client: client, cache: cache, store: InventoryStore(client: client, namespace: records.martletNamespace), time: time,
            random: random, logger: logger, progress: progress)
        environment.analysis = try metrics.analysis(time: time)
        environment.gateWebhook = GateWebhook(transport: CurlTransport(userAgent: "martlet/\(MartletVersion.current)"))
        let store = environment.store
        let writer = Locked<Automation?>(nil)
        if case .branch = git.reference {
            environment.revert = { release in
                guard let automation = writer.withLock({ $0 }) else { throw CancellationError() }
                return try await automation.revert(release)
            }
        }
        let watcher = SourceWatcher(
            settings: SourceWatcher.Settings(
                remote: remote, reference: git.reference, root: git.gitPath, mirrorPath: try git.mirrorPath(url),
                pollInterval: follow.pollInterval, followsRewrites: follow.onRewrite == .follow),
            time: time, random: random, logger: logger, progress: progress)
        let history = history(watcher, client: client, time: time, random: random, logger: logger, metrics: registry)
        // Its deploys are told as a whole.
        environment.tellsWrites = history == nil
        let work = Applications(
            settings: Applications.Settings(source: remote.description, root: git.gitPath, name: git.applicationName(url)),
            environment: environment)
        let name = git.applicationName(url)
        let automation = try automation(watcher, client: client, time: time, random: random, logger: logger)
        if let automation { listeners.add { event in if case .rendered(let desired) = event { automation.note(desired) } } }
        writer.withLock { $0 = automation }
        if let history { listeners.add { history.note($0) } }
        let target = ClusterTarget(client: client, time: time)
        let page = DaemonPage(
            work: work, watcher: watcher, source: remote.description, history: history,
            past: Past(
                mirror: watcher.mirror, settings: .init(reference: git.reference, root: git.gitPath, name: name), store: history?.store,
                target: { target.current }),
            prometheus: try metrics.client(), client: client, cache: cache, time: time, random: random)
        listeners.add { page.board.note($0) }
        let sessions = Sessions(time: time, random: random)
        var view = DaemonView(
            unreadiness: {
                let state = watcher.state
                return state.revision == nil ? state.error ?? "the repository has not been fetched yet" : nil
            },
            status: { statusValue(source: remote.description, watcher.state, work.statuses, images: automation?.currentProblems ?? [:]) },
            markDue: { watcher.markDue() },
            branch: { if case .branch(let name) = git.reference { name } else { nil } }(),
            webhookSecret: try webhookSecretFile.map { Array(try text(of: $0, "--webhook-secret-file").trimmingNewlines.utf8) },
            automation: automation.map { .on(AutomationView($0, author: images.author)) }
                ?? .off("a tag or a commit is followed, and only a branch takes commits"),
            rollouts: RolloutsView(client: client, time: time, random: random),
            access: try access.control(
                client: client, time: time, sessions: sessions, host: address.host, door: Door(listeningOn: address.host, external: deploys.external)), time: time)
        if access.isEmpty, access.link(listeningOn: address.host) == .none {
            logger.warning(
                "nobody can sign in to the page or ask for changes: no tokens are known, and a link is printed on a loopback address only",
                metadata: ["advice": "start with --api-tokens-file or --api-cluster-tokens"])
        }
        page.show(in: &view)
        view.libraries = deploys.pageLibraries
        let link = Locked<SignInLink?>(nil)
        let server = HTTPService(
            host: address.host, port: address.port, router: Routes.router(view, metrics: registry), logger: quiet(logger)
        ) { port in
            logger.info("listening", metadata: ["address": "\(address.host):\(port)"])
            let made = SignInLink(access, sessions: sessions, host: address.host, port: port, external: deploys.externalURL)
            link.withLock { $0 = made }
            made?.print()
        }
        logger.info("martlet \(MartletVersion.current)", metadata: ["source": "\(remote)", "reference": "\(git.reference)", "cluster": "\(client.configuration.server)"])
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: server),
                    .init(
                        service: LoopService {
                            for await _ in await UnixSignalsSequence(trapping: .sigusr1) { link.withLock { $0 }?.print() }
                        }),
                    .init(service: LoopService { await history?.run() }),
                    .init(service: LoopService { await target.run() }),
                    .init(service: LoopService { await work.run() }),
                    .init(service: LoopService { await automation?.run() }),
                    .init(
                        service: LoopService {
                            await watcher.run {
                                try await work.deliver($0)
                            } note: { state in
                                try await store.note(source: name, sourceValue(remote.description, state))
                            }
                        }),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger)))
        try await group.run()
    }

    /// Follows images where a branch is followed: only a branch takes commits.
    private func automation(
        _ watcher: SourceWatcher, client: ClusterClient, time: any TimeSource, random: RandomSource, logger: Logger
    ) throws -> Automation? {
        guard case .branch(let branch) = git.reference, let url = git.gitURL else { return nil }
        let parts = AutomationOptions.Parts(
            mirror: watcher.mirror, branch: branch, root: git.gitPath, applicationName: git.applicationName(url),
            cacheFolder: try git.mirrorPath(url), time: time, random: random, logger: logger, settings: follow.automation)
        let templates = TemplateCache()
        return try images.automation(
            parts,
            context: {
                var context = RenderContext(now: time.now)
                context.templates = templates
                context.kubeVersion = try await client.serverVersion().gitVersion
                context.apiVersions = apiVersions(try await client.resources())
                let made = context
                return { _ in made }
            },
            object: { key in
                guard let resource = try? await client.resource(for: key.groupKind) else { return nil }
                return try? await client.get(resource, namespace: key.namespace, name: key.name)
            },
            hold: {
                // What is committed on a branch that is not followed would never be applied.
                guard watcher.state.isDiverged else { return nil }
                return "the branch was rewritten, and what it is now is not followed"
            }, onPush: { watcher.markDue() })
    }

    /// What was deployed is kept where that can be; where not, the daemon does its work all the same.
    private func history(
        _ watcher: SourceWatcher, client: ClusterClient, time: any TimeSource, random: RandomSource, logger: Logger, metrics: MetricRegistry
    ) -> DaemonHistory? {
        guard let url = git.gitURL else { return nil }
        do {
            let file = try deploys.historyFile ?? "\(git.mirrorPath(url))-history.sqlite"
            var parts = DaemonHistory.Parts(
                mirror: watcher.mirror, namespace: records.martletNamespace, source: git.applicationName(url), client: client, time: time, random: random,
                logger: logger, metrics: metrics)
            if case .branch = git.reference, deploys.historyNotes {
                parts.notes = NoteKeeper(
                    mirror: watcher.mirror, author: (images.author.name, images.author.email), time: time, random: random, logger: logger,
                    mayWrite: { !watcher.state.isDiverged })
            }
            return try DaemonHistory(file: file, options: deploys, parts: parts)
        } catch {
            logger.error("no history is kept, and nobody is told of deploys", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func makeLogger() -> Logger {
        LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
        var logger = Logger(label: "martlet")
        logger.logLevel = logLevel.level
        return logger
    }

    /// The libraries' own chatter, only when it matters.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logLevel.level, .warning)
        return quiet
    }

    private func observed(_ logger: Logger, _ registry: MetricRegistry) -> ProgressListeners {
        let listeners = ProgressListeners()
        let metrics = ProgressMetrics(factory: registry)
        let log = ProgressLog(logger: logger)
        listeners.add { metrics.note($0) }
        listeners.add { log.note($0) }
        return listeners
    }
}

/// The levels of swift-log that make sense to ask for.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// What `GET /api/v1/status` answers.
func statusValue(
    source: String, _ state: SourceWatcher.State, _ statuses: [ApplicationStatus], images problems: [ContainerName: AutomationError] = [:]
) -> Value {
    var value: Value = ["source": sourceValue(source, state), "applications": .sequence(statuses.map(\.value))]
    value["imageProblems"] = .sequence(
        problems.sorted { ($0.key.workload, $0.key.container) < ($1.key.workload, $1.key.container) }.map { name, error in
            ["workload": .string(name.workload.description), "container": .string(name.container), "error": .string("\(error)")]
        })
    if let fetchedAt = state.fetchedAt { value[path: "source", "fetchedAt"] = .string(fetchedAt.description) }
    return value
}

/// How a source is, as it is recorded in the cluster.
///
/// - Parameter fetched: with when it was fetched, which is different each time.
func sourceValue(_ source: String, _ state: SourceWatcher.State, fetched: Bool = false) -> Value {
    var value: Value = ["url": .string(source)]
    if let revision = state.revision {
        value["revision"] = .string(revision.description)
        value["commit"] = .string(revision.commit)
    }
    if let error = state.error { value["error"] = .string(error) }
    if fetched, let fetchedAt = state.fetchedAt { value["fetchedAt"] = .string(fetchedAt.description) }
    return value
}
