import Basics
import Delivery
import Document
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History

/// Sinks with a server that plays all of them, on a clock that stands still.
final class SinkStage: Sendable {
    let server: SinkServer
    let database: HistoryDatabase
    let time: VirtualTime
    let log = Locked<[String]>([])
    private let secrets: Locked<[String: [String: [UInt8]]]>

    init(database: HistoryDatabase? = nil) async throws {
        server = try await SinkServer()
        self.database = try database ?? HistoryDatabase(path: nil)
        time = VirtualTime()
        let data = ["url": Array(server.url.utf8), "token": Array("\(server.token)\n".utf8), "secret": server.signingKey]
        var hook = data
        hook["url"] = Array("\(server.url)/hook".utf8)
        hook["token"] = nil
        secrets = Locked(["sinks": data, "hook": hook])
    }

    func setSecret(_ name: String, _ data: [String: [UInt8]]?) { secrets.withLock { $0[name] = data } }
    func secret(_ name: String) -> [String: [UInt8]]? { secrets.withLock { $0[name] } }

    /// A program that has just started.
    func start(
        _ documents: [NotificationDocument], transport: (any HTTPTransport)? = nil, timeout: Duration = .seconds(30), checkpoint: @escaping @Sendable () throws -> Void = {}
    ) async -> Sinks {
        let log = log
        var logger = Logger(label: "sinks") { _ in RecordingLog(lines: log) }
        logger.logLevel = .trace
        let sinks = Sinks(
            store: SinkStore(database, checkpoint: checkpoint), cluster: "prod", secret: { [secrets] name in secrets.withLock { $0[name] } },
            transport: transport ?? CurlTransport(userAgent: "martlet-test"), time: time, random: RandomSource(seed: 7), logger: logger,
            timeout: timeout, links: { "https://martlet.example.com/history/\($0.id)" })
        await sinks.set(documents)
        return sinks
    }

    /// Lets all sinks work until nothing is due, or `limit` has passed on the clock.
    func settle(_ sinks: Sinks, limit: Duration = .seconds(30)) async {
        let end = time.elapsed + limit
        for _ in 0..<5000 {
            guard let wait = await sinks.stepAll() else { return }
            if wait == .zero { continue }
            guard time.elapsed + wait <= end else { break }
            await time.advance(by: wait)
        }
        let rest = end - time.elapsed
        if rest > .zero { await time.advance(by: rest) }
    }

    /// The log and everything that was sent, as one text.
    var allOutput: String {
        let sent = server.calls.map { "\($0.method) \($0.target) \(String(decoding: $0.body, as: UTF8.self))" }
        return (log.withLock { $0 } + sent).joined(separator: "\n")
    }
}

extension Sinks {
    /// One step of each sink; the shortest wait, zero where one has more to do.
    func stepAll() async -> Duration? {
        var shortest: Duration?
        for name in documents.keys.sorted() {
            let lane = lanes[name] ?? SinkLane()
            lanes[name] = lane
            guard let wait = await step(name, lane) else { continue }
            shortest = min(shortest ?? wait, wait)
        }
        return shortest
    }
}

struct RecordingLog: LogHandler {
    let lines: Locked<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.withLock { [text = "\(event.message) \(event.metadata ?? [:])"] in $0.append(text) } }
}

func document(
    _ name: String, _ sink: NotificationDocument.Sink, secret: String? = "sinks", url: String? = nil, filter: NotificationDocument.Filter = .init(),
    scope: [String]? = nil
) -> NotificationDocument {
    NotificationDocument(name: name, sink: sink, secret: secret, url: url, filter: filter, origin: Origin(file: "martlet.yaml", line: 1), scope: scope)
}

let grafana = document("grafana", .grafana(dashboardUID: nil, panelID: nil))
let slack = document("slack", .slack(channel: "C0123456"))
let webhook = document("webhook", .webhook, secret: "hook")
let github = document("github", .github(repository: "acme/shop"))
let gitlab = document("gitlab", .gitlab(project: "acme/web/shop"))
let allSinks = [grafana, slack, webhook, github, gitlab]

let commitID = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"

/// A running event.
func deploy(
    _ id: String = "01HZX0000000000000000000A1", name: String = "front-end", at: Int64 = 0, subject: String = "Make the till faster", commit: String = commitID
) -> DeployEvent {
    let start = Timestamp(milliseconds: 1_767_225_600_000 + at)
    var event = DeployEvent(
        id: id, application: "shop", workload: ObjectKey(group: "apps", kind: "Deployment", namespace: "sock-shop", name: name), startedAt: start,
        revision: SourceRevision(reference: "main", commit: commit), previousCommit: "", cause: .init(.commit, by: "Ada <ada@example.com>"))
    event.commits = [.init(id: commit, author: "Ada <ada@example.com>", subject: subject, time: start)]
    event.images = [.init(container: "web", from: "shop/web:1", to: "shop/web:2")]
    event.strategy = "canary"
    return event
}

extension DeployEvent {
    func ended(_ outcome: Outcome = .succeeded, after seconds: Int64 = 90, reason: String = "") -> DeployEvent {
        var event = self
        event.endedAt = Timestamp(milliseconds: startedAt.milliseconds + seconds * 1000)
        (event.outcome, event.reason) = (outcome, reason)
        return event
    }

    func step(_ weight: Int) -> DeployEvent {
        var event = self
        event.steps.append(.init(at: startedAt.adding(.seconds(weight)), phase: "progressing", step: event.steps.count, weight: weight, message: "by requests"))
        return event
    }
}
