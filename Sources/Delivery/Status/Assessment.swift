internal import Basics
package import Kubernetes

/// The health of many objects as one: the worst that any of them has.
package struct Assessment: Sendable {
    package var health = ApplicationStatus.Health.healthy
    package var problems: [ApplicationStatus.Problem] = []
    /// Objects that are on their way, with what they wait for.
    package var waiting: [String] = []

    package init() {}

    /// Adds one object: its live state, and the pods below it that say why it is not well.
    package mutating func add(_ key: ObjectKey, origin: Origin?, health: Kubernetes.Health, reasons: [String]) {
        let detail = reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"
        switch health {
        case .healthy: break
        case .suspended(let text):
            raise(.suspended)
            waiting.append("\(key): \(text)")
        case .progressing(let text):
            raise(.progressing)
            waiting.append("\(key): \(text)\(detail)")
        case .unknown(let text):
            raise(.unknown)
            waiting.append("\(key): \(text)")
        case .missing:
            raise(.missing)
            waiting.append("\(key) is not there")
        case .degraded(let text):
            raise(.degraded)
            problems.append(.init(place: origin?.description ?? "", object: key.description, message: text + detail))
        }
    }

    /// Worse states win.
    private mutating func raise(_ other: ApplicationStatus.Health) {
        let order: [ApplicationStatus.Health] = [.healthy, .suspended, .progressing, .unknown, .missing, .degraded]
        guard let now = order.firstIndex(of: health), let new = order.firstIndex(of: other), new > now else { return }
        health = other
    }
}
