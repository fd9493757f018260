internal import Automation
internal import Basics
internal import Delivery
internal import Kubernetes

/// A deploy in words, for a person who reads it in a message or on a graph.
///
/// What comes from commits, tags and annotations is text of anybody: it is cut to length and freed of line breaks,
/// control characters and marks that turn the direction of writing; each sink escapes what is special to it.
enum DeployText {
    private static let lineLimit = 200
    private static let commitLimit = 5
    private static let imageLimit = 10
    private static let nameLimit = 10

    /// `deployment/front-end in shop`, or the application where no workload changed.
    static func place(_ event: DeployEvent) -> String {
        guard let workload = event.workload else { return line("application \(event.application)") }
        return line("\(workload.kind.lowercased())/\(workload.name)" + (workload.namespace.isEmpty ? "" : " in \(workload.namespace)"))
    }

    /// What happens to it, as a predicate.
    static func predicate(_ outcome: DeployEvent.Outcome) -> String {
        switch outcome {
        case .running: "is being deployed"
        case .succeeded: "is deployed"
        case .failed: "failed"
        case .rolledBack: "was rolled back"
        case .superseded: "is superseded by a newer version"
        }
    }

    /// `deployment/front-end in shop is deployed: main@1a2b3c4`
    static func headline(_ event: DeployEvent) -> String { line("\(place(event)) \(predicate(event.outcome)): \(event.revision)") }

    /// From the start to the end, `1m12s`; nil while it goes on.
    static func took(_ event: DeployEvent) -> String? {
        event.endedAt.map { durationText(max(.zero, $0.duration(since: event.startedAt))) }
    }

    /// Commits, images, how long and why.
    static func details(_ event: DeployEvent, withSteps: Bool) -> [String] {
        var lines = event.commits.prefix(commitLimit).map(commit)
        if event.commits.count > commitLimit { lines.append("and \(event.commits.count - commitLimit) more commits") }
        lines += event.images.prefix(imageLimit).map(image)
        if event.images.count > imageLimit { lines.append("and \(event.images.count - imageLimit) more images") }
        if event.cause.kind != .commit || event.commits.isEmpty {
            lines.append(line("by \(event.cause.kind.rawValue)" + (event.cause.by.isEmpty ? "" : ", \(event.cause.by)")))
        }
        if withSteps, event.endedAt == nil, let step = event.steps.last {
            lines.append(line("\(step.phase), \(step.weight) %" + (step.message.isEmpty ? "" : ": \(step.message)")))
        }
        if let took = took(event) { lines.append("took \(took)") }
        if !event.reason.isEmpty { lines.append(line(event.reason)) }
        return lines
    }

    /// `1a2b3c4 Fix the till (Ada)`
    static func commit(_ commit: DeployEvent.CommitLine) -> String {
        let name = commit.author.split(separator: "<", maxSplits: 1).first.map { $0.drop { $0 == " " } }.map(String.init) ?? ""
        let author = name.last == " " ? String(name.dropLast()) : name
        return line("\(commit.id.prefix(7)) \(commit.subject)" + (author.isEmpty ? "" : " (\(author))"))
    }

    private static func image(_ image: DeployEvent.ImageChange) -> String {
        switch (image.from, image.to) {
        case (let from?, let to?): line("\(image.container): \(from) → \(to)")
        case (nil, let to?): line("\(image.container): \(to)")
        case (let from?, nil): line("\(image.container): \(from) is gone")
        case (nil, nil): line(image.container)
        }
    }

    /// `37 workloads changed by 1a2b3c4 Fix the till (Ada): 30 succeeded, 7 running`
    static func headline(_ digest: DeployDigest) -> String {
        let commits = Set(digest.events.map(\.revision.commit))
        var by = "\(commits.count) commits"
        if commits.count == 1, let event = digest.events.first {
            by = event.commits.first { $0.id == event.revision.commit }.map(commit) ?? event.revision.description
        }
        let count = digest.events.count
        return line("\(count) workload\(count == 1 ? "" : "s") changed by \(by): \(tally(digest))")
    }

    /// `30 succeeded, 7 running`
    static func tally(_ digest: DeployDigest) -> String {
        DeployEvent.Outcome.allCases.compactMap { outcome in
            let count = digest.events.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(outcome.rawValue)"
        }.joined(separator: ", ")
    }

    /// Those that went wrong by name, and the applications.
    static func details(_ digest: DeployDigest) -> [String] {
        let bad = digest.events.filter { $0.outcome == .failed || $0.outcome == .rolledBack }
        var lines = bad.prefix(nameLimit).map { line("\(place($0)) \(predicate($0.outcome))" + ($0.reason.isEmpty ? "" : ": \($0.reason)")) }
        if bad.count > nameLimit { lines.append("and \(bad.count - nameLimit) more") }
        let applications = Set(digest.events.map(\.application)).sorted()
        let more = applications.count > nameLimit ? " and \(applications.count - nameLimit) more" : ""
        let starts = digest.events.map(\.startedAt), ends = digest.events.compactMap(\.endedAt)
        if ends.count == starts.count, let start = starts.min(), let end = ends.max() { lines.append("took \(durationText(max(.zero, end.duration(since: start))))") }
        lines.append(line("applications: \(applications.prefix(nameLimit).joined(separator: ", "))\(more)"))
        return lines
    }

    static func line(_ text: String, limit: Int = lineLimit) -> String { printable(text, limit: limit) }
}
