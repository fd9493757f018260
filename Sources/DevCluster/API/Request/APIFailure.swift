import Document
import HTTP

/// What the server refuses, as the `Status` object that says so.
struct APIFailure: Error, Sendable {
    struct Cause: Sendable, Hashable {
        var reason: String
        var message: String
        var field: String
    }

    var code: Int
    var reason: String
    var message: String
    var name = ""
    var group = ""
    /// What `Status.details.kind` says: a plural for most reasons, a kind for `Invalid`.
    var kind = ""
    var uid = ""
    var causes: [Cause] = []
    var retryAfterSeconds: Int64?

    init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    var status: Value {
        var details: Mapping = [:]
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        if !kind.isEmpty { details["kind"] = .string(kind) }
        if !uid.isEmpty { details["uid"] = .string(uid) }
        if !causes.isEmpty {
            details["causes"] = .sequence(
                causes.map { cause in
                    var entry: Mapping = [:]
                    if !cause.reason.isEmpty { entry["reason"] = .string(cause.reason) }
                    if !cause.message.isEmpty { entry["message"] = .string(cause.message) }
                    if !cause.field.isEmpty { entry["field"] = .string(cause.field) }
                    return .mapping(entry)
                })
        }
        if let retryAfterSeconds { details["retryAfterSeconds"] = .int(retryAfterSeconds) }
        var status: Mapping = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
        ]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if !details.isEmpty { status["details"] = .mapping(details) }
        status["code"] = .int(Int64(code))
        return .mapping(status)
    }
}

/// The API server's own words (k8s.io/apimachinery/pkg/api/errors).
extension APIFailure {
    private init(_ code: Int, _ reason: String, _ resource: ResourceID, _ name: String, _ message: String) {
        self.init(code, reason, message)
        self.name = name
        group = resource.group
        kind = resource.plural
    }

    static func notFound(_ resource: ResourceID, _ name: String) -> APIFailure {
        APIFailure(404, "NotFound", resource, name, "\(resource) \"\(name)\" not found")
    }

    static func alreadyExists(_ resource: ResourceID, _ name: String) -> APIFailure {
        APIFailure(409, "AlreadyExists", resource, name, "\(resource) \"\(name)\" already exists")
    }

    static func conflict(_ resource: ResourceID, _ name: String, _ why: String) -> APIFailure {
        APIFailure(409, "Conflict", resource, name, "Operation cannot be fulfilled on \(resource) \"\(name)\": \(why)")
    }

    static func modified(_ resource: ResourceID, _ name: String) -> APIFailure {
        conflict(
            resource, name, "the object has been modified; please apply your changes to the latest version and try again")
    }

    static func forbidden(_ resource: ResourceID, _ name: String, _ why: String) -> APIFailure {
        APIFailure(403, "Forbidden", resource, name, "\(resource) \"\(name)\" is forbidden: \(why)")
    }

    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

    static func internalError(_ message: String) -> APIFailure {
        APIFailure(500, "InternalError", "Internal error occurred: \(message)")
    }

    static let methodNotAllowed = APIFailure(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

    static let noSuchResource = APIFailure(404, "NotFound", "the server could not find the requested resource")

    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }

    static func tooOld(_ requested: UInt64, _ oldest: UInt64) -> APIFailure {
        expired("too old resource version: \(requested) (\(oldest))")
    }

    static func tooMany(_ message: String, retryAfterSeconds: Int64) -> APIFailure {
        var failure = APIFailure(429, "TooManyRequests", message)
        failure.retryAfterSeconds = retryAfterSeconds
        return failure
    }

    /// `Deployment.apps "x" is invalid: [a, b]`.
    static func invalid(group: String, kind: String, name: String, _ errors: [FieldError]) -> APIFailure {
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        let texts = errors.map(\.description)
        let list = texts.count == 1 ? texts.joined() : "[\(texts.joined(separator: ", "))]"
        var failure = APIFailure(422, "Invalid", "\(qualified) \"\(name)\" is invalid: \(list)")
        failure.name = name
        failure.group = group
        failure.kind = kind
        failure.causes = errors.map { Cause(reason: $0.reason, message: $0.detailText, field: $0.field) }
        return failure
    }
}
