internal import Basics
internal import Delivery
internal import Kubernetes

/// What was deployed last of one workload, and what runs by it: a fold over its events, each newer than the one before.
struct DeployLine {
    struct Version: Hashable {
        var revision: String
        var image: String
    }

    /// The newest event, as it was last told.
    private(set) var event: DeployEvent?
    /// What the newest event deploys, and what ran before it.
    private(set) var now: Version?
    private var before: Version?
    /// Of what ran before all that is known.
    private let image: String

    init(image: String = "") { self.image = image }

    /// Takes a newer event, or what the newest has become; one that is older says nothing of what runs.
    mutating func take(_ new: DeployEvent) {
        if let event {
            guard new.id == event.id || Self.isOlder(event, new) else { return }
            if new.id != event.id { before = now }
        }
        event = new
        guard new.workload != nil else { return }
        let images = new.images.compactMap(\.to)
        let next = Version(revision: new.revision.description, image: images.isEmpty ? before?.image ?? image : images.joined(separator: ", "))
        // Who was sent back does not run.
        now = new.outcome == .rolledBack ? before : next
    }

    static func isOlder(_ one: DeployEvent, _ other: DeployEvent) -> Bool { (one.startedAt, one.id) < (other.startedAt, other.id) }
}
