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
            it, else from the newest commit before, which is said. Times without a zone are UTC. Secrets are masked.

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
            _ = try Moment(argument: text)
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

    func answer() async throws -> Value {
        let moment = try Moment(argument: text)
        var revisions: [String] = []
        if case .revision(let name) = moment { revisions = [name] }
        switch try await who.source(fetching: revisions) {
        case .daemon(let agent):
            var value = try await agent.ask("GET", "/api/v1/objects" + queryText([("application", application), moment.field]))
            var names: [String] = []
            if case .time(let time) = moment {
                var seen = try await agent.ask("GET", "/api/v1/at" + queryText([("time", time.inMilliseconds)]))
                names = (seen["applications"]?.sequence ?? []).compactMap { $0["application"]?.string }
                if let application {
                    seen["applications"] = .sequence((seen["applications"]?.sequence ?? []).filter { $0["application"]?.string == application })
                }
                value["seen"] = seen
            }
            if isUnknown(in: value, names) {
                let all = try await agent.ask("GET", "/api/v1/objects" + queryText([moment.field, ("only", "workloads")]))
                throw unknown(names + Self.names(in: all))
            }
            return value
        case .repository(let past):
            let value = try await past.sight(at: moment, application: application).value
            if isUnknown(in: value, []) { throw unknown(Self.names(in: try await past.sight(at: moment, application: nil).value)) }
            return value
        }
    }

    /// Whether nothing is told of the application, by that name.
    private func isUnknown(in value: Value, _ seen: [String]) -> Bool {
        guard let application, !seen.contains(application) else { return false }
        return (value["objects"]?.sequence ?? []).isEmpty && (value["problems"]?.sequence ?? []).isEmpty
    }

    private func unknown(_ names: [String]) -> CommandFailure {
        let name = application ?? ""
        let all = Set(names).sorted()
        let guess = nearest(to: name, among: all).map { ", did you mean \"\($0)\"?" } ?? ""
        return CommandFailure(
            "nothing is known of an application \"\(printable(name))\" then\(guess)" + (all.isEmpty ? "" : "; there were: \(all.joined(separator: ", "))"), exitCode: 1)
    }

    private static func names(in value: Value) -> [String] { (value["objects"]?.sequence ?? []).compactMap { $0["application"]?.string } }
}
