internal import CSSH2
internal import Glibc

/// `git-upload-pack` or `git-receive-pack` on an SSH server through libssh2,
/// never blocking longer than the session allows.
///
/// Not libgit2's own SSH: that waits for ever on a server that went silent.
final class SSHStream: SmartStream {
    private let session: FetchSession
    private let service: SmartService
    private let socket: CInt
    private let ssh: OpaquePointer
    private var channel: OpaquePointer?
    private let host: String
    private let port: Int
    private var hasRead = false

    private static let connectTimeout = Duration.seconds(10)

    /// Nil with the reason in the session.
    init?(session: FetchSession, service: SmartService = .uploadPack) {
        guard case .ssh(let user, let host, let port, let path) = session.address,
            let socket = Self.connect(host: host, port: port, session: session)
        else { return nil }
        guard let ssh = cssh2_session_new() else {
            close(socket)
            session.fail(.other, "out of memory", advice: "give the process more memory")
            return nil
        }
        (self.session, self.service, self.socket, self.ssh, self.host, self.port) = (session, service, socket, ssh, host, port)
        libssh2_session_set_blocking(ssh, 0)
        guard shakeHands(), authenticate(user), execute(path) else { return nil }
    }

    deinit {
        // A word of goodbye if it goes out at once; then the socket is shut, so that nothing below can wait for the server.
        libssh2_session_disconnect_ex(ssh, SSH_DISCONNECT_BY_APPLICATION, "done", "")
        shutdown(socket, CInt(SHUT_RDWR))
        libssh2_session_set_blocking(ssh, 1)
        libssh2_session_set_timeout(ssh, 1000)
        if let channel { libssh2_channel_free(channel) }
        libssh2_session_free(ssh)
        close(socket)
    }

