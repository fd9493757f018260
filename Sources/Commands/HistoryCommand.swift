import ArgumentParser
import Automation
import Basics
import Document
import History
import Kubernetes

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show deploys: what changed, when, by whom, from which commit, and how it went.",
        discussion: """
            The newest come first. A running daemon is asked, or with --history-file the file that one keeps.

            Examples:
              martlet history
              martlet history deployment/front-end -n shop --since "2 days ago"
              martlet history --outcome failed --outcome rolled-back --limit 10
              martlet history -o json --server https://martlet.example.com | jq '.events[].images'
              martlet history --history-file /var/lib/martlet/history.sqlite
            """)

    @Argument(help: workloadHelp)
    var words: [String] = []

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Only workloads of this namespace.", valueName: "namespace"))
    var namespace: String?

    @Option(help: ArgumentHelp("Only this application.", valueName: "name"))
    var application: String?

    @Option(help: ArgumentHelp("Only what began at or after this time, such as \"2 days ago\" or 2026-11-20.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only of this outcome: running, succeeded, failed, rolled-back or superseded; may be given more than once.", valueName: "outcome"))
    var outcome: [String] = []

    @Option(help: ArgumentHelp("The most deploys to show, up to 1000.", valueName: "number"))
    var limit = 50

    @OptionGroup(title: "By a running daemon") var daemon: DaemonOptions
    @OptionGroup(title: "Without a daemon") var history: HistoryFileOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard (1...EventQuery.maxLimit).contains(limit) else { throw ValidationError("--limit is \(limit), expected 1 to \(EventQuery.maxLimit)") }
        for text in outcome where DeployEvent.Outcome(rawValue: text) == nil {
            let known = DeployEvent.Outcome.allCases.map(\.rawValue)
            let guess = nearest(to: text, among: known).map { ", did you mean \"\($0)\"?" } ?? ""
            throw ValidationError("--outcome is \"\(text)\"\(guess) expected one of \(known.joined(separator: ", "))")
        }
        _ = try name()
        if let since {
            do throws(HistoryError) {
                _ = try Moment.time(since, now: SystemTime().now)
            } catch {
                throw ValidationError("--since: \(error)")
            }
        }
    }

    private func name() throws -> WorkloadName? {
        guard !words.isEmpty else { return nil }
        do throws(AutomationError) {
            return try WorkloadName(words, namespace: namespace)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        try await reporting {
            let value = try await answer()
            if output.format == .table { print(HistoryText.table(value, now: SystemTime().now)) } else { output.write(value) }
        }
    }

    private func answer() async throws -> Value {
        var query = EventQuery(application: application, namespace: namespace, limit: limit)
        if let name = try name() {
            (query.name, query.namespace) = (name.name, name.namespace ?? namespace)
            if !name.resource.isEmpty { query.kind = name.resource }
        }
        if let since { query.from = try Moment.time(since, now: SystemTime().now) }
        query.outcomes = Set(outcome.compactMap { DeployEvent.Outcome(rawValue: $0) })
        if let store = try history.store() {
            let events = try await store.events(query)
            var value: Value = ["events": .sequence(events.map(\.summary)), "next": .null, "knownSince": .null]
            if events.count == limit, let last = events.last { value["next"] = .string(last.id) }
            if let since = try await store.knownSince() { value["knownSince"] = .string(since.inMilliseconds) }
            return value
        }
        let environment = processEnvironment()
        guard let server = daemon.server ?? environment["MARTLET_SERVER"] else {
            throw CommandFailure("whose history? Name a daemon with --server (or MARTLET_SERVER), or its file with --history-file")
        }
        let outcomes = outcome.isEmpty ? nil : outcome.joined(separator: ",")
        let text = queryText([
            ("application", query.application), ("namespace", query.namespace), ("kind", query.kind), ("name", query.name),
            ("from", query.from?.inMilliseconds), ("outcome", outcomes), ("limit", String(limit)),
        ])
        return try await daemon.client(server, environment: environment).ask("GET", "/api/v1/history" + text)
    }
}
