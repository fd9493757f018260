import ArgumentParser
import Automation
import Kubernetes

struct AutomateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "automate", abstract: "Follow new images of a workload from now on.",
        discussion: """
            Writes the annotation "martlet.dev/automated", and "martlet.dev/tag.CONTAINER" for each --tag, with one commit.
            What a chart makes has no annotations of its own: there it is written on the application, for all its workloads.
            Filters are semver:RANGE, glob:PATTERN, regex:PATTERN and newest; without one the newest image counts.

            Examples:
              martlet automate deployment/front-end -n shop --tag web=semver:~1.4
              martlet automate front-end --tag web=glob:main-* --tag log=newest
              martlet automate shop:deployment/front-end --git-url https://git.example.com/shop.git
            """)

    @OptionGroup var workload: WorkloadOptions

    @Option(name: .customLong("tag"), help: ArgumentHelp("Which tags of a container count; may be repeated.", valueName: "container=filter"))
    var filters: [String] = []

    mutating func validate() throws { _ = try tags() }

    private func tags() throws -> [String: String] {
        var tags: [String: String] = [:]
        for text in filters {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw ValidationError("--tag is \"\(text)\", expected a container and a filter such as \"web=semver:~1.4\"")
            }
            let (container, written) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
            guard let filter = TagFilter(written) else {
                throw ValidationError("--tag is \"\(text)\", expected semver:RANGE, glob:PATTERN, regex:PATTERN or newest behind the \"=\"")
            }
            do {
                _ = try TagPolicy(filter)
            } catch {
                throw ValidationError("--tag \(container): \(error)")
            }
            guard tags.updateValue(written, forKey: container) == nil else {
                throw ValidationError("--tag names container \"\(container)\" twice")
            }
        }
        return tags
    }

    func run() async throws { try await workload.carryOut(Wish(action: .automate(tags: try tags()))) }
}
