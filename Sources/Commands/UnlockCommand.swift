import ArgumentParser
import Automation

struct UnlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Let a workload's images change again.",
        discussion: """
            Takes away what "lock" wrote, with one commit.
            What a chart makes has no annotations of its own: there it is written on the application, for all its workloads.

            Examples:
              martlet unlock deployment/front-end -n shop
              martlet unlock front-end --git-url https://git.example.com/shop.git
            """)

    @OptionGroup var workload: WorkloadOptions

    func run() async throws { try await workload.carryOut(Wish(action: .unlock)) }
}
