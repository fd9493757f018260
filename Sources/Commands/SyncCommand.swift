import ArgumentParser
import Basics
import Cluster
import Delivery
import Document
import Git
import Kubernetes
import Logging

struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Apply now, and follow until healthy.",
        discussion: """
            With names of applications it asks the running daemon, and agrees to deletions when told so: to those of the
            revision that "martlet status" shows at that moment, not to those of a later one. With --path or
            --git-url it does one pass by itself, without a daemon. Exits with 0 when all is synced and healthy, 1 when something
            is not, 2 when it could not be done.

            Examples:
              martlet sync front-end
              martlet sync front-end --allow-deletions
              martlet sync --path deploy
              martlet sync --git-url https://git.example.com/shop.git --git-path deploy
            """)

    @Argument(help: "Applications of the running daemon; all of them when none is named.")
    var applications: [String] = []

    @Option(help: ArgumentHelp("Apply this folder, uncommitted edits included.", valueName: "folder"))
    var path: String?

    @Flag(help: "Agree to what the revision of now deletes, however much it is; a later revision asks again.")
    var allowDeletions = false

    @Flag(help: "Take fields that other managers own.")
    var forceConflicts = false

    @Option(help: ArgumentHelp("How long to follow.", valueName: "duration"))
    var timeout = "5m"

    @OptionGroup var git: GitOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var records: RecordOptions

    mutating func validate() throws {
        guard let limit = parseDuration(timeout), limit > .zero else { throw ValidationError("--timeout is \"\(timeout)\", expected a duration such as \"5m\"") }
        if path != nil, git.gitURL != nil { throw ValidationError("--path and --git-url: choose one") }
        if path != nil || git.gitURL != nil, !applications.isEmpty {
            throw ValidationError("names of applications are for the running daemon: leave out --path and --git-url")
        }
    }

    private var limit: Duration { parseDuration(timeout) ?? .seconds(300) }

    func run() async throws { try await reporting(sync) }

    private func sync() async throws {
        let outcome = path != nil || git.gitURL != nil ? try await passAlone() : try await askDaemon()
        let printer = ProgressPrinter(terminal: .standardError)
        var isWell = true
        for status in outcome where status.sync != .synced || status.health != .healthy {
            isWell = false
            printer.say("unwell", .red, "\(status.application): \(status.sync.rawValue), \(status.health.rawValue): \(status.message)")
        }
        if !isWell { throw ExitCode(1) }
    }

    /// One pass in this process, with the same loop as the daemon's.
    private func passAlone() async throws -> [ApplicationStatus] {
        let time = SystemTime()
        let random = RandomSource()
        let client = try cluster.connect(time: time, random: random)
        var logger = Logger(label: "martlet")
        logger.logLevel = .critical
        let store = InventoryStore(client: client, namespace: records.martletNamespace)
        let bell = Doorbell()
        let printed = ProgressPrinter(terminal: .standardError).progress
        var environment = WorkEnvironment(
            client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger), store: store, time: time,
            random: random, logger: logger,
            progress: Progress { event in
                printed.report(event)
                bell.ring()
            })
        environment.forcesConflicts = forceConflicts
        environment.allowsDeletions = allowDeletions
        // Nobody stays to go on with what would be begun here.
        environment.runsRollouts = false
        let tree: any SourceTree
        let settings: Applications.Settings
        if let path {
            tree = FolderTree(root: path)
            settings = Applications.Settings(source: path, root: "", name: git.name ?? folderName(path))
        } else {
            let url = git.gitURL ?? ""
            let remote = try git.remote(url)
            let mirror = try await Mirror(path: try git.mirrorPath(url), remote: remote)
            let tip = try await mirror.fetch(git.reference).tip
            tree = try await GitTree(mirror: mirror, commit: tip, reference: git.reference.name, path: git.gitPath)
            settings = Applications.Settings(source: remote.description, root: git.gitPath, name: git.applicationName(url))
        }
        let work = Applications(settings: settings, environment: environment)
        return try await withThrowingTaskGroup(of: [ApplicationStatus]?.self) { group in
            group.addTask {
                await work.run()
                return nil
            }
            group.addTask {
                try await work.deliver(tree)
                let start = time.elapsed
                while time.elapsed - start < limit, !work.isSettled(at: tree.revision.description) { _ = await bell.wait(upTo: .seconds(1), time) }
                return work.statuses
            }
            var statuses: [ApplicationStatus] = []
            while let result = try await group.next() {
                if let result {
                    statuses = result
                    break
                }
            }
            group.cancelAll()
            return statuses
        }
    }

    /// Leaves a request on the inventories, where the daemon sees it, and follows their status.
    private func askDaemon() async throws -> [ApplicationStatus] {
        let time = SystemTime()
        let random = RandomSource()
        let client = try cluster.connect(time: time, random: random)
        let store = InventoryStore(client: client, namespace: records.martletNamespace)
        let known = try await store.loadAll()
        let names = applications.isEmpty ? known.keys.sorted() : applications
        for name in names where known[name] == nil {
            let all = known.keys.sorted().joined(separator: ", ")
            throw CommandFailure("no application \"\(name)\" in namespace \"\(records.martletNamespace)\", there are: \(all.isEmpty ? "none" : all)")
        }
        guard !names.isEmpty else {
            throw CommandFailure("no applications in namespace \"\(records.martletNamespace)\": is the daemon running? (martlet run --help)")
        }
        var request = SyncRequest(
            id: ULID(at: time.now, random: random).description, allowsDeletions: allowDeletions, forcesConflicts: forceConflicts)
        for name in names {
            if allowDeletions { request = request.seen(at: known[name].flatMap { ApplicationStatus($0.status) }?.revision ?? "") }
            try await store.request(request, of: name)
        }
        let printer = ProgressPrinter(terminal: .standardError)
        let start = time.elapsed
        var shown: [String: String] = [:]
        var hasAsked = false
        while true {
            let now = try await store.loadAll()
            // One that git has forgotten is done when its inventory is gone.
            let left = names.filter { now[$0] != nil }
            let statuses = left.compactMap { now[$0].flatMap { ApplicationStatus($0.status) } }
            for status in statuses where status.handledRequest == request.id {
                // What it waits for, too: a gate may keep it waiting for a person.
                let rest = status.message.isEmpty ? "" : ": \(status.message)"
                let line = "\(status.application) at \(status.revision): \(status.sync.rawValue), \(status.health.rawValue)\(rest)"
                if shown.updateValue(line, forKey: status.application) != line { printer.say("status", .cyan, line) }
            }
            if shown.isEmpty, !hasAsked, time.elapsed - start > .seconds(3) {
                hasAsked = true
                printer.say("waits", .yellow, "for the daemon to take the request up")
            }
            let isDone = statuses.count == left.count && statuses.allSatisfy { $0.handledRequest == request.id && $0.isFinal }
            if isDone { return statuses }
            if time.elapsed - start > limit {
                let answered = Set(statuses.filter { $0.handledRequest == request.id }.map(\.application))
                let late = left.filter { !answered.contains($0) }
                if !late.isEmpty {
                    throw CommandFailure("the daemon did not answer for \(late.joined(separator: ", ")) within \(timeout): is it running?")
                }
                return statuses
            }
            try await time.sleep(for: .milliseconds(500))
        }
    }
}
