internal import Basics
internal import Document
internal import HTTP

/// A deploy as one message of a Slack channel, which is edited as the deploy goes on.
///
/// Facts from docs.slack.dev: `chat.postMessage` answers with the `channel` and `ts` that `chat.update` takes; an error
/// is a 200 with `"ok": false` and a word. In text objects `&`, `<` and `>` are the only special characters, so that
/// with them escaped nothing can mention a person or a channel; a `plain_text` object takes no other markup either, and
/// `parse` must be `none`, as `chat.update` would go looking for names otherwise.
///
/// A message whose answer was lost is looked for by its metadata (`conversations.history`, for which the token needs
/// the scope `channels:history`, or `groups:history` in a private channel, and the channel must be given by its id).
/// Without that scope it is posted again: then, and only then, one may be seen twice.
struct SlackMessage: SinkDialect {
    var channel: String
    var cluster: String
    var link: @Sendable (DeployEvent) -> String?

    let isEdited = true

    static let eventType = "martlet_deploy"
    /// A text object's longest text is 3,000 characters, and escaping makes five of one.
    private static let textLimit = 2900

    func content(_ subject: SinkSubject) -> Value? {
        let headline = Self.escaped(subject.headline + (cluster.isEmpty ? "" : " (\(DeployText.line(cluster, limit: 60)))"))
        var text = headline
        for line in subject.details(withSteps: true).map(Self.escaped) where text.unicodeScalars.count + line.unicodeScalars.count < Self.textLimit {
            text += "\n\(line)"
        }
        var blocks: [Value] = [["type": "section", "text": ["type": "plain_text", "text": .string(text), "emoji": false]]]
        if case .event(let event) = subject, let link = link(event), let address = Address(link), ["https", "http"].contains(address.scheme) {
            let url = Self.escaped(address.description).replacing("|", with: "%7C")
            blocks.append(["type": "context", "elements": [["type": "mrkdwn", "text": .string("<\(url)|details>"), "verbatim": true]]])
        }
        return [
            "text": .string(headline), "blocks": .sequence(blocks),
            "metadata": ["event_type": .string(Self.eventType), "event_payload": ["deploy_id": .string(subject.id)]],
        ]
    }

    func lookUp(_ subject: SinkSubject, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest? {
        // Slack's clock is not ours.
        let oldest = (message.triedAt ?? message.now) &- 300
        let query = "channel=\(percentEncoded(channel))&oldest=\(max(0, oldest))&limit=999&include_all_metadata=true"
        return HTTPRequest("GET", to: "\(account.base)/api/conversations.history?\(query)", json: nil, authorization: account.authorization)
    }

    func tell(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest {
        var body = content
        body["parse"] = "none"
        let place = message.remote?.split(separator: " ") ?? []
        guard place.count == 2, let conversation = place.first, let ts = place.last else {
            body["channel"] = .string(channel)
            body["unfurl_links"] = false
            body["unfurl_media"] = false
            return HTTPRequest("POST", to: "\(account.base)/api/chat.postMessage", json: body, authorization: account.authorization)
        }
        body["channel"] = .string(String(conversation))
        body["ts"] = .string(String(ts))
        return HTTPRequest("POST", to: "\(account.base)/api/chat.update", json: body, authorization: account.authorization)
    }

    func verdict(_ answer: SinkAnswer, to purpose: SinkPurpose, subject: SinkSubject) -> SinkVerdict {
        let word = answer.body["error"]?.string.map { DeployText.line($0, limit: 80) }
        guard answer.isSuccess else { return answer.failure(word) }
        guard answer.body["ok"]?.bool == true else {
            switch word {
            case nil: return .later("an answer that is not Slack's", isBusy: false)
            case "ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org", "internal_error", "fatal_error":
                return .later(word ?? "", isBusy: true)
            // Somebody deleted it, and does not want it back.
            case "message_not_found" where purpose == .update: return .told(remote: nil)
            default: return purpose == .lookUp ? .cannotLookUp : .refused(word ?? "")
            }
        }
        switch purpose {
        case .update: return .told(remote: nil)
        case .create:
            guard let conversation = answer.body["channel"]?.string, let ts = answer.body["ts"]?.string, !conversation.contains(" "), !ts.contains(" ") else {
                return .later("it took the message and gave no ts for it", isBusy: false)
            }
            return .told(remote: "\(conversation) \(ts)")
        case .lookUp:
            let own = (answer.body["messages"]?.sequence ?? []).filter {
                $0[path: "metadata", "event_type"]?.string == Self.eventType && $0[path: "metadata", "event_payload", "deploy_id"]?.string == subject.id
            }
            guard let ts = own.compactMap({ $0["ts"]?.string }).min(), !ts.contains(" ") else { return .notFound }
            return .found(remote: "\(channel) \(ts)")
        }
    }

    /// "Formatting text for app surfaces": these three and no others.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
