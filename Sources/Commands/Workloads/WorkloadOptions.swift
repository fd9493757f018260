import ArgumentParser
import Automation

/// Which workload, and who is asked to change it.
struct WorkloadOptions: ParsableArguments {
    @Argument(help: workloadHelp)
    var words: [String]

    @OptionGroup var who: AgentOptions

    mutating func validate() throws {
        guard !words.isEmpty else { throw ValidationError("which workload? Name it like deployment/front-end") }
        _ = try checkedName(words, who)
    }

    var name: WorkloadName { get throws(AutomationError) { try WorkloadName(words, namespace: who.namespace) } }
}

let workloadHelp = ArgumentHelp(
    "The workload, as kubectl takes it (deployment/front-end) or as Flux did (shop:deployment/front-end).", valueName: "workload")

/// A name on the command line, told as a mistake of it.
func checkedName(_ words: [String], _ who: AgentOptions) throws -> WorkloadName {
    do {
        return try WorkloadName(words, namespace: who.namespace)
    } catch {
        throw ValidationError("\(error)")
    }
}

/// Who is asked about workloads, and where they are.
struct AgentOptions: ParsableArguments {
    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("The workload's namespace; by default any that has one of the name.", valueName: "namespace"))
    var namespace: String?

    @OptionGroup(title: "By a running daemon") var daemon: DaemonOptions
    @OptionGroup(title: "Without a daemon, straight on the repository") var git: GitOptions
    @OptionGroup(title: "Images and commits without a daemon") var automation: AutomationOptions

    @Option(help: ArgumentHelp("Who asks, where there is no daemon that knows: the commit's author; by default GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, then the user.", valueName: "name <email>"))
    var author: String?

    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if let author, Requester(author) == nil {
            throw ValidationError("--author is \"\(author)\", expected a name and an address such as \"Ann Smith <ann@example.com>\"")
        }
    }

    /// The author of a commit that is made without a daemon.
    func requester(environment: [String: String]) -> Requester {
        if let author, let requester = Requester(author) { return requester }
        if let name = environment["GIT_AUTHOR_NAME"], let email = environment["GIT_AUTHOR_EMAIL"], let requester = Requester("\(name) <\(email)>") {
            return requester
        }
        let user = environment["USER"] ?? environment["LOGNAME"] ?? ""
        let domain = automation.author.email.split(separator: "@").last ?? "martlet.invalid"
        return Requester("\(user) <\(user)@\(domain)>") ?? automation.author
    }

    /// The daemon that was named, or the repository.
    func agent(environment: [String: String] = processEnvironment()) async throws -> any WorkloadAgent {
        let server = daemon.server ?? (git.gitURL == nil ? environment["MARTLET_SERVER"] : nil)
        switch (server, git.gitURL) {
        case (let server?, nil): return try daemon.client(server, environment: environment)
        case (nil, _?):
            return RepositoryAgent(automation: try await directAutomation(git: git, automation: automation), requester: requester(environment: environment))
        case (_?, _?): throw CommandFailure("--server and --git-url: choose one")
        case (nil, nil):
            throw CommandFailure("who makes the change? Name a daemon with --server (or MARTLET_SERVER), or a repository with --git-url")
        }
    }
}
