internal import Basics
internal import Delivery

/// Many deploys that came at once, as the one Kubernetes Event that tells of them.
struct DeployStorm {
    let id: String
    /// The application of all of them; nil for several.
    let scope: String?
    private(set) var events: [String: DeployEvent] = [:]
    /// It is not told as it is now.
    private(set) var isDirty = true
    /// By `TimeSource.elapsed`, as all times of it.
    let begunAt: Duration
    private var joinedAt: Duration
    private var toldAt: Duration?

    private static let limit = 20_000

    init(id: String, scope: String?, at now: Duration) { (self.id, self.scope, begunAt, joinedAt) = (id, scope, now, now) }

    /// Whether what comes now belongs to it.
    func isOpen(at now: Duration) -> Bool { now - joinedAt < DeployDigest.window && events.count < Self.limit }

    /// Whether none of them goes on.
    var isOver: Bool { events.values.allSatisfy { $0.endedAt != nil } }

    /// What one of them has become.
    mutating func take(_ event: DeployEvent) {
        guard let old = events[event.id] else { return }
        // A start that is told late.
        guard event.endedAt != nil || old.endedAt == nil else { return }
        if old.outcome != event.outcome || old.reason != event.reason { isDirty = true }
        events[event.id] = event
    }

    mutating func take(_ event: DeployEvent, at now: Duration) {
        guard events[event.id] == nil else { return take(event) }
        (events[event.id], joinedAt, isDirty) = (event, now, true)
    }

    /// Until it is to be told: at once when it begins, then now and then; nil where there is nothing new.
    func wait(at now: Duration) -> Duration? {
        guard isDirty else { return nil }
        return toldAt.map { max(.zero, DeployDigest.window - (now - $0)) } ?? .zero
    }

    /// - Parameter storm: it as it was when it was told.
    mutating func told(_ storm: DeployStorm, at now: Duration) {
        toldAt = now
        isDirty = events != storm.events
    }

    func word(on subject: ClusterEvent.Subject, at time: Timestamp) -> ClusterEvent {
        let digest = DeployDigest(id: id, events: Array(events.values))
        let isWarning = digest.events.contains { $0.outcome == .failed || $0.outcome == .rolledBack }
        return ClusterEvent(
            subject, id: id, reason: "ManyDeploys", message: ([DeployText.headline(digest)] + DeployText.details(digest)).joined(separator: "; "),
            isWarning: isWarning, at: time)
    }
}

extension DeployText {
    /// A deploy as a Kubernetes Event on its workload: of its start and of its end, each one.
    static func word(_ event: DeployEvent, on subject: ClusterEvent.Subject) -> ClusterEvent {
        let isDrift = event.cause.kind == .drift
        let reason =
            switch event.outcome {
            case .running: "DeployStarted"
            case .succeeded: isDrift ? "DriftCorrected" : "Deployed"
            case .failed: "DeployFailed"
            case .rolledBack: "DeployRolledBack"
            case .superseded: "DeploySuperseded"
            }
        let headline = isDrift && event.outcome == .succeeded ? "put back to \(event.revision)" : "\(event.revision) \(predicate(event.outcome))"
        return ClusterEvent(
            subject, id: "\(event.id).\(event.endedAt == nil ? "start" : "end")", reason: reason,
            message: ([line(headline)] + details(event, withSteps: false)).joined(separator: "; "),
            isWarning: event.outcome == .failed || event.outcome == .rolledBack, at: event.endedAt ?? event.startedAt)
    }
}
