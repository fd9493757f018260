internal import Automation
internal import Cluster
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
            case .forbidden: .forbidden
            case .ambiguous, .locked, .downgrade: .conflict
            case .invalid, .notEditable: .unprocessableContent
            case .registry, .push: .badGateway
            }
        self.init(status, error.kind.word, error.message, origin: error.origin?.description, advice: error.advice)
        if case .ambiguous(let places) = error.kind { candidates = places }
    }

    /// What the cluster said to a request of the daemon's own, made for somebody who may know of the object.
    init(_ error: ClusterError, about key: ObjectKey) {
        let kinds = "\(key.kind.lowercased())s"
        switch error.reason {
        case .notFound:
            self.init(.notFound, "notFound", "there is no \(key) in the cluster", advice: "it may be gone: \"kubectl get \(kinds) -A\" lists them")
        case .forbidden:
            self.init(
                .badGateway, "cluster", "the daemon may not do this with \(key)",
                advice: "let its service account get, list and patch \(kinds), and list replicasets, jobs, pods and controllerrevisions (rbac in the chart's values)")
        default:
            // Its own words may be about more than was asked for, but they are what a person needs: "container x is waiting to start".
            self.init(.badGateway, "cluster", "the cluster did not do its part: \(error)", advice: "try again")
        }
    }

    var value: Value {
        var error: Value = ["kind": .string(kind), "message": .string(message)]
        if let origin { error["origin"] = .string(origin) }
        error["advice"] = .string(advice)
        if !candidates.isEmpty { error["candidates"] = .sequence(candidates.map { .string($0) }) }
        return ["error": error]
    }
}
