import ArgumentParser
import Automation

struct LockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Keep a workload's images as they are.",
        discussion: """
            Writes "martlet.dev/locked", who locked it and why, with one commit. Neither automation nor "release" (without
            --force) changes a locked workload.
            What a chart makes has no annotations of its own: there it is written on the application, for all its workloads.

            Examples:
              martlet lock deployment/front-end -n shop --reason "the migration runs until Friday"
              martlet lock front-end --reason "see #42" --git-url https://git.example.com/shop.git
            """)

    @OptionGroup var workload: WorkloadOptions

    @Option(help: ArgumentHelp("Why, for whoever meets the lock.", valueName: "text"))
    var reason: String

    mutating func validate() throws {
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= 1_000 else {
            throw ValidationError("--reason is empty or over 1000 bytes: say in a sentence why the images must stay")
        }
    }

    func run() async throws { try await workload.carryOut(Wish(action: .lock(reason: reason))) }
}
