internal import Basics
internal import Delivery
internal import Document
internal import HTTP
internal import Kubernetes

/// A deploy as the status of the commit that it deploys.
///
/// GitHub, "Create a commit status": `POST /repos/{owner}/{repo}/statuses/{sha}` with a state of error, failure, pending
/// or success, a context that tells statuses apart and a description of at most 140 characters. GitLab, "Set commit
/// pipeline status": `POST /projects/:id/statuses/:sha` with a state of pending, running, success, failed or canceled and
/// a name; the state that is there already is refused with "Cannot transition status".
struct CommitStatus: SinkDialect {
    enum Forge: Sendable, Hashable {
        case github(repository: String)
        case gitlab(project: String)
    }

    var forge: Forge
    var cluster: String
    var link: @Sendable (DeployEvent) -> String?

    let isEdited = true

    private static let descriptionLimit = 139

    func content(_ subject: SinkSubject) -> Value? {
        guard commit(subject) != nil else { return nil }
        var body: Value = ["state": .string(state(subject.outcome)), "description": .string(description(subject))]
        switch forge {
        case .github: body["context"] = .string(name(subject))
        case .gitlab: body["name"] = .string(name(subject))
        }
        if case .event(let event) = subject, let link = link(event) { body["target_url"] = .string(link) }
        return body
    }

    /// Saying a status twice is saying it once.
    func lookUp(_ subject: SinkSubject, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest? { nil }

    func tell(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest {
        let commit = commit(subject) ?? ""
        switch forge {
        case .github(let repository):
            var request = HTTPRequest("POST", to: "\(account.base)/repos/\(repository)/statuses/\(commit)", json: content, authorization: account.authorization)
            request.headers["Accept"] = "application/vnd.github+json"
            request.headers["X-GitHub-Api-Version"] = "2022-11-28"
            return request
        case .gitlab(let project):
            return HTTPRequest(
                "POST", to: "\(account.base)/api/v4/projects/\(percentEncoded(project))/statuses/\(commit)", json: content,
                authorization: account.authorization)
        }
    }

    func verdict(_ answer: SinkAnswer, to purpose: SinkPurpose, subject: SinkSubject) -> SinkVerdict {
        if answer.isSuccess { return .told(remote: nil) }
        let said = answer.body["message"]?.string
        if case .gitlab = forge, answer.status == 400, said?.hasPrefix("Cannot transition status") == true { return .told(remote: nil) }
        // GitHub's way to say "too many" (docs.github.com, "Rate limits for the REST API").
        if answer.status == 403, answer.headers["Retry-After"] != nil || answer.headers["x-ratelimit-remaining"] == "0" {
            return .later("status 403, too many requests", isBusy: true)
        }
        return answer.failure(said)
    }

    /// The one commit that all of it is about; nil for what no commit stands behind.
    private func commit(_ subject: SinkSubject) -> String? {
        guard let commit = subject.events.first?.revision.commit, commit.utf8.count >= 40, commit.utf8.count <= 64,
            commit.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        return commit
    }

    private func state(_ outcome: DeployEvent.Outcome) -> String {
        switch forge {
        case .github:
            switch outcome {
            case .running: "pending"
            case .succeeded: "success"
            case .failed, .rolledBack: "failure"
            // There is no word for what gave way to a newer version. Nothing went wrong with it, so it gets no cross, nor
            // does it wait for ever as `pending`; the description says how it was.
            case .superseded: "success"
            }
        case .gitlab:
            switch outcome {
            case .running: "running"
            case .succeeded: "success"
            case .failed, .rolledBack: "failed"
            case .superseded: "canceled"
            }
        }
    }

    private func name(_ subject: SinkSubject) -> String {
        var parts = ["martlet"]
        if !cluster.isEmpty { parts.append(cluster) }
        if case .event(let event) = subject {
            parts.append(event.application)
            if let workload = event.workload { parts += [workload.namespace, workload.kind.lowercased(), workload.name].filter { !$0.isEmpty } }
        }
        let name = DeployText.line(parts.joined(separator: "/"), limit: 2000)
        // GitHub and GitLab take 255 characters; what is cut off still tells two apart.
        guard name.utf8.count > 250 else { return name }
        let digest = String(UInt64(bitPattern: StoredText.digest(Array(name.utf8))), radix: 36)
        var short = name
        while short.utf8.count > 230 { short.removeLast() }
        return "\(short)~\(digest)"
    }

    private func description(_ subject: SinkSubject) -> String {
        switch subject {
        case .event(let event):
            DeployText.line(
                DeployText.predicate(event.outcome) + (DeployText.took(event).map { " after \($0)" } ?? "") + (event.reason.isEmpty ? "" : ": \(event.reason)"),
                limit: Self.descriptionLimit)
        case .digest(let digest):
            DeployText.line("\(digest.events.count) workloads: \(DeployText.tally(digest))", limit: Self.descriptionLimit)
        }
    }
}
