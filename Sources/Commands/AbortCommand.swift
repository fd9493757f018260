import ArgumentParser
import Rollout

struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Take a rollout back to the stable version.",
        discussion: """
            Requests go to the stable version first, then the new pods go. The version is rejected: it is not tried again before
            git says something else or "martlet retry" asks for it.

            Examples:
              martlet abort deployment/front-end -n sock-shop
              martlet abort deploy front-end -n sock-shop --timeout 5m
            """)

    @OptionGroup var workload: RolloutOptions
    @OptionGroup var waiting: RequestOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws { try workload.requireName() }

    func run() async throws { try await steer(.abort, workload, waiting, output) }
}
