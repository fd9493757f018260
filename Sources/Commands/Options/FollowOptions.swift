import ArgumentParser
import Automation
import Basics

/// How the daemon's loop keeps up with what it follows.
struct FollowOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How often to look for new commits when no webhook says so.", valueName: "duration"))
    var gitPollInterval = "60s"

    @Option(help: ArgumentHelp("What to do when the branch was rewritten: keep or follow.", valueName: "policy"))
    var onRewrite = RewritePolicy.keep

    @Option(help: ArgumentHelp("How often registries are asked for new tags when no webhook says so.", valueName: "duration"))
    var registryPollInterval = "5m"

    enum RewritePolicy: String, ExpressibleByArgument, CaseIterable { case keep, follow }

    mutating func validate() throws {
        guard let interval = parseDuration(gitPollInterval), interval >= .seconds(1) else {
            throw ValidationError("--git-poll-interval is \"\(gitPollInterval)\", expected a duration of at least one second such as \"60s\"")
        }
        guard let interval = parseDuration(registryPollInterval), interval >= .seconds(10) else {
            throw ValidationError("--registry-poll-interval is \"\(registryPollInterval)\", expected a duration of at least ten seconds such as \"5m\"")
        }
    }

    var pollInterval: Duration { parseDuration(gitPollInterval) ?? .seconds(60) }
    var automation: Automation.Settings { Automation.Settings(interval: parseDuration(registryPollInterval) ?? .seconds(300)) }
}
