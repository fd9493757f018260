import ArgumentParser
import Automation

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Bring a workload's former version back, with one commit and a lock.",
        discussion: """
            Git gets the workload as it was: its images, and where more of it changed, its manifest's document, or the values
            that feed its chart as far as they make nothing else. What cannot be brought back is told. The lock, with who and
            why, keeps automation from running it forward again: "martlet unlock" lifts it.
            Exits with 0 when it is done or git says it already, 1 when it is refused, 2 when it could not be asked.

            Examples:
              martlet rollback deployment/front-end -n shop --reason "errors since 0.3.13"
              martlet rollback front-end --to 1a2b3c4
              martlet rollback front-end --git-url git@git.example.com:shop.git --author "Ann <ann@example.com>"
            """)

    @OptionGroup var workload: WorkloadOptions

    @Option(help: ArgumentHelp("The revision to go back to; by default the one before the version that git has now.", valueName: "revision"))
    var to: String?

    @Option(help: ArgumentHelp("Why; it stands in the commit and in the lock.", valueName: "text"))
    var reason = ""

    @Flag(help: "Go through a lock.")
    var force = false

    mutating func validate() throws {
        if let to, to.isEmpty || to.hasPrefix("-") { throw ValidationError("--to is \"\(to)\", expected a commit such as 1a2b3c4") }
    }

    func run() async throws {
        try await workload.carryOut(Wish(action: .rollback(to: to, reason: reason), force: force))
    }
}
