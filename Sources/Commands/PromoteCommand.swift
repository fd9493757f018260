import ArgumentParser
import Rollout

struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Let a rollout go on: past its gate, past the step that runs, or out of a pause.",
        discussion: """
            The request is an annotation on the workload, so whoever may patch it may promote. The daemon carries it out: at the
            last step the new version becomes that of all; before, the next step begins.

            Examples:
              martlet promote deployment/front-end -n sock-shop
              martlet promote front-end -n sock-shop --no-wait
            """)

    @OptionGroup var workload: RolloutOptions
    @OptionGroup var waiting: RequestOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws { try workload.requireName() }

    func run() async throws { try await steer(.promote, workload, waiting, output) }
}
