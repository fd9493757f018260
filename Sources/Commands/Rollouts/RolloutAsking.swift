import ArgumentParser
import Basics
import Cluster
import Delivery
import Kubernetes
import Rollout

/// How long a request is followed.
struct RequestOptions: ParsableArguments {
    @Flag(help: "Leave the request and do not wait for the daemon to carry it out.")
    var noWait = false

    @Option(help: ArgumentHelp("How long to wait for the daemon.", valueName: "duration"))
    var timeout = "60s"

    mutating func validate() throws {
        guard let limit = parseDuration(timeout), limit > .zero else {
            throw ValidationError("--timeout is \"\(timeout)\", expected a duration such as \"60s\"")
        }
    }

    var limit: Duration { parseDuration(timeout) ?? .seconds(60) }
}

extension RolloutVisit {
    /// What became of a request.
    enum Answer: Sendable {
        /// Carried out, or at least read: the state says what it made of it.
        case handled(RolloutReport)
        case late(RolloutReport)
    }

    /// Leaves a request and waits for the daemon's word.
    func ask(_ verb: RolloutRequest.Verb, of report: RolloutReport, limit: Duration?) async throws -> Answer {
        let key = report.workload
        if let refusal = verb.refusal(in: report.state) { throw WorkloadFailure("\(key): \(refusal)", exitCode: 1) }
        let request = try await desk.ask(verb, key)
        guard let limit else { return .late(report) }
        let start = time.elapsed
        return try await following(key) { bell in
            while true {
                let now = try await desk.report(key)
                // A rollout that is over takes its state, and with it the answer, along.
                guard let state = now.state, state.handledRequest != request.id else { return .handled(now) }
                if let other = now.request, other.id != request.id {
                    throw WorkloadFailure("\(key): somebody else asked to \(other.verb.rawValue) it in the meantime: see \"martlet rollout status\"", exitCode: 1)
                }
                let left = limit - (time.elapsed - start)
                guard left > .zero else { return .late(now) }
                _ = await bell.wait(upTo: min(left, .seconds(2)), time)
            }
        }
    }

    /// Runs `body` with a bell that rings at each change of a workload.
    func following<Result: Sendable>(_ key: ObjectKey, _ body: @escaping @Sendable (Doorbell) async throws -> Result) async throws -> Result {
        let bell = Doorbell()
        let desk = desk
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                await desk.watch(key, bell)
                return nil
            }
            group.addTask { try await body(bell) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}

/// What the four verbs that steer a rollout have in common.
func steer(_ verb: RolloutRequest.Verb, _ options: RolloutOptions, _ waiting: RequestOptions, _ output: OutputOptions) async throws {
    try await reporting {
        let visit = try options.connect()
        let report = try await visit.report(options)
        let answer = try await visit.ask(verb, of: report, limit: waiting.noWait ? nil : waiting.limit)
        let key = report.workload
        switch answer {
        case .handled(let report):
            if output.format == .table { print(RolloutText.text(report, now: visit.time.now)) } else { output.write(report.value) }
        case .late where waiting.noWait: Terminal.standardError.line("\(key): asked to \(verb.rawValue) it")
        case .late:
            throw WorkloadFailure(
                "\(key): no daemon answered within \(waiting.timeout): is it running (martlet status), and is the workload its own? The request stays, and is carried out when one sees it. \"martlet rollout restore\" gives the workload back without a daemon",
                exitCode: 2)
        }
    }
}
