internal import HTTP

/// One request of git's smart protocol over HTTP (git's `http-protocol.txt`):
/// what is written is the body, what is read is the answer.
final class HTTPStream: SmartStream {
    private let session: FetchSession
    private let service: SmartService
    private let action: SmartAction
    private var upload: [UInt8] = []
    private var exchange: BlockingExchange?
    private var piece: ArraySlice<UInt8> = []
    private var isAtEnd = false

    private static let maxUpload = 64 << 20
    private static let maxRedirects = 3

    init(session: FetchSession, service: SmartService = .uploadPack, action: SmartAction) {
        (self.session, self.service, self.action) = (session, service, action)
    }

    deinit {
        session.watch(nil)
        exchange?.cancel()
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard exchange == nil, upload.count + bytes.count <= Self.maxUpload else {
            session.fail(.other, "a request over \(Self.maxUpload) bytes", advice: service == .uploadPack ? "delete the mirror to fetch anew" : "push less at a time")
            return false
        }
        upload.append(contentsOf: bytes)
        return true
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard session.mayGoOn() else { return nil }
        if exchange == nil, !begin() { return nil }
        while piece.isEmpty, !isAtEnd {
            do {
                if let next = try exchange?.read() { piece = next[...] } else { isAtEnd = true }
            } catch {
                session.fail(error)
                return nil
            }
        }
        let taken = piece.prefix(buffer.count)
        buffer.copyBytes(from: taken)
        piece = piece.dropFirst(taken.count)
        return taken.count
    }

    /// Sends the request and judges the head of the answer.
    private func begin() -> Bool {
        guard case .http(let base, let address, _, _) = session.address else { return false }
        for _ in 0...Self.maxRedirects {
            do {
                let isPush = service == .receivePack && action == .request
                // From here on the server may have all of it.
                if isPush { session.isOutcomeOpen = true }
                let exchange = try session.transport.start(request(base: session.base ?? base))
                self.exchange = exchange
                session.watch(exchange)
                let (status, headers) = try exchange.head()
                // A refusal; 5xx may come from a proxy in between.
                if isPush, (300..<500).contains(status) { session.isOutcomeOpen = false }
                if [301, 302, 303, 307, 308].contains(status), action == .advertise, let location = headers["Location"] {
                    guard follow(location, from: address) else { return false }
                    continue
                }
                return accept(status, headers)
            } catch {
                session.fail(error)
                return false
            }
        }
        session.fail(.unreachable, "more than \(Self.maxRedirects) redirects", advice: "give the repository's real address")
        return false
    }

    private func request(base: String) -> HTTPRequest {
        var headers: HTTPHeaders = [:]
        if let authorization { headers["Authorization"] = authorization }
        // GitHub and others look for git's own name.
        headers["User-Agent"] = "git/2.0 (martlet)"
        headers["Pragma"] = "no-cache"
        let left = max(ContinuousClock.now.duration(to: session.deadline), .milliseconds(1))
        switch action {
        case .advertise:
            return HTTPRequest(
                "GET", "\(base)/info/refs?service=\(service.rawValue)", headers: headers, timeout: left,
                stallTimeout: session.remote.stallTimeout)
        case .request:
            headers["Content-Type"] = "application/x-\(service.rawValue)-request"
            headers["Accept"] = "application/x-\(service.rawValue)-result"
            return HTTPRequest(
                "POST", "\(base)/\(service.rawValue)", headers: headers, body: upload, timeout: left,
                stallTimeout: session.remote.stallTimeout)
        }
    }

    private var authorization: String? {
        switch session.remote.credentials {
        case .basic(let user, let password): return "Basic " + base64("\(user):\(password)".utf8)
        case .bearer(let token): return "Bearer " + token
        case .none, .sshKey:
            guard case .http(_, _, let user?, let password) = session.address else { return nil }
            return "Basic " + base64("\(user):\(password ?? "")".utf8)
        }
    }

    /// Credentials never leave the host they were given for.
    private func follow(_ location: String, from origin: Address) -> Bool {
        let absolute = location.hasPrefix("/") ? "\(origin.scheme)://\(origin.authority)\(location)" : location
        guard let target = Address(absolute), target.scheme == origin.scheme, target.host.lowercased() == origin.host.lowercased(),
            target.effectivePort == origin.effectivePort, target.path.hasSuffix("/info/refs")
        else {
            session.fail(
                .notFound, "the server says that it moved to \"\(withoutCredentials(location))\"", advice: "give the new address if you trust it")
            return false
        }
        session.base = "\(target.scheme)://\(target.authority)\(target.path.dropLast("/info/refs".count))"
        return true
    }

    private func accept(_ status: Int, _ headers: HTTPHeaders) -> Bool {
        switch status {
        case 200:
            let expected = "application/x-\(service.rawValue)-\(action == .advertise ? "advertisement" : "result")"
            let type = headers["Content-Type"]?.lowercased().prefix { $0 != ";" }.filter { !$0.isWhitespace } ?? ""
            if type == expected { return true }
            session.fail(
                .notFound, "not a git repository: the server answers with \"\(type.prefix(80))\"", advice: "check the path of the address")
        case 401:
            if authorization == nil {
                session.fail(
                    .authentication, "the server asks for credentials (401)", advice: "give a user and password or a token, or check the path: some servers say so of repositories that do not exist")
            } else {
                session.fail(.authentication, "the server refuses the credentials (401)", advice: "check the \(session.remote.credentials) and whether it has expired")
            }
        case 403:
            let (verb, right) = service == .uploadPack ? ("reading", "read") : ("writing to", "write")
            session.fail(
                .authentication, "the server forbids \(verb) this repository (403)\(said(headers))", advice: "grant \(right) access to these credentials")
        case 404, 410:
            session.fail(.notFound, "not a git repository (\(status))", advice: "check the path, and that these credentials may see it")
        case 300..<400:
            session.fail(.notFound, "the server redirects (\(status))", advice: "give the repository's real address")
        default:
            session.fail(.unreachable, "the server answers \(status)", advice: "it will be tried again; see the server's log")
        }
        return false
    }

    /// What the server explains in plain text, as GitHub does.
    private func said(_ headers: HTTPHeaders) -> String {
        guard headers["Content-Type"]?.lowercased().hasPrefix("text/plain") ?? false, let bytes = try? exchange?.read() else { return "" }
        let text = oneLine(bytes.prefix(2000))
        return text.isEmpty ? "" : ": \(text)"
    }
}

/// What a server wrote, as one line without control characters.
func oneLine(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
        .split(whereSeparator: { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f } }).joined(separator: " ")
}
