import ArgumentParser
import Basics
import Delivery
import Kubernetes
import Rollout

struct RolloutRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Give a workload back to its own controller, with or without a daemon.",
        discussion: """
            While a rollout runs, its Deployment is paused, and a StatefulSet or DaemonSet waits. This ends the rollout: requests
            go to the stable version, the new version's pods go, Services and routes are as they were, and so are paused, strategy
            and updateStrategy. The
            daemon is asked first; when none answers, this command does it by itself. Do this before Martlet is uninstalled.
            A daemon that starts later begins the rollout again as long as git has the new version.

            Examples:
              martlet rollout restore deployment/front-end -n sock-shop
              martlet rollout restore deployment/front-end -n sock-shop --without-daemon
              martlet rollout restore --all
            """)

    @OptionGroup var workload: RolloutOptions

    @Flag(help: "All workloads that have a rollout: of the namespace, or of all where none is said.")
    var all = false

    @Flag(help: "Do not ask a daemon: it is uninstalled, or does not answer.")
    var withoutDaemon = false

    @Flag(help: "Do not wait for pods of the stable version, nor for gateways, that do not get ready.")
    var force = false

    @Option(help: ArgumentHelp("How long to wait for a daemon to answer.", valueName: "duration"))
    var daemonTimeout = "15s"

    @Option(help: ArgumentHelp("How long it may take in all.", valueName: "duration"))
    var timeout = "10m"

    mutating func validate() throws {
        if all, !workload.words.isEmpty { throw ValidationError("--all and a workload: choose one") }
        if !all { try workload.requireName() }
        for (option, text) in [("--daemon-timeout", daemonTimeout), ("--timeout", timeout)] where parseDuration(text).map({ $0 > .zero }) != true {
            throw ValidationError("\(option) is \"\(text)\", expected a duration such as \"10m\"")
        }
    }

    private var limit: Duration { parseDuration(timeout) ?? .seconds(600) }

    func run() async throws {
        try await reporting {
            let visit = try workload.connect()
            var reports: [RolloutReport] = []
            if all {
                reports = try await visit.desk.underWay(namespace: workload.namespace).map { RolloutReport($0) }
                if reports.isEmpty { Terminal.standardError.line("no workload has a rollout") }
            } else {
                reports = [try await visit.report(workload)]
            }
            let failures = await restore(reports, visit)
            for failure in failures { Terminal.standardError.line("martlet: \(printableLines(failure))") }
            if !failures.isEmpty { throw ExitCode(2) }
        }
    }

    /// Eight at a time; one that cannot be restored does not keep the others.
    private func restore(_ reports: [RolloutReport], _ visit: RolloutVisit) async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            var waiting = reports[...]
            var failures: [String] = []
            for report in waiting.prefix(8) { group.addTask { await failure(report, visit) } }
            waiting = waiting.dropFirst(8)
            while let failure = await group.next() {
                if let failure { failures.append(failure) }
                if let report = waiting.popFirst() { group.addTask { await self.failure(report, visit) } }
            }
            return failures
        }
    }

    private func failure(_ report: RolloutReport, _ visit: RolloutVisit) async -> String? {
        do {
            try await restore(report, visit)
            return nil
        } catch {
            return "\(error)".contains("\(report.workload)") ? "\(error)" : "\(report.workload): \(error)"
        }
    }

    private func restore(_ report: RolloutReport, _ visit: RolloutVisit) async throws {
        let key = report.workload
        let tell: @Sendable (String) -> Void = { Terminal.standardError.line(printableLines("\(key): \($0)")) }
        if report.state != nil, !withoutDaemon {
            if case .handled = try await visit.ask(.restore, of: report, limit: parseDuration(daemonTimeout) ?? .seconds(15)) {
                tell("the daemon gives it back")
                let last = try await end(of: key, visit, tell)
                return tell(last.state == nil ? "no rollout runs" : "its own controller has it, at the stable version")
            }
            tell("no daemon answers")
        }
        try await RolloutRestorer(visit: visit, isForced: force, limit: limit, tell: tell).restore(key)
        tell("its own controller has it")
    }

    /// Follows what the daemon does.
    private func end(of key: ObjectKey, _ visit: RolloutVisit, _ tell: @escaping @Sendable (String) -> Void) async throws -> RolloutReport {
        let (start, limit) = (visit.time.elapsed, limit)
        return try await visit.following(key) { bell in
            var shown: RolloutReport?
            while true {
                let report = try await visit.desk.report(key)
                guard let state = report.state, state.phase != .rejected else { return report }
                if let news = RolloutFollowing.news(report, after: shown, now: visit.time.now) { tell(news) }
                shown = report
                guard visit.time.elapsed - start < limit else {
                    throw WorkloadFailure("\(key): the daemon has not given it back within \(durationText(limit)): --without-daemon does it without one", exitCode: 2)
                }
                _ = await bell.wait(upTo: .seconds(2), visit.time)
            }
        }
    }
}
