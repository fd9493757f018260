import ArgumentParser
import Rollout

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try a rejected version again.",
        discussion: """
            From the first step, with no evidence of the last time.

            Examples:
              martlet retry deployment/front-end -n sock-shop
            """)

    @OptionGroup var workload: RolloutOptions
    @OptionGroup var waiting: RequestOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws { try workload.requireName() }

    func run() async throws { try await steer(.retry, workload, waiting, output) }
}
