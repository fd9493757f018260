internal import Basics
internal import Kubernetes

/// Many events that came at once, told as one.
struct DeployDigest: Sendable, Hashable {
    var id: String
    /// In the order in which they began.
    var events: [DeployEvent]

    init(id: String, events: [DeployEvent]) {
        self.id = id
        self.events = events.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }
    }

    /// A storm: more than this many events due for one sink within `window`.
    static let threshold = 20
    static let window = Duration.seconds(10)
}

/// What one message is about.
enum SinkSubject: Sendable, Hashable {
    case event(DeployEvent)
    case digest(DeployDigest)

    var id: String {
        switch self {
        case .event(let event): event.id
        case .digest(let digest): digest.id
        }
    }

    var events: [DeployEvent] {
        switch self {
        case .event(let event): [event]
        case .digest(let digest): digest.events
        }
    }

    var startedAt: Timestamp { events.map(\.startedAt).min() ?? Timestamp(milliseconds: 0) }

    /// Nil while one of them goes on.
    var endedAt: Timestamp? {
        let ends = events.compactMap(\.endedAt)
        return ends.count == events.count ? ends.max() : nil
    }

    /// The worst of them; `running` while one of them goes on.
    var outcome: DeployEvent.Outcome {
        let all = Set(events.map(\.outcome))
        return [.running, .failed, .rolledBack, .succeeded, .superseded].first { all.contains($0) } ?? .succeeded
    }

    var headline: String {
        switch self {
        case .event(let event): DeployText.headline(event)
        case .digest(let digest): DeployText.headline(digest)
        }
    }

    func details(withSteps: Bool) -> [String] {
        switch self {
        case .event(let event): DeployText.details(event, withSteps: withSteps)
        case .digest(let digest): DeployText.details(digest)
        }
    }
}