    // MARK: bytes

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = UnsafeRawBufferPointer(rebasing: rest)
            guard let count = attempt("send", { libssh2_channel_write_ex(channel, 0, chunk.bindMemory(to: CChar.self).baseAddress, chunk.count) }),
                count > 0
            else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let target = buffer.bindMemory(to: CChar.self)
        guard let count = attempt("read", { libssh2_channel_read_ex(channel, 0, target.baseAddress, target.count) }) else { return nil }
        if count == 0, !hasRead {
            let said = complaint()
            session.fail(
                isDenial(said) ? .authentication : .notFound,
                said.isEmpty ? "the server closed the channel without an answer" : "the server says: \(said)",
                advice: "check the path, and that this key may \(service == .uploadPack ? "read" : "write to") the repository")
            return nil
        }
        hasRead = true
        return count
    }

    /// What the server wrote to its standard error.
    private func complaint() -> String {
        var text: [UInt8] = []
        var buffer = [CChar](repeating: 0, count: 4096)
        for _ in 0..<8 {
            let count = buffer.withUnsafeMutableBufferPointer { libssh2_channel_read_ex(channel, SSH_EXTENDED_DATA_STDERR, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            text += buffer.prefix(count).map { UInt8(bitPattern: $0) }
        }
        return oneLine(text.prefix(2000))
    }

    /// The forges say so in words: "has been marked as read only", "permission denied", "not allowed".
    private func isDenial(_ text: String) -> Bool {
        let text = text.lowercased()
        return service == .receivePack
            && ["denied", "read only", "read-only", "not allowed", "forbidden", "unauthorized", "no write"].contains { text.contains($0) }
    }

    // MARK: the way there

    private func shakeHands() -> Bool {
        if let known = session.remote.knownHosts {
            let types = KnownHosts(known, ssh: ssh)?.keyTypes(host: host, port: port) ?? []
            // Ask for a key of a type that is known: a server has several.
            if !types.isEmpty { _ = libssh2_session_method_pref(ssh, LIBSSH2_METHOD_HOSTKEY, types.joined(separator: ",")) }
        }
        guard attempt("shake hands", { Int(libssh2_session_handshake(ssh, socket)) }) != nil else { return false }
        return checkHostKey()
    }

    private func checkHostKey() -> Bool {
        var length = 0
        var type: CInt = 0
        guard let start = libssh2_session_hostkey(ssh, &length, &type) else {
            session.fail(.hostKey, "the server shows no host key", advice: "check the server")
            return false
        }
        let name = port == 22 ? host : "[\(host)]:\(port)"
        guard let known = session.remote.knownHosts else {
            if session.remote.acceptsAnyHostKey { return true }
            session.fail(
                .hostKey, "the host key of \"\(name)\" (\(fingerprint)) cannot be checked", advice: "give the known hosts; `ssh-keyscan` prints them")
            return false
        }
        guard let hosts = KnownHosts(known, ssh: ssh) else {
            session.fail(.other, "out of memory", advice: "give the process more memory")
            return false
        }
        switch hosts.check(host: host, port: port, key: UnsafeBufferPointer(start: start, count: length)) {
        case .match: return true
        case .unknown:
            session.fail(
                .hostKey, "the host key of \"\(name)\" (\(fingerprint)) is not among the known hosts",
                advice: "compare the fingerprint and add the line that `ssh-keyscan` prints")
        case .mismatch:
            session.fail(
                .hostKey, "the host key of \"\(name)\" (\(fingerprint)) is another one than the known",
                advice: "someone may be in between; replace the known host only if the server's key was changed")
        }
        return false
    }

    /// As OpenSSH shows it.
    private var fingerprint: String {
        guard let hash = libssh2_hostkey_hash(ssh, LIBSSH2_HOSTKEY_HASH_SHA256) else { return "unknown" }
        let bytes = UnsafeRawBufferPointer(start: hash, count: 32)
        return "SHA256:" + base64(bytes).prefix { $0 != "=" }
    }

    private func authenticate(_ user: String) -> Bool {
        guard case .sshKey(let key, let passphrase) = session.remote.credentials else {
            session.fail(.authentication, "an SSH server wants a key", advice: "give a private key")
            return false
        }
        let result = attemptCode {
            Int(
                key.withUnsafeBytes { bytes in
                    libssh2_userauth_publickey_frommemory(
                        ssh, user, user.utf8.count, nil, 0, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count, passphrase)
                })
        }
        guard let result else { return false }
        if result == 0 { return true }
        let said = lastMessage
        switch CInt(truncatingIfNeeded: result) {
        case LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_METHOD_NONE:
            session.fail(
                .authentication, "the private key cannot be read: \(said)",
                advice: passphrase == nil ? "give a key without a passphrase, or the passphrase" : "check the key and its passphrase")
        case LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_NONE:
            session.fail(.unreachable, "the server closed the connection: \(said)", advice: "it will be tried again; see the server's log")
        default:
            let isRSA = String(decoding: key.prefix(40), as: UTF8.self).contains("RSA")
            session.fail(
                .authentication, "the server refuses the key for user \"\(user)\"",
                advice: "add its public key on the server" + (isRSA ? ", or use an ed25519 key: RSA keys sign with SHA-1 here, which servers refuse" : "; ed25519 keys work best"))
        }
        return false
    }

    private func execute(_ path: String) -> Bool {
        var opened: OpaquePointer?
        let code = attempt("open a channel") {
            opened = cssh2_channel_new(ssh)
            return opened == nil ? Int(libssh2_session_last_errno(ssh)) : 0
        }
        guard code != nil, let opened else { return false }
        channel = opened
        let quoted = path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        return attempt("run \(service.rawValue)") { Int(cssh2_channel_exec(opened, "\(service.rawValue) '\(quoted)'")) } != nil
    }

    private var lastMessage: String {
        var text: UnsafeMutablePointer<CChar>?
        var length: CInt = 0
        libssh2_session_last_error(ssh, &text, &length, 0)
        return text.map { String(cString: $0) } ?? "unknown error of libssh2"
    }

    // MARK: waiting

    /// Repeats a call of libssh2 until it has an answer; a negative one becomes a failure.
    private func attempt(_ what: String, _ call: () -> Int) -> Int? {
        guard let result = attemptCode(call) else { return nil }
        guard result < 0 else { return result }
        session.fail(.unreachable, "could not \(what): \(lastMessage)", advice: "check the address and the server")
        return nil
    }

    private func attemptCode(_ call: () -> Int) -> Int? {
        var stalledAt = ContinuousClock.now + session.remote.stallTimeout
        while true {
            guard session.mayGoOn() else { return nil }
            let result = call()
            guard result == Int(LIBSSH2_ERROR_EAGAIN) else { return result }
            let directions = libssh2_session_block_directions(ssh)
            var events: Int16 = 0
            if directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0 { events |= Int16(POLLIN) }
            if directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 { events |= Int16(POLLOUT) }
            if Self.wait(socket, events == 0 ? Int16(POLLIN) : events) { stalledAt = .now + session.remote.stallTimeout }
            if stalledAt <= .now {
                session.failTimeout("\(host) sent nothing for \(session.remote.stallTimeout)")
                return nil
            }
        }
    }

    /// Waits a moment, short enough to notice a cancellation; true when something can move.
    private static func wait(_ socket: CInt, _ events: Int16) -> Bool {
        var descriptor = pollfd(fd: socket, events: events, revents: 0)
        return poll(&descriptor, 1, 100) > 0
    }

    private static func connect(host: String, port: Int, session: FetchSession) -> CInt? {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let text = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
            session.fail(.unreachable, "no address for host \"\(host)\": \(text)", advice: "check the name and the DNS")
            return nil
        }
        defer { freeaddrinfo(list) }
        var reason = "no address"
        var next = list
        while let candidate = next?.pointee {
            next = candidate.ai_next
            guard session.mayGoOn() else { return nil }
            switch connect(to: candidate, session: session) {
            case .connected(let descriptor): return descriptor
            case .failed(let text): reason = text
            }
        }
        if session.mayGoOn() {
            session.fail(.unreachable, "no connection to \(host) port \(port): \(reason)", advice: "check the address, the network and the server")
        }
        return nil
    }

    private enum Connection {
        case connected(CInt)
        case failed(String)
    }

    private static func connect(to candidate: addrinfo, session: FetchSession) -> Connection {
        let flags = candidate.ai_socktype | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(candidate.ai_family, flags, candidate.ai_protocol)
        guard descriptor >= 0 else { return .failed(errorText(errno)) }
        var on: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<CInt>.size))
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        var code = Glibc.connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 ? 0 : errno
        if code == EINPROGRESS {
            let limit = ContinuousClock.now + min(connectTimeout, session.remote.stallTimeout)
            code = ETIMEDOUT
            while limit > .now, session.mayGoOn() {
                guard wait(descriptor, Int16(POLLOUT)) else { continue }
                var size = socklen_t(MemoryLayout<CInt>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
                break
            }
        }
        if code == 0 { return .connected(descriptor) }
        close(descriptor)
        return .failed(errorText(code))
    }

    private static func errorText(_ code: CInt) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
