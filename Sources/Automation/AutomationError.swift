internal import Delivery
package import Kubernetes

/// Why an image is not followed, found or changed.
package struct AutomationError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A tag filter, an image or a name that cannot be understood.
        case invalid
        /// No such workload, container or tag.
        case notFound
        /// The image is written in more than one place, or in none that a person wrote.
        case ambiguous([String])
        case notEditable
        /// Somebody locked the workload.
        case locked
        /// Who asks may not change all that would change.
        case forbidden
        /// It would go back to an older version.
        case downgrade
        /// The registry does not tell.
        case registry
        /// The commit cannot be made or pushed.
        case push
    }

    package var kind: Kind
    /// What happened: a clause.
    package var message: String
    /// Where it is written, or the workload's name.
    package var origin: Origin?
    /// What to do about it.
    package var advice: String
    /// The same try may succeed later without anyone changing anything.
    package var isTemporary: Bool

    package init(_ kind: Kind, _ message: String, origin: Origin? = nil, advice: String, isTemporary: Bool = false) {
        (self.kind, self.message, self.origin, self.advice, self.isTemporary) = (kind, message, origin, advice, isTemporary)
    }
}

extension AutomationError: CustomStringConvertible {
    package var description: String { (origin.map { "\($0): " } ?? "") + "\(message); \(advice)" }
}

/// A revert that git cannot take just now is tried again.
extension AutomationError: PassingError {}
