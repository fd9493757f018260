package import Basics
package import Cluster
internal import Crypto
internal import Document
package import Kubernetes

/// The cluster's own answer to who somebody is and what they may do: TokenReview
/// (authentication.k8s.io/v1) and SubjectAccessReview (authorization.k8s.io/v1).
///
/// Answers are kept for ten seconds, as long as the API server's own webhooks keep them.
package final class ClusterAuthority: Authority {
    private let client: ClusterClient
    private let callers: AnswerCache<[UInt8], Caller?>
    private let permissions: AnswerCache<Question, Bool>
    /// Tokens may be guessed by anyone who reaches the port, and the client is the one that applies what is in git:
    /// few reviews run at once, and few wait.
    private struct Line: Sendable {
        let places = WaitingLine(places: ClusterAuthority.atOnce)
        let open = Locked(0)
    }

    private let tokens = Line()
    /// Of their own: who guesses tokens does not keep those who are known from their work.
    private let questions = Line()
    private static let atOnce = 4
    private static let longestLine = 64

    struct Question: Hashable, Sendable {
        var caller: Caller
        var verb: AccessVerb
        var kind: GroupKind
        var namespace: String
        var name: String?
    }

    package init(client: ClusterClient, time: any TimeSource) {
        self.client = client
        callers = AnswerCache(lifetime: .seconds(10), most: 1_000, time: time)
        permissions = AnswerCache(lifetime: .seconds(10), most: 10_000, time: time)
    }

    package func caller(token: String) async throws(AccessError) -> Caller? {
        // No token stands in memory longer than its request.
        let key = Array(SHA256.hash(data: Array(token.utf8)))
        if let known = callers[key] { return known }
        let answer = try await create("authentication.k8s.io", "TokenReview", ["token": .string(token)], tokens)
        let caller = Self.caller(answer)
        callers[key] = .some(caller)
        return caller
    }

    package func isAllowed(
        _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
    ) async throws(AccessError) -> Bool {
        var question = Question(caller: caller, verb: verb, kind: workload, namespace: namespace, name: name)
        var asked = question
        asked.caller = caller.withoutCredential
        if let known = permissions[asked] { return known }
        let resource = try await resource(workload)
        // A role of a namespace says nothing of what belongs to none, whatever a manifest says.
        if !resource.isNamespaced { question.namespace = "" }
        let answer = try await create("authorization.k8s.io", "SubjectAccessReview", Self.specification(question, resource: resource.name), questions)
        // `denied` wins over `allowed`; an evaluation error beside `allowed: true` is the server's affair.
        let isAllowed = answer[path: "status", "allowed"]?.bool == true && answer[path: "status", "denied"]?.bool != true
        permissions[asked] = isAllowed
        return isAllowed
    }

    private func create(_ group: String, _ kind: String, _ specification: Value, _ line: Line) async throws(AccessError) -> Value {
        let gvk = GroupVersionKind(group: group, version: "v1", kind: kind)
        let isTaken = line.open.withLock { open in
            if open >= Self.atOnce + Self.longestLine { return false }
            open += 1
            return true
        }
        guard isTaken else { throw AccessError("more is asked than the cluster is asked about at once", advice: "try again") }
        defer { line.open.withLock { $0 -= 1 } }
        guard await line.places.enter() else { throw AccessError("cancelled", advice: "try again") }
        defer { line.places.leave() }
        do {
            let resource = try await client.resource(for: gvk)
            let body: Value = ["apiVersion": .string(gvk.apiVersion), "kind": .string(kind), "metadata": [:], "spec": specification]
            // A review changes nothing, so it may be sent again; and its answer is no object with a name.
            let answer = try await client.raw(ClusterRequest("POST", resource.path(), body: body, repeatability: .safe))
            return try JSON.parse(answer.body, maxDepth: 64)
        } catch {
            let isForbidden = (error as? ClusterError)?.reason == .forbidden
            throw AccessError(
                "the cluster did not answer a \(kind): \(error)",
                advice: isForbidden
                    ? "let the daemon's service account create \(kind.lowercased())s (the chart's rbac.reviews does)" : "try again")
        }
    }

    /// The plural that RBAC's rules are written in.
    private func resource(_ kind: GroupKind) async throws(AccessError) -> (name: String, isNamespaced: Bool) {
        do throws(ClusterError) {
            let resource = try await client.resource(for: kind)
            return (resource.name, resource.isNamespaced)
        } catch {
            // What git had once, of a definition that is gone: rules are about names, and nearly all are made like this.
            if error.reason == .unknownKind { return ("\(kind.kind.lowercased())s", true) }
            throw AccessError("the cluster did not say what resource a \(kind) is: \(error)", advice: "try again")
        }
    }

    /// `status.user`, where it says that it is someone.
    static func caller(_ answer: Value) -> Caller? {
        guard let status = answer["status"], status["authenticated"]?.bool == true, status["error"]?.string?.isEmpty ?? true,
            let user = status["user"], let name = user["username"]?.string, !name.isEmpty
        else { return nil }
        var extra: [String: [String]] = [:]
        for entry in user["extra"]?.mapping ?? [:] { extra[entry.key] = (entry.value.sequence ?? []).compactMap(\.string) }
        return Caller(
            name: name, uid: user["uid"]?.string ?? "", groups: (user["groups"]?.sequence ?? []).compactMap(\.string), extra: extra)
    }

    static func specification(_ question: Question, resource: String) -> Value {
        var attributes: Value = [
            "verb": .string(question.verb.verb), "group": .string(question.kind.group), "resource": .string(resource),
            "namespace": .string(question.namespace),
        ]
        if let name = question.name { attributes["name"] = .string(name) }
        if let part = question.verb.subresource { attributes["subresource"] = .string(part) }
        let caller = question.caller
        var specification: Value = ["resourceAttributes": attributes, "user": .string(caller.name)]
        if !caller.uid.isEmpty { specification["uid"] = .string(caller.uid) }
        if !caller.groups.isEmpty { specification["groups"] = .sequence(caller.groups.map { .string($0) }) }
        if !caller.extra.isEmpty {
            specification["extra"] = .mapping(
                Mapping(caller.extra.sorted { $0.key < $1.key }.map { ($0.key, .sequence($0.value.map { .string($0) })) }))
        }
        return specification
    }
}
