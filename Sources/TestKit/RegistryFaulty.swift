package import Basics
internal import Document
package import HTTP
package import Registry

/// A registry in the tests' own process that does what it is told, lies among it.
package final class FaultyRegistry: Sendable {
    /// What it answers in place of the truth.
    package enum Fault: Sendable {
        case status(Int, headers: HTTPHeaders = [:], body: String = "")
        /// 200 with this body.
        case body(String, type: String = "application/json")
        /// The head and half of the true answer, then the connection breaks.
        case cut
    }

    package struct Entry: Sendable, Hashable {
        package var method: String
        package var target: String
        package var authorization: String?
        package var ifNoneMatch: String?
        package var status: Int
    }

    private struct Script {
        var method: String?
        var part: String
        var faults: [Fault]
    }

    private struct State {
        var tags: [String: [String]] = [:]
        var digests: [String: String] = [:]
        var manifests: [String: RegistryImage.Manifest] = [:]
        var blobs: [String: [UInt8]] = [:]
        var pageSize = 1000
        var hasETags = false
        var hidesDigests = false
        var blobHost: String?
        var host = ""
        var login: (user: String, password: String)?
        var validToken: String?
        var tokens = 0
        var scripts: [Script] = []
        var log: [Entry] = []
    }

    private let state: Locked<State>
    private let server: LoopbackServer

    package init() async throws {
        let state = Locked(State())
        self.state = state
        let server = try await LoopbackServer { request in Self.answer(request, state) }
        self.server = server
        state.withLock { $0.host = "127.0.0.1:\(server.port)" }
    }

    /// `127.0.0.1:PORT`, to be named among the insecure ones.
    package var host: String { "127.0.0.1:\(server.port)" }
    package func repository(_ path: String) -> ImageRepository { ImageRepository(registry: host, path: path) }
    package func stop() async { await server.stop() }

    /// All requests since the last time this was asked.
    package func takeLog() -> [Entry] {
        state.withLock { state in
            defer { state.log = [] }
            return state.log
        }
    }

    /// Tags without images behind them.
    package func setTags(_ names: [String], of path: String) { state.withLock { $0.tags[path] = names } }
    package func setPageSize(_ size: Int) { state.withLock { $0.pageSize = size } }
    package func setETags(_ isOn: Bool) { state.withLock { $0.hasETags = isOn } }
    /// Answers without `Docker-Content-Digest`.
    package func hideDigests() { state.withLock { $0.hidesDigests = true } }
    /// Blobs are on another host.
    package func redirectBlobs(to url: String) { state.withLock { $0.blobHost = url } }
    /// Wants a token, which its own service gives for this name and password.
    package func requireLogin(user: String, password: String) { state.withLock { $0.login = (user, password) } }
    /// From now on no token it gave is good.
    package func revokeTokens() { state.withLock { $0.validToken = nil } }

    /// The next requests whose target contains this text get these answers, one each.
    package func script(_ part: String, method: String? = nil, _ faults: Fault...) {
        state.withLock { $0.scripts.append(Script(method: method, part: part, faults: faults)) }
    }

    /// - Returns: the digest.
    @discardableResult
    package func push(_ path: String, tag: String, createdAt: Timestamp, form: RegistryImage.Form = .docker) -> String {
        let image = RegistryImage(createdAt: createdAt, form: form, mark: "\(path):\(tag) \(createdAt)")
        state.withLock { state in
            for blob in image.blobs { state.blobs[blob.digest] = blob.bytes }
            for manifest in image.manifests { state.manifests[manifest.digest] = manifest }
            state.digests["\(path):\(tag)"] = image.digest
            if state.tags[path]?.contains(tag) != true { state.tags[path, default: []].append(tag) }
        }
        return image.digest
    }

    /// Other bytes under a digest than those it is of.
    package func corrupt(_ digest: String) {
        state.withLock { state in
            state.manifests[digest]?.bytes.append(UInt8(ascii: " "))
            state.blobs[digest]?.append(UInt8(ascii: " "))
        }
    }

    // MARK: answers

    private static func answer(_ request: HTTPRequest, _ state: Locked<State>) -> HTTPResponse {
        state.withLock { state -> HTTPResponse in
            let fault = takeFault(request, &state)
            var answer = HTTPResponse.text("", status: 404)
            if case .status(let status, let headers, let body) = fault {
                answer = .text(body, status: status, headers: headers)
            } else if case .body(let body, let type) = fault {
                answer = .text(body, headers: ["Content-Type": type])
            } else {
                answer = truth(request, &state)
                if case .cut = fault { answer = cut(answer) }
            }
            if request.method == "HEAD" {
                // Bytes behind the head would be taken for the next answer.
                answer.headers["Content-Length"] = "0"
                answer.body = HTTPBody([])
            }
            state.log.append(
                Entry(
                    method: request.method, target: request.url, authorization: request.headers["Authorization"],
                    ifNoneMatch: request.headers["If-None-Match"], status: answer.status))
            return answer
        }
    }

    private static func takeFault(_ request: HTTPRequest, _ state: inout State) -> Fault? {
        let index = state.scripts.firstIndex { script in
            !script.faults.isEmpty && request.url.contains(script.part) && (script.method == nil || script.method == request.method)
        }
        guard let index else { return nil }
        return state.scripts[index].faults.removeFirst()
    }

    private static func cut(_ answer: HTTPResponse) -> HTTPResponse {
        let isSent = Locked(false)
        var answer = answer
        answer.headers["Content-Length"] = nil
        answer.body = HTTPBody(
            next: {
                if isSent.withLock({ sent in let was = sent; sent = true; return was }) { throw LoopbackServer.Cut() }
                return Array(#"{"name":"x","tags":["1.0.0","#.utf8)
            }, cancel: {})
        return answer
    }

    private static func truth(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        let parts = request.url.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts.first ?? "", query = parts.dropFirst().first ?? ""
        if path == "/token" { return token(request, &state) }
        let words = path.split(separator: "/").map(String.init)
        guard words.first == "v2", words.count >= 4 else { return .text("not here", status: 404) }
        let repository = words[1...(words.count - 3)].joined(separator: "/"), name = words[words.count - 1]
        if state.login != nil {
            guard let token = state.validToken, request.headers["Authorization"] == "Bearer \(token)" else {
                let challenge = "Bearer realm=\"http://\(state.host)/token\",service=\"faulty\",scope=\"repository:\(repository):pull\""
                return .text(#"{"errors":[{"code":"UNAUTHORIZED","message":"log in"}]}"#, status: 401, headers: ["WWW-Authenticate": challenge])
            }
        }
        switch words[words.count - 2] {
        case "tags": return tagPage(request, repository, query, state)
        case "manifests":
            let digest = name.hasPrefix("sha256:") ? name : state.digests["\(repository):\(name)"] ?? ""
            guard let manifest = state.manifests[digest] else { return .text(#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#, status: 404) }
            var headers: HTTPHeaders = ["Content-Type": manifest.mediaType]
            if !state.hidesDigests { headers["Docker-Content-Digest"] = digest }
            return .text(String(decoding: manifest.bytes, as: UTF8.self), headers: headers)
        case "blobs":
            if let host = state.blobHost { return .text("", status: 307, headers: ["Location": "\(host)\(path)?signature=x"]) }
            guard let blob = state.blobs[name] else { return .text("no blob", status: 404) }
            return .text(String(decoding: blob, as: UTF8.self))
        default: return .text("not here", status: 404)
        }
    }

    private static func tagPage(_ request: HTTPRequest, _ repository: String, _ query: String, _ state: State) -> HTTPResponse {
        guard let all = state.tags[repository] else {
            return .text(#"{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}"#, status: 404)
        }
        let fields = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        let last = fields.first { $0.first == "last" }?.last
        let start = last.flatMap { last in all.firstIndex(of: last).map { $0 + 1 } } ?? 0
        let page = Array(all.dropFirst(start).prefix(state.pageSize))
        let body = JSON.text(["name": .string(repository), "tags": .sequence(page.map { .string($0) })])
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if start + page.count < all.count, let end = page.last {
            headers["Link"] = "</v2/\(repository)/tags/list?n=\(state.pageSize)&last=\(end)>; rel=\"next\""
        }
        if state.hasETags {
            let etag = "\"\(RegistryImage.digest(Array(body.utf8)))\""
            headers["ETag"] = etag
            if request.headers["If-None-Match"] == etag { return HTTPResponse(status: 304, headers: ["ETag": etag], body: HTTPBody([])) }
        }
        return .text(body, headers: headers)
    }

    private static func token(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
        guard let login = state.login else { return .text("", status: 404) }
        let isKnown: Bool
        if request.method == "POST" {
            let body = String(decoding: request.body ?? [], as: UTF8.self)
            isKnown = body.contains("refresh_token=\(login.password)") && body.contains("grant_type=refresh_token")
        } else {
            isKnown = request.headers["Authorization"] == "Basic " + Base64.encode(Array("\(login.user):\(login.password)".utf8))
        }
        guard isKnown else { return .text(#"{"details":"incorrect username or password"}"#, status: 401) }
        state.tokens += 1
        let token = state.validToken ?? "token-\(state.tokens)"
        state.validToken = token
        return .text(request.method == "POST" ? #"{"access_token":"\#(token)"}"# : #"{"token":"\#(token)","expires_in":300}"#)
    }
}
