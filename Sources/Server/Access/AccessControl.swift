package import Basics
internal import HTTPTypes
package import Kubernetes

/// What somebody wants to do with a workload, in the verbs of Kubernetes' own RBAC.
package enum AccessVerb: String, Sendable, Hashable {
    /// See that it is there.
    case list
    /// See its images and the tags there are.
    case get
    /// Change its image, its automation or its lock.
    case patch
    /// Read what a pod writes.
    case logs

    /// As RBAC's rules have it.
    var verb: String { self == .logs ? "get" : rawValue }
    /// Below the object; nil for the object itself.
    var subresource: String? { self == .logs ? "log" : nil }
    /// In a sentence: "may not … it".
    var words: String { self == .logs ? "read the logs of" : rawValue }
    /// As a role names it.
    var rule: String { self == .logs ? "get pods/log" : rawValue }
}

/// One way to know who somebody is and what they may do.
package protocol Authority: Sendable {
    /// Who a token belongs to; nil for a token that this authority does not know.
    func caller(token: String) async throws(AccessError) -> Caller?
    /// Whether a caller of its own may do something; without a name: with all of the kind in the namespace.
    func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool
}

/// Why it is not known who somebody is, or what they may do.
package struct AccessError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String
    package var advice: String

    package init(_ message: String, advice: String) { (self.message, self.advice) = (message, advice) }

    package var description: String { "\(message); \(advice)" }
}

/// Who may read images and change workloads: nobody, as long as no authority is asked.
package struct AccessControl: Sendable {
    let authorities: [any Authority]
    /// Nil: nobody signs in with a browser.
    let sessions: Sessions?
    let door: Door
    let link: PrintedLink
    private let guesses: Guesses

    /// - Parameter authorities: asked in this order; the first that knows a token decides.
    package init(
        _ authorities: [any Authority], sessions: Sessions? = nil, door: Door = Door(), link: PrintedLink = .none, time: any TimeSource = SystemTime()
    ) {
        (self.authorities, self.sessions, self.door, self.link) = (authorities, sessions, door, link)
        guesses = Guesses(time: time)
    }

    /// A caller and who vouches for them.
    struct Admission: Sendable {
        enum Means: String, Sendable {
            case token
            case cookie
        }

        var caller: Caller
        var authority: any Authority
        /// What the request carried.
        var means = Means.token

        func by(_ means: Means) -> Admission {
            var admission = self
            admission.means = means
            return admission
        }

        func allows(_ verb: AccessVerb, _ kind: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
            try await authority.isAllowed(caller, verb, kind, namespace: namespace, name: name)
        }
    }

    /// Who sent a request, by the value of its `Authorization` header.
    func admit(authorization: String?, from remote: String) async throws(APIFailure) -> Admission {
        guard let token = bearerToken(authorization) else {
            throw APIFailure(
                .unauthorized, "unauthorized", "this needs a bearer token, or a browser that is signed in",
                advice: "send \"Authorization: Bearer TOKEN\" with a token of --api-tokens-file or of a Kubernetes service account")
        }
        return try await admit(token: token, from: remote)
    }

    /// Whose a token is.
    ///
    /// - Parameter remote: the address that it came from, which may try only so many.
    func admit(token: String, from remote: String) async throws(APIFailure) -> Admission {
        guard !authorities.isEmpty else {
            throw APIFailure(
                .forbidden, "forbidden", "nobody may do this: the daemon knows no tokens",
                advice: "start it with --api-tokens-file, or with --api-cluster-tokens in a cluster")
        }
        let attempt: Guesses.Attempt
        switch guesses.begin(token, from: remote) {
        case .look(let taken): attempt = taken
        case .wait(let rest):
            throw APIFailure(
                .tooManyRequests, "tooMany", "too many tokens that nobody knows came from this address",
                advice: "try again in \(rest.components.seconds &+ 1) s")
        }
        var failure: AccessError?
        for authority in authorities {
            do throws(AccessError) {
                guard let caller = try await authority.caller(token: token) else { continue }
                guesses.succeeded(attempt)
                return Admission(caller: caller, authority: authority)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure {
            guesses.isOpen(attempt)
            throw APIFailure(failure)
        }
        guesses.failed(attempt)
        throw APIFailure(.unauthorized, "unauthorized", "nobody knows this token", advice: "it may have expired: take a new one")
    }
}

/// The token of `Bearer TOKEN` (RFC 6750, 2.1); nil for anything else.
func bearerToken(_ header: String?) -> String? {
    guard let header, header.utf8.count <= 1 << 16 else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let scheme = parts.first, scheme.lowercased() == "bearer", let token = parts.last?.drop(while: { $0 == " " })
    else { return nil }
    let isToken = token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    return isToken && !token.isEmpty ? String(token) : nil
}
