internal import Basics
internal import Delivery
internal import Document
internal import HTTP
internal import Kubernetes

/// A deploy as a mark on Grafana's graphs, which becomes a region when the deploy ends.
///
/// Facts from Grafana's "Annotations HTTP API": `POST /api/annotations` with `time` in epoch milliseconds answers
/// `{"id"}`; `PATCH /api/annotations/:id` changes `text`, `tags`, `time` and `timeEnd`, the last makes a region of it;
/// `GET /api/annotations?tags=…` finds them. The text is shown as HTML, which Grafana sanitizes, so what is special in
/// HTML is escaped. Its database holds 100 characters of either half of a tag and, unless `tags_length` says more, 500 of all.
struct GrafanaAnnotation: SinkDialect {
    var dashboardUID: String?
    var panelID: Int64?
    var cluster: String
    var link: @Sendable (DeployEvent) -> String?

    let isEdited = true

    func content(_ subject: SinkSubject) -> Value? {
        var body: Value = ["time": .int(subject.startedAt.milliseconds)]
        if let end = subject.endedAt { body["timeEnd"] = .int(max(end.milliseconds, subject.startedAt.milliseconds)) }
        body["tags"] = .sequence(tags(subject).map { .string($0) })
        body["text"] = .string(text(subject))
        return body
    }

    func lookUp(_ subject: SinkSubject, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest? {
        let tag = percentEncoded("deploy-id:\(subject.id)")
        return HTTPRequest("GET", to: "\(account.base)/api/annotations?tags=\(tag)&type=annotation&limit=10", json: nil, authorization: account.authorization)
    }

    func tell(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest {
        guard let id = message.remote else {
            var body = content
            if let dashboardUID { body["dashboardUID"] = .string(dashboardUID) }
            if let panelID { body["panelId"] = .int(panelID) }
            return HTTPRequest("POST", to: "\(account.base)/api/annotations", json: body, authorization: account.authorization)
        }
        return HTTPRequest("PATCH", to: "\(account.base)/api/annotations/\(percentEncoded(id))", json: content, authorization: account.authorization)
    }

    func verdict(_ answer: SinkAnswer, to purpose: SinkPurpose, subject: SinkSubject) -> SinkVerdict {
        guard answer.isSuccess else {
            // Somebody deleted it, and does not want it back.
            if purpose == .update, answer.status == 404 { return .told(remote: nil) }
            return answer.failure(answer.body["message"]?.string)
        }
        switch purpose {
        case .update: return .told(remote: nil)
        case .create:
            guard let id = answer.body["id"]?.int, id > 0 else { return .later("it took the annotation and gave no id for it", isBusy: false) }
            return .told(remote: String(id))
        case .lookUp:
            guard let all = answer.body.sequence else { return .later("it answered a search for annotations with \(answer.body.kindName)", isBusy: false) }
            let own = all.filter { $0["tags"]?.sequence?.contains { $0.string == "deploy-id:\(subject.id)" } == true }
            guard let id = own.compactMap({ $0["id"]?.int }).filter({ $0 > 0 }).min() else { return .notFound }
            return .found(remote: String(id))
        }
    }

    private func tags(_ subject: SinkSubject) -> [String] {
        var tags = ["deploy", "deploy-id:\(subject.id)"]
        switch subject {
        case .event(let event):
            tags.append(tag("app", event.application))
            if let workload = event.workload {
                tags.append(tag("workload", workload.name))
                if !workload.namespace.isEmpty { tags.append(tag("namespace", workload.namespace)) }
            }
        case .digest(let digest):
            if let application = digest.events.first?.application, digest.events.allSatisfy({ $0.application == application }) {
                tags.append(tag("app", application))
            }
        }
        if !cluster.isEmpty { tags.append(tag("cluster", cluster)) }
        let commits = Set(subject.events.map(\.revision.commit))
        if commits.count == 1, let commit = commits.first, !commit.isEmpty { tags.append(tag("rev", String(commit.prefix(7)))) }
        if subject.endedAt != nil { tags.append("outcome:\(subject.outcome.rawValue)") }
        return tags
    }

    private func tag(_ key: String, _ value: String) -> String {
        var value = DeployText.line(value, limit: 99)
        while value.utf8.count > 99 { value.removeLast() }
        return "\(key):\(value)"
    }

    private func text(_ subject: SinkSubject) -> String {
        var lines = ([subject.headline] + subject.details(withSteps: false)).map(Self.escaped)
        if case .event(let event) = subject, let link = link(event), let address = Address(link), ["https", "http"].contains(address.scheme) {
            lines.append("<a href=\"\(Self.escaped(address.description))\">\(Self.escaped(event.id))</a>")
        }
        return lines.joined(separator: "\n")
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
