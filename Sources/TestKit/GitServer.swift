internal import Basics
internal import HTTP

/// Repositories of a folder over HTTPS, fetched and pushed to: git's own
/// `http-backend` behind a server on 127.0.0.1, with faults on demand.
package final class GitServer: Sendable {
    package enum Access: Sendable {
        case open
        case basic(user: String, password: String)
        case bearer(token: String)
        /// Everyone may fetch, as from a public repository.
        case basicForPushes(user: String, password: String)

        fileprivate var header: String? {
            switch self {
            case .open: nil
            case .basic(let user, let password), .basicForPushes(let user, let password): "Basic " + base64("\(user):\(password)")
            case .bearer(let token): "Bearer " + token
            }
        }
    }

    package enum Fault: Sendable, Hashable {
        /// Never answers.
        case hang
        /// Answers the list of references, never the pack.
        case hangOnPack
        case status(Int)
        /// Breaks the connection in the middle of the pack.
        case cutPack
        case redirect(String)
        /// Breaks every connection before an answer.
        case unreachable
        /// Takes a push's request, never answers.
        case hangOnPush
        /// Breaks the connection when a push's request is there; nothing of it is done.
        case cutPush
        /// Does what a push asks for, and breaks the connection instead of answering.
        case loseAnswer
        /// 403 for pushes, with a text as GitHub's.
        case forbidPush
    }

    private struct State {
        var fault: Fault?
        var requests: [String] = []
    }

    package let certificates: TestCertificates
    private let server: LoopbackServer
    private let state: Locked<State>

    /// - Parameter root: the folder that holds the bare repositories.
    package init(root: String, access: Access = .open, certificates: TestCertificates) async throws {
        self.certificates = certificates
        let state = Locked(State())
        self.state = state
        server = try await LoopbackServer(certificates: certificates) { request in
            try await Self.answer(request, root: root, access: access, state: state)
        }
    }

    package func url(_ repository: String = "repository.git") -> String { "\(server.url)/\(repository)" }

    /// What goes wrong from now on.
    package var fault: Fault? {
        get { state.withLock { $0.fault } }
        set { state.withLock { $0.fault = newValue } }
    }

    /// Method and path of each request so far.
    package var requests: [String] { state.withLock { $0.requests } }

    package func stop() async { await server.stop() }

    private static func answer(
        _ request: HTTP.HTTPRequest, root: String, access: Access, state: Locked<State>
    ) async throws -> HTTP.HTTPResponse {
        let fault = state.withLock { state in
            state.requests.append("\(request.method) \(request.url)")
            return state.fault
        }
        switch (fault, request.method) {
        case (.hang, _), (.hangOnPack, "POST"): try await Task.sleep(for: .seconds(60))
        case (.status(let status), _): return .text("fault", status: status)
        case (.unreachable, _): throw LoopbackServer.Cut()
        case (.redirect(let target), "GET"): return .text("", status: 301, headers: ["Location": target])
        default: break
        }
        let isPublic = if case .basicForPushes = access { !request.url.contains("git-receive-pack") } else { false }
        if !isPublic, let expected = access.header, request.headers["Authorization"] != expected {
            return .text("who are you?", status: 401, headers: ["WWW-Authenticate": "Basic realm=\"git\""])
        }
        let isPush = request.method == "POST" && request.url.hasSuffix("/git-receive-pack")
        switch fault {
        case .hangOnPush where isPush: try await Task.sleep(for: .seconds(60))
        case .cutPush where isPush: throw LoopbackServer.Cut()
        case .loseAnswer where isPush:
            _ = try await backend(request, root: root, cuts: false)
            throw LoopbackServer.Cut()
        case .forbidPush where request.url.contains("git-receive-pack"):
            return .text("remote: Write access to repository not granted.", status: 403, headers: ["Content-Type": "text/plain; charset=UTF-8"])
        default: break
        }
        return try await backend(request, root: root, cuts: fault == .cutPack && request.method == "POST")
    }

    /// RFC 3875, as git's `http-backend` wants it.
    private static func backend(_ request: HTTP.HTTPRequest, root: String, cuts: Bool) async throws -> HTTP.HTTPResponse {
        let parts = request.url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var environment = TestRepository.environment
        environment["GIT_PROJECT_ROOT"] = root
        environment["GIT_HTTP_EXPORT_ALL"] = "1"
        environment["PATH_INFO"] = parts.first
        environment["QUERY_STRING"] = parts.dropFirst().first ?? ""
        environment["REQUEST_METHOD"] = request.method
        environment["CONTENT_TYPE"] = request.headers["Content-Type"]
        environment["CONTENT_LENGTH"] = String(request.body?.count ?? 0)
        environment["REMOTE_USER"] = "test"
        environment["REMOTE_ADDR"] = "127.0.0.1"
        let result = try await Subprocess.run("git", ["http-backend"], environment: environment, input: request.body ?? [])
        let end = Array("\r\n\r\n".utf8)
        guard let split = result.output.indices.first(where: { result.output[$0...].starts(with: end) }) else {
            return .text("http-backend: \(result.errorText)", status: 500)
        }
        var answer = HTTP.HTTPResponse(status: 200, body: HTTPBody([]))
        for line in String(decoding: result.output[..<split], as: UTF8.self).split(separator: "\r\n") {
            let words = line.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
            guard let name = words.first, let value = words.dropFirst().first else { continue }
            if name == "Status" { answer.status = Int(value.prefix(3)) ?? 500 } else { answer.headers.append(String(name), String(value)) }
        }
        let body = Array(result.output[(split + end.count)...])
        answer.headers["Content-Length"] = String(body.count)
        answer.body = cuts ? half(of: body) : HTTPBody(body)
        return answer
    }

    private static func half(of bytes: [UInt8]) -> HTTPBody {
        let rest = Locked<[UInt8]?>(Array(bytes.prefix(bytes.count / 2)))
        return HTTPBody(
            next: {
                if let part = rest.withLock({ rest in defer { rest = nil }; return rest }) { return part }
                throw LoopbackServer.Cut()
            }, cancel: {})
    }
}

/// Base 64 of a text.
private func base64(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = Array(text.utf8)
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start...].prefix(3)
        let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
        for place in 0..<4 { result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=") }
    }
    return result
}
