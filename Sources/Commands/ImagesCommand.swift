import ArgumentParser

struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Show a workload's images and the tags there are.",
        discussion: """
            Tags come in the order of the container's filter, the best first.

            Examples:
              martlet images deployment/front-end -n shop
              martlet images shop:deployment/front-end --all --limit 0
              martlet images front-end --refresh -o json
              martlet images deploy/front-end --git-url https://git.example.com/shop.git
            """)

    @OptionGroup var workload: WorkloadOptions

    @Flag(help: "Also show tags that the filter does not let through.")
    var all = false

    @Option(help: ArgumentHelp("The most tags of a container; 0 for all.", valueName: "number"))
    var limit = 10

    @Flag(help: "Ask the registries anew.")
    var refresh = false

    mutating func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is \(limit), expected 0 or more") }
    }

    func run() async throws {
        try await reporting {
            let images = try await workload.agent().images(of: try workload.name, refresh: refresh)
            if workload.output.format == .table {
                print(ImagesText.text(images, showsAll: all, limit: limit))
            } else {
                workload.output.write(images)
            }
        }
    }
}
