internal import Basics
internal import Crypto
internal import Glibc
internal import HTTP
package import TestKit

/// The real program as a process of its own, killed with SIGKILL.
package final class ProgramOperator: Operator {
    private let program: String
    private let arguments: [String]
    private let log: String
    package let port: Int
    /// What webhooks are signed with, unless a test has a word of its own.
    package static let secret = "a secret for webhooks"
    private let secret: String
    private let process = Locked<RunningProcess?>(nil)

    /// - Parameters:
    ///   - folder: for the mirror, the secret and the log.
    ///   - git: options that say how to reach the repository, and any others.
    ///   - port: where it is to listen; by default one that is free.
    ///   - secret: what webhooks are signed with.
    package init(
        program: String, kubeconfig: String, url: String, git: [String], name: String, folder: TemporaryFolder, pollInterval: String,
        port: Int? = nil, secret: String = ProgramOperator.secret
    ) throws {
        (self.program, self.secret) = (program, secret)
        self.port = try port ?? SSHGitServer.freePort()
        log = folder.file("martlet.log")
        try folder.write("webhook-secret", Array("\(secret)\n".utf8))
        arguments =
            [
                "run", "--kubeconfig", kubeconfig, "--git-url", url, "--name", name, "--listen", "127.0.0.1:\(self.port)",
                "--git-poll-interval", pollInterval, "--webhook-secret-file", folder.file("webhook-secret"),
                "--mirror-folder", folder.file("mirror.git"),
            ] + git
    }

    package func start() async throws {
        let started = try RunningProcess(program, arguments, output: log, errors: log)
        process.withLock { $0 = started }
    }

    package func kill() async {
        let last = process.withLock { process in
            defer { process = nil }
            return process
        }
        last?.signal(SIGKILL)
        _ = try? await last?.wait(timeout: .seconds(5))
    }

    package func notify() async throws {
        let body = Array(#"{"ref":"refs/heads/main"}"#.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        let hex = hexText(code)
        let transport = CurlTransport(userAgent: "martlet-test")
        let answer = try await transport.send(
            HTTPRequest("POST", "http://127.0.0.1:\(port)/webhooks/generic", headers: ["X-Martlet-Signature": "sha256=\(hex)"], body: body))
        guard answer.status == 202 else { throw ScenarioFailure("the webhook was answered with \(answer.status)") }
    }

    /// What it logged so far, for a failing test.
    package var trouble: String { (try? String(decoding: TemporaryFolder.read(log).suffix(4000), as: UTF8.self)) ?? "" }
}
