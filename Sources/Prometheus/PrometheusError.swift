/// Why a query has no answer.
package struct PrometheusError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// Not reached, too slow, or not able to answer now: it may answer later.
        case unavailable
        /// The server refuses the credentials.
        case denied
        /// The query itself is wrong.
        case query
        /// The answer cannot be understood.
        case malformed
        /// What we were told about the server is wrong.
        case configuration
    }

    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
