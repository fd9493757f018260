internal import Glibc

/// Repositories over SSH: Debian's `sshd` on a loopback port, as the user of
/// the tests, with keys of its own in a temporary folder.
package final class SSHGitServer: Sendable {
    package let port: Int
    package let user: String
    /// In OpenSSH's format; the server knows its public half.
    package let clientKey: [UInt8]
    /// A key that may fetch only; the server says so as the forges do.
    package let readOnlyKey: [UInt8]
    /// A key the server does not know.
    package let strangerKey: [UInt8]
    /// For `GitRemote.knownHosts`.
    package let knownHosts: [UInt8]
    /// The same host with another key.
    package let wrongKnownHosts: [UInt8]
    private let folder: TemporaryFolder
    private let process: RunningProcess

    package init() async throws {
        folder = try TemporaryFolder("martlet-sshd")
        for name in ["host", "client", "reader", "stranger"] {
            try await Subprocess.check("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder.file(name)])
        }
        port = try Self.freePort()
        user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
        clientKey = try TemporaryFolder.read(folder.file("client"))
        readOnlyKey = try TemporaryFolder.read(folder.file("reader"))
        strangerKey = try TemporaryFolder.read(folder.file("stranger"))
        let hostKey = try String(decoding: TemporaryFolder.read(folder.file("host.pub")), as: UTF8.self)
        let otherKey = try String(decoding: TemporaryFolder.read(folder.file("stranger.pub")), as: UTF8.self)
        knownHosts = Array("[127.0.0.1]:\(port) \(hostKey)".utf8)
        wrongKnownHosts = Array("[127.0.0.1]:\(port) \(otherKey)".utf8)
        let publicKey = try String(decoding: TemporaryFolder.read(folder.file("client.pub")), as: UTF8.self)
        let readerKey = try String(decoding: TemporaryFolder.read(folder.file("reader.pub")), as: UTF8.self)
        let shell = "git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\""
        let refusal = "case \\\"$SSH_ORIGINAL_COMMAND\\\" in git-receive-pack*) echo 'ERROR: The key you are authenticating with has been marked as read only.' >&2; exit 1;; esac; "
        try folder.write(
            "authorized_keys", "restrict,command=\"\(shell)\" \(publicKey)restrict,command=\"\(refusal)\(shell)\" \(readerKey)".utf8)
        let settings = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.file("host"))
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AuthorizedKeysFile \(folder.file("authorized_keys"))
            PrintMotd no
            LogLevel VERBOSE

            """
        try folder.write("sshd_config", settings.utf8)
        // Where sshd locks itself in when it runs as root; its package makes it at boot.
        if getuid() == 0 { mkdir("/run/sshd", 0o755) }
        process = try RunningProcess(
            "/usr/sbin/sshd", ["-D", "-e", "-f", folder.file("sshd_config")], environment: TestRepository.environment, errors: folder.file("log"))
        for _ in 0..<1200 {
            if Self.answers(port) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SubprocessError("sshd does not start: \(log)")
    }

    /// - Parameter repository: the path of a bare repository.
    package func url(_ repository: String) -> String { "ssh://\(user)@127.0.0.1:\(port)\(repository)" }

    /// What the server logged.
    package var log: String { (try? String(decoding: TemporaryFolder.read(folder.file("log")), as: UTF8.self)) ?? "" }

    package func stop() async { await process.end() }

    /// A silent server: everything stops, nothing closes.
    package func freeze(_ frozen: Bool) { process.signal(frozen ? SIGSTOP : SIGCONT) }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }

    /// A port that nobody has right now.
    ///
    /// Below those that the kernel gives out (`/proc/sys/net/ipv4/ip_local_port_range` begins at 32768): no connection
    /// of somebody else's takes it before it is used.
    package static func freePort() throws -> Int {
        for _ in 0..<200 {
            let port = Int(UInt16.random(in: 15_000..<30_000))
            if isFree(port) { return port }
        }
        throw SubprocessError("no free port from 15000 to 30000")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
    }

    private static func answers(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
    }
}
