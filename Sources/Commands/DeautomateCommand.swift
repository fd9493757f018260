import ArgumentParser
import Automation

struct DeautomateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deautomate", abstract: "Follow new images of a workload no longer.",
        discussion: """
            Writes "martlet.dev/automated" as "false", with one commit; the filters of tags stay for the next time.
            What a chart makes has no annotations of its own: there it is written on the application, for all its workloads.

            Examples:
              martlet deautomate deployment/front-end -n shop
              martlet deautomate front-end --git-url https://git.example.com/shop.git
            """)

    @OptionGroup var workload: WorkloadOptions

    func run() async throws { try await workload.carryOut(Wish(action: .deautomate)) }
}
