package import HTTP

/// What the API server, or the way to it, refused; an open set of reasons, because
/// servers, webhooks and aggregated APIs add their own.
package struct ClusterError: Error, Sendable, Hashable {
    /// `Status.reason`, or one of Martlet's own where no `Status` came.
    package struct Reason: Sendable, Hashable, RawRepresentable {
        package var rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let badRequest = Reason(rawValue: "BadRequest")
        package static let unauthorized = Reason(rawValue: "Unauthorized")
        package static let forbidden = Reason(rawValue: "Forbidden")
        package static let notFound = Reason(rawValue: "NotFound")
        package static let alreadyExists = Reason(rawValue: "AlreadyExists")
        package static let conflict = Reason(rawValue: "Conflict")
        package static let invalid = Reason(rawValue: "Invalid")
        package static let expired = Reason(rawValue: "Expired")
        package static let gone = Reason(rawValue: "Gone")
        package static let tooManyRequests = Reason(rawValue: "TooManyRequests")
        package static let internalError = Reason(rawValue: "InternalError")
        package static let methodNotAllowed = Reason(rawValue: "MethodNotAllowed")
        /// No answer at all: `transport` says why.
        package static let unreachable = Reason(rawValue: "Unreachable")
        /// The server has no such kind (yet): a CRD that is missing or not established.
        package static let unknownKind = Reason(rawValue: "UnknownKind")
        /// An answer that is not what the protocol says.
        package static let malformed = Reason(rawValue: "Malformed")
        /// The kubeconfig, or what it names, cannot be used.
        package static let configuration = Reason(rawValue: "Configuration")
    }

    /// One entry of `Status.details.causes`: for an apply conflict the field and the manager that owns it.
    package struct Cause: Sendable, Hashable {
        package var type: String
        package var field: String
        package var message: String

        package init(type: String, field: String, message: String) {
            self.type = type
            self.field = field
            self.message = message
        }
    }

    package var reason: Reason
    /// The HTTP status; 0 where there was no answer.
    package var code: Int
    package var message: String
    package var causes: [Cause]
    /// How long the server asks us to stay away.
    package var retryAfter: Duration?
    package var transport: HTTPError?

    package init(
        _ reason: Reason, code: Int = 0, message: String, causes: [Cause] = [], retryAfter: Duration? = nil,
        transport: HTTPError? = nil
    ) {
        self.reason = reason
        self.code = code
        self.message = message
        self.causes = causes
        self.retryAfter = retryAfter
        self.transport = transport
    }

    /// Whether the same request may succeed later without anyone changing it.
    package var isTransient: Bool {
        reason == .unreachable || reason == .tooManyRequests || code >= 500 || code == 408
    }
}

extension ClusterError: CustomStringConvertible {
    package var description: String { message }
}
