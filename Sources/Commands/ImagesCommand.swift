import ArgumentParser
import Automation
import Document

struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Show a workload's images and the tags there are, or list all workloads.",
        discussion: """
            Tags come in the order of the container's filter, the best first. Without a workload all are listed, with what
            is automated and locked.

            Examples:
              martlet images
              martlet images deployment/front-end -n shop
              martlet images shop:deployment/front-end --all --limit 0
              martlet images front-end --refresh -o json
              martlet images deploy/front-end --git-url https://git.example.com/shop.git
            """)

    @Argument(help: workloadHelp)
    var words: [String] = []

    @OptionGroup var who: AgentOptions

    @Flag(help: "Also show tags that the filter does not let through.")
    var all = false

    @Option(help: ArgumentHelp("The most tags of a container; 0 for all.", valueName: "number"))
    var limit = 10

    @Flag(help: "Ask the registries anew.")
    var refresh = false

    mutating func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is \(limit), expected 0 or more") }
        if !words.isEmpty { _ = try checkedName(words, who) }
    }

    func run() async throws {
        try await reporting {
            let agent = try await who.agent()
            let answer: Value
            let text: String
            if words.isEmpty {
                answer = Self.only(who.namespace, of: try await agent.workloads())
                text = ImagesText.list(answer)
            } else {
                answer = try await agent.images(of: try WorkloadName(words, namespace: who.namespace), refresh: refresh)
                text = ImagesText.text(answer, showsAll: all, limit: limit)
            }
            if who.output.format == .table { print(text) } else { who.output.write(answer) }
        }
    }

    /// The workloads of one namespace.
    static func only(_ namespace: String?, of list: Value) -> Value {
        guard let namespace else { return list }
        return ["workloads": .sequence((list["workloads"]?.sequence ?? []).filter { $0["namespace"]?.string == namespace })]
    }
}
