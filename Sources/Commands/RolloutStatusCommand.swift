import ArgumentParser
import Basics
import Delivery
import Kubernetes
import Rollout

struct RolloutStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show a rollout's step, weights and evidence, and follow it to its end.",
        discussion: """
            It reads what the daemon wrote on the workload, so it works without one too. It follows until the rollout is over,
            as kubectl does; --no-watch looks once, and so does -o json or yaml unless --watch is said. Exit code 0: done, or
            none runs (with --no-watch also: it runs); 1: rejected or aborted; 2: could not be asked, or not over in time.

            Examples:
              martlet rollout status deployment/front-end -n sock-shop
              martlet rollout status front-end -n sock-shop --no-watch
              martlet rollout status front-end -n sock-shop -o json
            """)

    @OptionGroup var workload: RolloutOptions

    @Flag(inversion: .prefixedNo, help: "Follow it until it is over.")
    var watch: Bool?

    @Option(help: ArgumentHelp("How long to follow; for ever where it is not said.", valueName: "duration"))
    var timeout: String?

    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        try workload.requireName()
        if let timeout, parseDuration(timeout).map({ $0 > .zero }) != true {
            throw ValidationError("--timeout is \"\(timeout)\", expected a duration such as \"10m\"")
        }
    }

    func run() async throws {
        try await reporting {
            let visit = try workload.connect()
            let first = try await visit.report(workload, onlyLooks: true)
            let last = watch ?? (output.format == .table) ? try await follow(visit, first) : first
            if watch != true || output.format == .table { show(last, visit.time.now) }
            if Self.isBad(last) { throw ExitCode(1) }
        }
    }

    private func show(_ report: RolloutReport, _ now: Timestamp) {
        if output.format == .table { print(RolloutText.text(report, now: now)) } else { output.write(report.value) }
    }

    /// Back at the stable version, or on the way there, for another reason than that a newer one came.
    static func isBad(_ report: RolloutReport) -> Bool {
        switch report.state?.phase {
        case .rejected: true
        case .aborting: report.state?.cause != .superseded
        default: false
        }
    }

    /// Prints each change; ends with the rollout.
    private func follow(_ visit: RolloutVisit, _ first: RolloutReport) async throws -> RolloutReport {
        let (key, start, limit) = (first.workload, visit.time.elapsed, timeout.flatMap(parseDuration))
        let format = output.format
        let write = { @Sendable (report: RolloutReport) in output.write(report.value) }
        return try await visit.following(key) { bell in
            var shown: RolloutReport?
            var report = first
            while true {
                if format != .table, report != shown { write(report) }
                guard let state = report.state, state.phase != .rejected else { return report }
                if format == .table, let line = RolloutFollowing.news(report, after: shown, now: visit.time.now) { print(line) }
                shown = report
                var wait = Duration.seconds(5)
                if let limit {
                    let left = limit - (visit.time.elapsed - start)
                    guard left > .zero else {
                        throw WorkloadFailure("\(key): not over within \(timeout ?? ""): \(RolloutText.line(report, now: visit.time.now))", exitCode: 2)
                    }
                    wait = min(wait, left)
                }
                _ = await bell.wait(upTo: wait, visit.time)
                report = try await visit.desk.report(key)
            }
        }
    }
}

/// What is new to whoever follows a rollout.
enum RolloutFollowing {
    /// Nil where nothing is that a person would want to read: pods and evidence alone change all the time.
    static func news(_ report: RolloutReport, after last: RolloutReport?, now: Timestamp) -> String? {
        guard let state = report.state else { return nil }
        let before = last?.state
        let isNew =
            before?.id != state.id || before?.phase != state.phase || before?.step != state.step || before?.finishing != state.finishing
            || before?.aborting != state.aborting || before?.pausedAt != state.pausedAt || before?.message != state.message
        guard isNew else { return nil }
        var parts = [RolloutText.phaseText(state)]
        if let step = RolloutText.stepText(report) { parts.append(step) }
        let pods = Arm.allCases.compactMap { arm in report.versions[arm].map { "\(arm.rawValue) \($0.ready)/\($0.pods)" } }
        if !pods.isEmpty { parts.append("pods \(pods.joined(separator: ", "))") }
        if !state.message.isEmpty { parts.append(state.message) }
        return printableLines(parts.joined(separator: "; "))
    }
}
