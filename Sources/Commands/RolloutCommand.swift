import ArgumentParser

struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "See how a rollout stands, or give a workload back to its own controller.",
        subcommands: [RolloutStatusCommand.self, RolloutRestoreCommand.self])
}
