package import ArgumentParser

/// The command line: one verb a file.
package struct MartletCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Keeps a Kubernetes cluster equal to a git repository.",
        discussion: """
            Try it on this machine, with nothing installed:
              martlet demo

            Keep the cluster of your kubeconfig equal to a repository:
              martlet run --git-url https://git.example.com/shop.git --git-path deploy
            """,
        version: MartletVersion.current,
        subcommands: [
            RunCommand.self, SyncCommand.self, StatusCommand.self, DiffCommand.self, RenderCommand.self, ImagesCommand.self,
            ReleaseCommand.self, AutomateCommand.self, DeautomateCommand.self, LockCommand.self, UnlockCommand.self, RollbackCommand.self,
            HistoryCommand.self, AtCommand.self, BlameCommand.self, PromoteCommand.self,
            PauseCommand.self, AbortCommand.self, RetryCommand.self, RolloutCommand.self, DemoCommand.self, DevCommand.self, VersionCommand.self,
        ])

    package init() {}
}

/// The version of this program (semver.org).
package enum MartletVersion {
    package static let current = "0.1.0"
}
