import ArgumentParser
import Automation
import Basics
import Document
import History
import Kubernetes

struct AtCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "at", abstract: "Show the cluster as it was meant to be, and as it was seen, at a time.",
        discussion: """
            What was meant is rendered again from what git said then: from the revision that was live, where the history knows
            it, else from the newest commit before. Times without a zone are UTC. Secrets are masked.

            Examples:
              martlet at "2026-11-20 14:00"
              martlet at "yesterday 14:00" --application front-end --manifests
              martlet at "2h ago" -o json
              martlet at 2026-11-20T14:00:00Z --git-url https://git.example.com/shop.git --history-file history.sqlite
            """)

    @Argument(help: ArgumentHelp("RFC 3339, \"2026-11-20 14:00\", \"2h ago\", \"yesterday 14:00\"; or a revision.", valueName: "time"))
    var words: [String]

    @Option(help: ArgumentHelp("Only this application.", valueName: "name"))
    var application: String?

    @Flag(help: "Print the objects as YAML, as \"martlet render\" does.")
    var manifests = false

    @OptionGroup var who: PastOptions
    @OptionGroup var output: OutputOptions

    private var text: String { words.joined(separator: " ") }

    mutating func validate() throws {
        guard !words.isEmpty else { throw ValidationError("at which time? Write it like \"2026-11-20 14:00\" or \"2h ago\"") }
        do throws(HistoryError) {
            _ = try Moment(text, now: SystemTime().now)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func run() async throws {
        try await reporting {
            let value = try await answer()
            for note in value["notes"]?.sequence ?? [] { Terminal.standardError.line("martlet: \(printableLines(note.string ?? ""))") }
            if manifests {
                for object in value["objects"]?.sequence ?? [] {
                    print("---\n# Source: \(printable(object["origin"]?.string ?? ""))\n\(object["yaml"]?.string ?? "")", terminator: "")
                }
            } else if output.format == .table {
                print(AtText.text(value))
            } else {
                output.write(value)
            }
            for problem in value["problems"]?.sequence ?? [] { Terminal.standardError.line("martlet: \(printableLines(problem.string ?? ""))") }
            if value["problems"]?.sequence?.isEmpty == false { throw ExitCode(1) }
        }
    }

    private func answer() async throws -> Value {
        let moment = try Moment(argument: text)
        var revisions: [String] = []
        if case .revision(let name) = moment { revisions = [name] }
        switch try await who.source(fetching: revisions) {
        case .daemon(let agent):
            var query: [(String, String?)] = [("application", application)]
            var value: Value
            switch moment {
            case .time(let time):
                query.append(("time", time.inMilliseconds))
                value = try await agent.ask("GET", "/api/v1/objects" + queryText(query))
                var seen = try await agent.ask("GET", "/api/v1/at" + queryText([("time", time.inMilliseconds)]))
                if let application {
                    seen["applications"] = .sequence((seen["applications"]?.sequence ?? []).filter { $0["application"]?.string == application })
                }
                value["seen"] = seen
            case .revision(let name):
                query.append(("revision", name))
                value = try await agent.ask("GET", "/api/v1/objects" + queryText(query))
            }
            return value
        case .repository(let past): return try await past.sight(at: moment, application: application).value
        }
    }
}
