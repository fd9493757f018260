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
            The newest come first. A running daemon is asked, or with --history-file the file that one keeps, which is only read.

            Examples:
              martlet history
              martlet history deployment/front-end -n shop --since "2 days ago"
              martlet history --outcome failed --outcome rolled-back --limit 10
              martlet history --cause command --since "yesterday 08:00" --until "yesterday 18:00"
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

    @Option(help: ArgumentHelp("Only what began before this time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only of this outcome: running, succeeded, failed, rolled-back or superseded; may be given more than once.", valueName: "outcome"))
    var outcome: [String] = []

    @Option(help: ArgumentHelp("Only of this cause: commit, automation, command or drift; may be given more than once.", valueName: "cause"))
    var cause: [String] = []

    @Option(help: ArgumentHelp("The most deploys to show, up to 1000.", valueName: "number"))
    var limit = 50

    @Option(help: ArgumentHelp("Only what came before this event, by its id: the last line says which to go on with.", valueName: "id"))
    var before: String?

    @OptionGroup(title: "By a running daemon") var daemon: DaemonOptions
    @OptionGroup(title: "Without a daemon") var history: HistoryFileOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard (1...EventQuery.maxLimit).contains(limit) else { throw ValidationError("--limit is \(limit), expected 1 to \(EventQuery.maxLimit)") }
        try Self.check("--outcome", outcome, DeployEvent.Outcome.self)
        try Self.check("--cause", cause, DeployEvent.Cause.Kind.self)
        _ = try name()
        for (option, text) in [("--since", since), ("--until", until)] {
            guard let text else { continue }
            do throws(HistoryError) {
                _ = try Moment.time(text, now: SystemTime().now)
            } catch {
                throw ValidationError("\(option): \(error)")
            }
        }
    }

    private static func check<Word: RawRepresentable & CaseIterable>(_ option: String, _ words: [String], _ type: Word.Type) throws
    where Word.RawValue == String {
        for text in words where Word(rawValue: text) == nil {
            let known = Word.allCases.map(\.rawValue)
            let guess = nearest(to: text, among: known).map { ", did you mean \"\($0)\"?" } ?? ","
            throw ValidationError("\(option) is \"\(text)\"\(guess) expected one of \(known.joined(separator: ", "))")
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
            if output.format == .table { print(HistoryText.table(value, now: SystemTime().now, isFiltered: isFiltered)) } else { output.write(value) }
        }
    }

    private var isFiltered: Bool {
        !words.isEmpty || !outcome.isEmpty || !cause.isEmpty || [application, namespace, since, until, before].contains { $0 != nil }
    }

    func answer() async throws -> Value {
        var query = EventQuery(application: application, namespace: namespace, limit: limit)
        if let name = try name() {
            (query.name, query.namespace) = (name.name, name.namespace ?? namespace)
            if !name.resource.isEmpty { query.kind = name.resource }
        }
        if let since { query.from = try Moment.time(since, now: SystemTime().now) }
        if let until { query.to = try Moment.time(until, now: SystemTime().now) }
        query.before = before
        query.outcomes = Set(outcome.compactMap { DeployEvent.Outcome(rawValue: $0) })
        query.causes = Set(cause.compactMap { DeployEvent.Cause.Kind(rawValue: $0) })
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
        let agent = try daemon.client(server, environment: environment)
        return try await Self.pages(query) { path in try await agent.ask("GET", path) }
    }

    /// The most that the API gives at once.
    private static let pageSize = 500
    /// Who may see few of many events gets short pages, and many of them.
    private static let mostPages = 50

    /// Asks for page after page, until there are as many events as are wanted or no more.
    static func pages(_ query: EventQuery, ask: (String) async throws -> Value) async throws -> Value {
        var events: [Value] = []
        var before = query.before
        func list(_ words: some Sequence<String>) -> String? {
            let text = words.sorted().joined(separator: ",")
            return text.isEmpty ? nil : text
        }
        for _ in 0..<mostPages {
            let text = queryText([
                ("application", query.application), ("namespace", query.namespace), ("kind", query.kind), ("name", query.name),
                ("from", query.from?.inMilliseconds), ("to", query.to?.inMilliseconds), ("outcome", list(query.outcomes.map(\.rawValue))),
                ("cause", list(query.causes.map(\.rawValue))), ("before", before), ("limit", String(min(pageSize, query.limit - events.count))),
            ])
            var page = try await ask("/api/v1/history" + text)
            events += page["events"]?.sequence ?? []
            let next = page["next"]?.string
            guard events.count < query.limit, let next, next != before else {
                page["events"] = .sequence(events)
                return page
            }
            before = next
        }
        return ["events": .sequence(events), "next": before.map { .string($0) } ?? .null, "knownSince": .null]
    }
}
