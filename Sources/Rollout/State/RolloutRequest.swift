internal import Kubernetes

/// What a person asks of a rollout: the value of an annotation that the command
/// line writes on the workload, so that Kubernetes' own RBAC decides who may.
package struct RolloutRequest: Sendable, Hashable {
    package static let annotation = MartletAnnotations.rolloutRequest

    package enum Verb: String, Sendable, Hashable, CaseIterable {
        /// Past the gate, or past the step that runs, or out of a pause.
        case promote
        case pause
        case abort
        /// Tries a rejected template again.
        case retry
        /// Gives the workload back to its own controller, at the stable version.
        case restore
    }

    /// Tells one request from the next of the same verb.
    package var id: String
    package var verb: Verb

    package init(id: String, verb: Verb) {
        self.id = id
        self.verb = verb
    }

    /// `VERB ID`.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[1].utf8.count <= 64, let verb = Verb(rawValue: String(words[0])) else { return nil }
        self.init(id: String(words[1]), verb: verb)
    }

    package var text: String { "\(verb.rawValue) \(id)" }
}
