internal import Basics
internal import Crypto
internal import Delivery
internal import Document
internal import HTTP
internal import Kubernetes

/// A deploy as a CloudEvent of version 1.0 in structured mode, sent to a webhook and signed.
///
/// The signature is that of the Standard Webhooks specification (standardwebhooks.com): `webhook-signature` has `v1,`
/// and the base 64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`; whoever takes it refuses what is old, so a
/// recorded call cannot be played again. The id is the same for each try, so that one that came twice is known.
struct CloudEvent: SinkDialect {
    var cluster: String
    var link: @Sendable (DeployEvent) -> String?

    let isEdited = false

    private static let memberLimit = 1000

    func content(_ subject: SinkSubject) -> Value? {
        switch subject {
        case .event(let event):
            var data = event.summary
            // Not in the summary itself, with which is compared what a sink was told before.
            data["duration"] = event.seconds
            if let link = link(event) { data["link"] = .string(link) }
            return data
        case .digest(let digest):
            let members = digest.events.prefix(Self.memberLimit).map { event -> Value in
                [
                    "id": .string(event.id), "application": .string(event.application), "workload": event.workload?.value ?? .null,
                    "startedAt": .string(event.startedAt.inMilliseconds), "endedAt": event.endedAt.map { .string($0.inMilliseconds) } ?? .null,
                    "duration": event.seconds,
                    "revision": .string(event.revision.description), "commit": .string(event.revision.commit),
                    "outcome": .string(event.outcome.rawValue), "reason": .string(event.reason),
                ]
            }
            return [
                "id": .string(digest.id), "summary": .string(DeployText.headline(digest)), "events": .sequence(members),
                "more": .int(Int64(digest.events.count - members.count)),
            ]
        }
    }

    /// A call is known by its id, so one that may have come is just made again.
    func lookUp(_ subject: SinkSubject, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest? { nil }

    func tell(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest {
        let body = JSON.write(envelope(subject, content, message))
        let id = identifier(subject, message)
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Content-Type": "application/cloudevents+json; charset=utf-8", "webhook-id": id,
            "webhook-timestamp": String(message.now),
        ]
        if let key = account.signingKey { headers["webhook-signature"] = Self.signature(id: id, timestamp: message.now, body: body, key: key) }
        if let (name, value) = account.authorization { headers[name] = value }
        return HTTPRequest("POST", account.base, headers: headers, body: body)
    }

    func verdict(_ answer: SinkAnswer, to purpose: SinkPurpose, subject: SinkSubject) -> SinkVerdict {
        // What stands in a stranger's answer is not shown.
        answer.isSuccess ? .told(remote: nil) : answer.failure()
    }

    /// `v1,` and base 64.
    static func signature(id: String, timestamp: Int64, body: [UInt8], key: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return "v1," + Base64.encode(Array(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))))
    }

    func envelope(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage) -> Value {
        let phase = subject.endedAt != nil ? "ended" : message.isTold ? "changed" : "started"
        var envelope: Value = ["specversion": "1.0", "id": .string(identifier(subject, message))]
        let home = "/martlet" + (cluster.isEmpty ? "" : "/\(percentEncoded(cluster))")
        let at: Timestamp
        switch subject {
        case .event(let event):
            envelope["type"] = .string("dev.martlet.deploy.\(phase)")
            envelope["source"] = .string("\(home)/applications/\(percentEncoded(event.application))")
            if let workload = event.workload { envelope["subject"] = .string([workload.namespace, workload.kind.lowercased(), workload.name].filter { !$0.isEmpty }.joined(separator: "/")) }
            at = event.endedAt ?? (message.isTold ? event.steps.last?.at : nil) ?? event.startedAt
        case .digest:
            envelope["type"] = .string("dev.martlet.deploys.\(phase)")
            envelope["source"] = .string(home)
            at = subject.endedAt ?? subject.startedAt
        }
        envelope["time"] = .string(at.inMilliseconds)
        envelope["datacontenttype"] = "application/json"
        envelope["data"] = content
        return envelope
    }

    private func identifier(_ subject: SinkSubject, _ message: SinkMessage) -> String { "\(subject.id)-\(message.version)" }
}

extension DeployEvent {
    /// From its start to its end; null while it goes on.
    fileprivate var seconds: Value {
        endedAt.map { end in
            let milliseconds = max(0, end.milliseconds &- startedAt.milliseconds)
            return milliseconds.isMultiple(of: 1000) ? .int(milliseconds / 1000) : .double(Double(milliseconds) / 1000)
        } ?? .null
    }
}
