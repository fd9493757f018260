import ArgumentParser
import Rollout

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Hold a rollout where it stands.",
        discussion: """
            Both versions keep the requests and the pods they have, and time stands still, until "martlet promote" goes on or
            "martlet abort" goes back.

            Examples:
              martlet pause deployment/front-end -n sock-shop
            """)

    @OptionGroup var workload: RolloutOptions
    @OptionGroup var waiting: RequestOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws { try workload.requireName() }

    func run() async throws { try await steer(.pause, workload, waiting, output) }
}
