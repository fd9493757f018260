package import Basics

/// Why a registry did not tell what it was asked.
package struct RegistryError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// It wants other credentials, or any.
        case authentication
        /// There is no such repository or tag, or it must not be seen.
        case notFound
        /// Too many requests; not before this time.
        case rateLimited(until: Timestamp?)
        case unreachable
        /// It answered something that is not in the protocol.
        case badAnswer
        case tooLarge
        case configuration
        case cancelled
    }

    package var kind: Kind
    /// What happened: a clause.
    package var message: String
    /// The repository or the host.
    package var place: String
    /// What to do about it.
    package var advice: String
    /// The HTTP status, where one is to blame.
    package var status: Int?

    package init(_ kind: Kind, _ message: String, place: String, advice: String) {
        (self.kind, self.message, self.place, self.advice) = (kind, message, place, advice)
    }

    /// Whether the same request may succeed later without anyone changing anything.
    package var isTemporary: Bool {
        switch kind {
        case .rateLimited, .unreachable, .badAnswer, .cancelled: true
        case .authentication, .notFound, .tooLarge, .configuration: false
        }
    }
}

extension RegistryError: CustomStringConvertible {
    package var description: String { "\"\(place)\": \(message); \(advice)" }
}
