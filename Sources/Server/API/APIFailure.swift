internal import Automation
internal import Document
internal import HTTPTypes
internal import Kubernetes

/// An answer that is no success: `{"error": {"kind", "message", "origin", "advice"}}`.
struct APIFailure: Error, Sendable {
    var status: HTTPResponse.Status
    /// A word for programs.
    var kind: String
    var message: String
    /// Where it is written: `deploy/web.yaml:12`.
    var origin: String?
    var advice: String
    /// The places among which nobody can tell which is meant.
    var candidates: [String] = []

    init(_ status: HTTPResponse.Status, _ kind: String, _ message: String, origin: String? = nil, advice: String) {
        (self.status, self.kind, self.message, self.origin, self.advice) = (status, kind, message, origin, advice)
    }

    init(_ error: AccessError) { self.init(.serviceUnavailable, "access", error.message, advice: error.advice) }

    init(_ error: AutomationError) {
        let status: HTTPResponse.Status =
            switch error.kind {
            case .notFound: .notFound
            case .ambiguous, .locked, .downgrade: .conflict
            case .invalid, .notEditable: .unprocessableContent
            case .registry, .push: .badGateway
            }
        self.init(status, error.kind.word, error.message, origin: error.origin?.description, advice: error.advice)
        if case .ambiguous(let places) = error.kind { candidates = places }
    }

    var value: Value {
        var error: Value = ["kind": .string(kind), "message": .string(message)]
        if let origin { error["origin"] = .string(origin) }
        error["advice"] = .string(advice)
        if !candidates.isEmpty { error["candidates"] = .sequence(candidates.map { .string($0) }) }
        return ["error": error]
    }
}
