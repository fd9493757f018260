internal import Basics
internal import Crypto
package import Document
internal import FoundationEssentials
package import HTTP

/// Grafana, Slack, GitHub, GitLab and a webhook in one, as far as their documented APIs are used to tell of deploys.
///
/// It keeps what it is told and holds each call against the documentation: what is wrong stands in `violations`.
package final class SinkServer: Sendable {
    package enum Fault: Sendable {
        case status(Int, headers: HTTPHeaders = [:], body: String = "{}")
        /// The connection breaks before anything is done.
        case cutBefore
        /// It is done, and the connection breaks before the answer.
        case cutAfter
        /// It is done, and the answer never comes.
        case hang
    }

    package struct Call: Sendable {
        package var method: String
        package var target: String
        package var headers: HTTPHeaders
        package var body: [UInt8]
        package var value: Value

        /// Without the query.
        package var path: String { target.split(separator: "?", maxSplits: 1).first.map(String.init) ?? target }
    }

    private struct State {
        var calls: [Call] = []
        var violations: [String] = []
        var faults: [(part: String, fault: Fault)] = []
        var annotations: [Int64: Value] = [:]
        var messages: [Value] = []
        var statuses: [(place: String, body: Value)] = []
        var running: Set<String> = []
        var mayReadHistory = true
    }

    /// What credentials it expects.
    package let token: String
    package let signingKey: [UInt8]
    private let state: Locked<State>
    private let server: LoopbackServer

    package init(token: String = "token-of-the-sink", signingKey: String = "key-of-the-webhook") async throws {
        let state = Locked(State())
        (self.token, self.signingKey, self.state) = (token, Array(signingKey.utf8), state)
        let key = Array(signingKey.utf8)
        server = try await LoopbackServer { request in
            let value = request.body.flatMap { try? JSON.parse($0) } ?? .null
            let call = Call(method: request.method, target: request.url, headers: request.headers, body: request.body ?? [], value: value)
            let fault = state.withLock { state -> Fault? in
                state.calls.append(call)
                guard let index = state.faults.firstIndex(where: { call.target.contains($0.part) || call.method == $0.part }) else { return nil }
                return state.faults.remove(at: index).fault
            }
            switch fault {
            case .status(let code, let headers, let body): return .text(body, status: code, headers: headers)
            case .cutBefore: throw LoopbackServer.Cut()
            case nil, .cutAfter, .hang: break
            }
            let (status, answer, problem) = state.withLock { Self.answer(call, token: token, key: key, &$0) }
            if let problem { state.withLock { $0.violations.append("\(call.method) \(call.target): \(problem)") } }
            switch fault {
            case .cutAfter: throw LoopbackServer.Cut()
            case .hang: try await Task.sleep(for: .seconds(3))
            default: break
            }
            // An answer without content has none: bytes behind it would be taken for the beginning of the next one.
            if status == 204 { return .text("", status: status) }
            return .text(JSON.text(answer), status: status, headers: ["Content-Type": "application/json"])
        }
    }

    package var url: String { server.url }
    package func stop() async { await server.stop() }

    package var calls: [Call] { state.withLock { $0.calls } }
    package var violations: [String] { state.withLock { $0.violations } }
    /// By id.
    package var annotations: [Value] { state.withLock { state in state.annotations.sorted { $0.key < $1.key }.map(\.value) } }
    /// In the order they were posted, as they are now.
    package var messages: [Value] { state.withLock { $0.messages } }
    /// `repository commit` or `project commit` with what was said.
    package var statuses: [(place: String, body: Value)] { state.withLock { $0.statuses } }
    package var webhooks: [Value] { calls.filter { $0.path == "/hook" }.map(\.value) }

    /// Of the next call whose target holds `part`, or whose method it is; several in their order.
    package func fail(_ part: String, _ faults: Fault...) { state.withLock { state in state.faults += faults.map { (part, $0) } } }
    package func heal() { state.withLock { $0.faults = [] } }
    /// As a token without the scope `channels:history` is treated.
    package func forbidHistory() { state.withLock { $0.mayReadHistory = false } }
    /// As a person does.
    package func deleteMessages() { state.withLock { $0.messages = [] } }
    package func deleteAnnotations() { state.withLock { $0.annotations = [:] } }

    private typealias Answer = (status: Int, body: Value, problem: String?)

    private static func answer(_ call: Call, token: String, key: [UInt8], _ state: inout State) -> Answer {
        if call.path == "/hook" { return hook(call, token: token, key: key) }
        if call.path.hasPrefix("/api/v4/projects/") { return gitlab(call, token: token, &state) }
        guard call.headers["Authorization"] == "Bearer \(token)" else { return (401, ["message": "no"], "the token is not there") }
        if call.path.hasPrefix("/api/annotations") { return grafana(call, &state) }
        if call.path.hasPrefix("/repos/") { return github(call, &state) }
        if call.path.hasPrefix("/api/") { return slack(call, &state) }
        return (404, ["message": "no such path"], "an unknown path")
    }

    // MARK: Grafana, "Annotations HTTP API"

    private static func grafana(_ call: Call, _ state: inout State) -> Answer {
        switch call.method {
        case "GET":
            let tags = query(call).filter { $0.name == "tags" }.map(\.value)
            if tags.isEmpty { return (200, [], "a search without a tag finds everything") }
            let found = state.annotations.filter { annotation in tags.allSatisfy { tag in annotation.value["tags"]?.sequence?.contains { $0.string == tag } == true } }
            return (200, .sequence(found.sorted { $0.key < $1.key }.map(\.value)), nil)
        case "POST", "PATCH":
            guard call.headers["Content-Type"]?.hasPrefix("application/json") == true, let fields = call.value.mapping else { return (400, ["message": "bad"], "no JSON") }
            let known = call.method == "POST" ? ["dashboardUID", "panelId", "time", "timeEnd", "tags", "text"] : ["text", "tags", "time", "timeEnd"]
            for key in fields.keys where !known.contains(key) { return (400, ["message": "bad"], "the unknown field \(key)") }
            guard let text = call.value["text"]?.string, !text.isEmpty else { return (400, ["message": "text is empty"], "no text") }
            for key in ["time", "timeEnd"] {
                if let time = call.value[key] {
                    guard case .int(let number) = time, number > 1_000_000_000_000, number < 10_000_000_000_000 else { return (400, [:], "\(key) is not in milliseconds") }
                } else if key == "time" {
                    return (200, ["id": 0], "no time")
                }
            }
            if let end = call.value["timeEnd"]?.int, let start = call.value["time"]?.int, end < start { return (400, [:], "it ends before it begins") }
            let tags = call.value["tags"]?.sequence?.compactMap(\.string) ?? []
            if tags.count != call.value["tags"]?.sequence?.count { return (400, [:], "tags are texts") }
            if JSON.write(call.value["tags"] ?? []).count > 500 { return (400, [:], "the tags are too long") }
            if tags.contains(where: { $0.split(separator: ":", maxSplits: 1).contains { $0.utf8.count > 100 } }) { return (500, [:], "a tag is too long") }
            if call.method == "POST" {
                let id = (state.annotations.keys.max() ?? 100) + 1
                var annotation = call.value
                annotation["id"] = .int(id)
                state.annotations[id] = annotation
                return (200, ["message": "Annotation added", "id": .int(id)], nil)
            }
            guard let id = call.path.split(separator: "/").last.flatMap({ Int64($0) }), var annotation = state.annotations[id] else {
                return (404, ["message": "Annotation not found"], state.annotations.isEmpty ? nil : "an id that it never gave")
            }
            for entry in fields.entries { annotation[entry.key] = entry.value }
            state.annotations[id] = annotation
            return (200, ["message": "Annotation patched"], nil)
        default: return (405, [:], "the method")
        }
    }

    // MARK: Slack, chat.postMessage, chat.update, conversations.history

    private static func slack(_ call: Call, _ state: inout State) -> Answer {
        let body = call.value
        switch (call.method, call.path) {
        case ("GET", "/api/conversations.history"):
            guard state.mayReadHistory else { return (200, ["ok": false, "error": "missing_scope", "needed": "channels:history"], nil) }
            let query = query(call)
            guard let channel = query.first(where: { $0.name == "channel" })?.value, channel.hasPrefix("C") else {
                return (200, ["ok": false, "error": "channel_not_found"], nil)
            }
            let oldest = query.first { $0.name == "oldest" }.flatMap { Double($0.value) } ?? 0
            let withMetadata = query.contains { $0.name == "include_all_metadata" && $0.value == "true" }
            let found = state.messages.filter { $0["channel"]?.string == channel && ($0["ts"]?.string.flatMap { Double($0) } ?? 0) >= oldest }.map { message -> Value in
                var shown: Value = ["type": "message", "ts": message["ts"] ?? .null, "text": message["text"] ?? .null]
                if withMetadata { shown["metadata"] = message["metadata"] }
                return shown
            }
            return (200, ["ok": true, "messages": .sequence(found.reversed()), "has_more": false], nil)
        case ("POST", "/api/chat.postMessage"), ("POST", "/api/chat.update"):
            let isUpdate = call.path.hasSuffix("update")
            guard call.headers["Content-Type"] == "application/json; charset=utf-8" else { return (200, ["ok": false, "error": "invalid_form_data"], "the content type") }
            var known = ["channel", "text", "blocks", "metadata", "parse"]
            known += isUpdate ? ["ts"] : ["unfurl_links", "unfurl_media"]
            for key in body.mapping?.keys.map({ $0 }) ?? [] where !known.contains(key) { return (200, ["ok": false, "error": "invalid_arguments"], "the unknown field \(key)") }
            guard let channel = body["channel"]?.string, !channel.isEmpty else { return (200, ["ok": false, "error": "channel_not_found"], "no channel") }
            guard let text = body["text"]?.string, !text.isEmpty else { return (200, ["ok": false, "error": "no_text"], "no text") }
            if body["parse"]?.string != "none" { return (200, ["ok": false, "error": "invalid_arguments"], "names would be looked for") }
            if let problem = blocks(body["blocks"]?.sequence ?? []) { return (200, ["ok": false, "error": "invalid_blocks"], problem) }
            guard body[path: "metadata", "event_type"]?.string != nil, body[path: "metadata", "event_payload"]?.mapping != nil else {
                return (200, ["ok": false, "error": "invalid_metadata_format"], "metadata")
            }
            if isUpdate {
                guard let index = state.messages.firstIndex(where: { $0["ts"] == body["ts"] && $0["channel"] == body["channel"] }) else {
                    return (200, ["ok": false, "error": "message_not_found"], state.messages.isEmpty ? nil : "a ts that it never gave")
                }
                state.messages[index] = body
                return (200, ["ok": true, "channel": .string(channel), "ts": body["ts"] ?? .null, "text": .string(text)], nil)
            }
            var message = body
            message["channel"] = .string(channel.hasPrefix("C") ? channel : "C0RESOLVED")
            message["ts"] = .string("4000000000.\(100_000 + state.messages.count)")
            state.messages.append(message)
            return (200, ["ok": true, "channel": message["channel"] ?? .null, "ts": message["ts"] ?? .null, "message": ["text": .string(text)]], nil)
        default: return (200, ["ok": false, "error": "unknown_method"], "the method")
        }
    }

    private static func blocks(_ blocks: [Value]) -> String? {
        for block in blocks {
            switch block["type"]?.string {
            case "section":
                guard let text = block[path: "text", "text"]?.string, (1...3000).contains(text.unicodeScalars.count) else { return "a section's text" }
                guard ["plain_text", "mrkdwn"].contains(block[path: "text", "type"]?.string) else { return "a text's type" }
            case "context":
                guard let elements = block["elements"]?.sequence, (1...10).contains(elements.count) else { return "a context's elements" }
            default: return "the block \(block["type"]?.string ?? "")"
            }
        }
        return blocks.isEmpty ? "no blocks" : nil
    }

    // MARK: commit statuses

    private static func github(_ call: Call, _ state: inout State) -> Answer {
        let parts = call.path.split(separator: "/").map(String.init)
        guard call.method == "POST", parts.count == 5, parts[3] == "statuses" else { return (404, ["message": "Not Found"], "the path") }
        guard call.headers["Accept"] == "application/vnd.github+json", call.headers["X-GitHub-Api-Version"] == "2022-11-28" else { return (400, [:], "the headers") }
        for key in call.value.mapping?.keys.map({ $0 }) ?? [] where !["state", "target_url", "description", "context"].contains(key) { return (422, [:], "the field \(key)") }
        guard ["error", "failure", "pending", "success"].contains(call.value["state"]?.string) else { return (422, ["message": "Validation Failed"], "the state") }
        guard (call.value["description"]?.string ?? "").unicodeScalars.count <= 140 else { return (422, ["message": "description is too long"], "the description") }
        guard (1...255).contains(call.value["context"]?.string?.count ?? 0) else { return (422, [:], "the context") }
        guard parts[4].count == 40 else { return (422, ["message": "No commit found for SHA: \(parts[4])"], "the commit") }
        state.statuses.append(("\(parts[1])/\(parts[2]) \(parts[4])", call.value))
        return (201, ["id": .int(Int64(state.statuses.count)), "state": call.value["state"] ?? .null], nil)
    }

    private static func gitlab(_ call: Call, token: String, _ state: inout State) -> Answer {
        guard call.headers["PRIVATE-TOKEN"] == token else { return (401, ["message": "401 Unauthorized"], "the token is not there") }
        let parts = call.path.split(separator: "/").map(String.init)
        guard call.method == "POST", parts.count == 6, parts[4] == "statuses" else { return (404, ["message": "404 Not Found"], "the path") }
        for key in call.value.mapping?.keys.map({ $0 }) ?? [] where !["state", "name", "context", "target_url", "description", "ref", "coverage", "pipeline_id"].contains(key) {
            return (400, [:], "the field \(key)")
        }
        guard let new = call.value["state"]?.string, ["pending", "running", "success", "failed", "canceled"].contains(new) else { return (400, [:], "the state") }
        guard (call.value["description"]?.string ?? "").count <= 255, call.value["name"]?.string?.isEmpty == false else { return (400, [:], "the description or name") }
        let place = "\(percentDecoded(parts[3])) \(parts[5])"
        let key = "\(place) \(call.value["name"]?.string ?? "")"
        if new == "running", !state.running.insert(key).inserted {
            return (400, ["message": "Cannot transition status via :run from :running (Reason(s): Status cannot transition via \"run\")"], nil)
        }
        if new != "running" { state.running.remove(key) }
        state.statuses.append((place, call.value))
        return (201, ["id": .int(Int64(state.statuses.count)), "status": .string(new)], nil)
    }

    // MARK: CloudEvents 1.0 over HTTP, signed as Standard Webhooks are

    private static func hook(_ call: Call, token: String, key: [UInt8]) -> Answer {
        guard call.method == "POST", call.headers["Content-Type"]?.hasPrefix("application/cloudevents+json") == true else { return (415, [:], "the content type") }
        for name in ["specversion", "id", "source", "type"] where call.value[name]?.string?.isEmpty != false { return (400, [:], "no \(name)") }
        guard call.value["specversion"]?.string == "1.0" else { return (400, [:], "the version") }
        guard call.value["time"]?.string.flatMap({ Timestamp($0) }) != nil else { return (400, [:], "the time") }
        for name in call.value.mapping?.keys.map({ $0 }) ?? [] where !name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) }) { return (400, [:], "the attribute \(name)") }
        guard let id = call.headers["webhook-id"], let time = call.headers["webhook-timestamp"], id == call.value["id"]?.string else { return (400, [:], "the headers") }
        guard let signature = call.headers["webhook-signature"], signature.hasPrefix("v1,"), let code = Base64.decode(signature.dropFirst(3)),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Array("\(id).\(time).".utf8) + call.body, using: SymmetricKey(data: key))
        else { return (401, [:], "the signature") }
        return (204, [:], nil)
    }

    private static func query(_ call: Call) -> [(name: String, value: String)] {
        call.target.split(separator: "?", maxSplits: 1).dropFirst().first?.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { percentDecoded($0) }
            return (parts.first ?? "", parts.dropFirst().first ?? "")
        } ?? []
    }
}
