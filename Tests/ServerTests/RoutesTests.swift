import Basics
import Crypto
import Document
import HTTP
import Logging
import Metrics
import Server
import TestKit
import Testing

/// The daemon's port, on the loopback.
@Suite struct RoutesTests {
    private struct Daemon: Sendable {
        var port: Int
        var rings: Locked<Int>
        var unreadiness: Locked<String?>
        var registry: MetricRegistry
        let transport = CurlTransport()

        func ask(_ method: String, _ path: String, _ headers: HTTPHeaders = [:], _ body: [UInt8]? = nil) async throws -> (status: Int, text: String, headers: HTTPHeaders) {
            let answer = try await transport.send(HTTPRequest(method, "http://127.0.0.1:\(port)\(path)", headers: headers, body: body))
            return (answer.status, String(decoding: try await answer.body.collect(limit: 1 << 20), as: UTF8.self), answer.headers)
        }
    }

    private func serving(secret: String? = "the secret", limits: HTTPService.Limits = .init(), _ body: @escaping @Sendable (Daemon) async throws -> Void) async throws {
        let rings = Locked(0)
        let unreadiness = Locked<String?>(nil)
        let registry = MetricRegistry()
        let view = DaemonView(
            unreadiness: { unreadiness.withLock { $0 } }, status: { ["applications": []] }, markDue: { rings.withLock { $0 += 1 } }, branch: "main",
            webhookSecret: secret.map { Array($0.utf8) })
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = HTTPService(
            host: "127.0.0.1", port: 0, router: Routes.router(view, metrics: registry), limits: limits,
            logger: Logger(label: "test") { SwiftLogNoOpLogHandler($0) }
        ) { port.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                for await number in ports {
                    try await body(Daemon(port: number, rings: rings, unreadiness: unreadiness, registry: registry))
                    return
                }
            }
            try await group.next()
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
    }

    private func signature(_ body: [UInt8]) -> String {
        "sha256="
            + HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array("the secret".utf8)))
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    @Test(.timeLimit(.minutes(10))) func everyRouteOfTheTableAnswers() async throws {
        try await serving { daemon async throws -> Void in
            for entry in Routes.table {
                let path = entry.path.replacing(":provider", with: "github").replacing("/assets/:name", with: "/assets/app.js")
                let answer = try await daemon.ask(entry.method, path)
                switch entry.permission {
                case .open, .page: #expect(answer.status == 200, "\(entry.method) \(path)")
                case .entrance: #expect([200, 400, 403].contains(answer.status), "\(entry.method) \(path)")
                case .signature, .reader, .editor, .known, .overseer, .administrator: #expect(answer.status == 401, "\(entry.method) \(path)")
                }
                #expect(answer.headers["Content-Security-Policy"]?.hasPrefix("default-src 'none'; script-src 'self';") == true)
                #expect(answer.headers["X-Content-Type-Options"] == "nosniff" && answer.headers["Referrer-Policy"] == "no-referrer")
                let taken = Set(Routes.table.filter { $0.path == entry.path }.map(\.method))
                for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] where !taken.contains(method) {
                    let answer = try await daemon.ask(method, path)
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer.headers["Allow"] == taken.sorted().joined(separator: ", "))
                }
            }
            for path in ["/nothing", "/healthz/x", "/webhooks", "/api/v1", "/..%2f..%2fetc/passwd"] {
                #expect(try await daemon.ask("GET", path).status == 404, "\(path)")
            }
        }
    }

    /// A connection that says nothing, or half of something, is closed; one that is used is not.
    @Test(.timeLimit(.minutes(5)), arguments: ["", "GET / HT", "POST /webhooks/github HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 9\\r\\n\\r\\nabc"])
    func silentConnections(_ words: String) async throws {
        var limits = HTTPService.Limits()
        limits.idle = .milliseconds(300)
        try await serving(limits: limits) { daemon async throws -> Void in
            let script = "exec 3<>/dev/tcp/127.0.0.1/\(daemon.port); printf '\(words)' >&3; timeout 60 cat <&3; echo status $?"
            let output = try await Subprocess.run("/bin/bash", ["-c", script], timeout: .seconds(90))
            #expect(output.text.hasSuffix("status 0\n"), "\(output.text) \(output.errorText)")
            #expect(try await daemon.ask("GET", "/healthz").status == 200)
        }
    }

    /// Who asks and asks and reads nothing.
    @Test(.timeLimit(.minutes(5))) func unreadAnswers() async throws {
        var limits = HTTPService.Limits()
        limits.unread = .milliseconds(300)
        try await serving(limits: limits) { daemon async throws -> Void in
            // A word more every now and then: only to who has gone it cannot be said.
            let script = """
                trap '' PIPE
                exec 3<>/dev/tcp/127.0.0.1/\(daemon.port)
                for i in $(seq 1500); do printf 'GET /assets/style.css HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'; done >&3 2>/dev/null
                for i in $(seq 200); do sleep 0.1; printf 'G' 2>/dev/null >&3 || { echo closed; break; }; done
                """
            let output = try await Subprocess.run("/bin/bash", ["-c", script], timeout: .seconds(90))
            #expect(output.text == "closed\n", "\(output.text) \(output.errorText)")
            #expect(try await daemon.ask("GET", "/healthz").status == 200)
        }
    }

    /// Those over the number wait until one is closed.
    @Test(.timeLimit(.minutes(5))) func connectionsAreFew() async throws {
        var limits = HTTPService.Limits()
        (limits.connections, limits.idle) = (2, .milliseconds(500))
        try await serving(limits: limits) { daemon async throws -> Void in
            let folder = try TemporaryFolder("connections")
            let script = "for i in 1 2 3 4; do exec {fd}<>/dev/tcp/127.0.0.1/\(daemon.port); done; echo > '\(folder.file("open"))'; sleep 20"
            let (clock, start) = (ContinuousClock(), ContinuousClock.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await Subprocess.run("/bin/bash", ["-c", script], timeout: .seconds(60)) }
                for _ in 0..<6000 where (try? TemporaryFolder.read(folder.file("open"))) == nil { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await daemon.ask("GET", "/healthz").status == 200)
                #expect(clock.now - start >= .milliseconds(450), "it waited for a place")
                group.cancelAll()
                while let _ = try? await group.next() {}
            }
        }
    }

    @Test(.timeLimit(.minutes(10))) func readiness() async throws {
        try await serving { daemon async throws -> Void in
            #expect(try await daemon.ask("GET", "/readyz").text == "ok\n")
            daemon.unreadiness.withLock { $0 = "no git server" }
            let answer = try await daemon.ask("GET", "/readyz")
            #expect(answer.status == 503 && answer.text == "not ready: no git server\n")
            #expect(try await daemon.ask("GET", "/healthz").status == 200, "it lives all the same")
        }
    }

    @Test(.timeLimit(.minutes(10))) func webhooks() async throws {
        try await serving { daemon async throws -> Void in
            let body = Array(#"{"ref":"refs/heads/main"}"#.utf8)
            let other = Array(#"{"ref":"refs/heads/other"}"#.utf8)
            #expect(try await daemon.ask("POST", "/webhooks/generic", ["X-Martlet-Signature": signature(body)], body).text == "due\n")
            #expect(daemon.rings.withLock { $0 } == 1)
            let ignored = try await daemon.ask("POST", "/webhooks/github", ["X-Hub-Signature-256": signature(other)], other)
            #expect(ignored.status == 202 && ignored.text.hasPrefix("ignored: the push was to"))
            let forged = try await daemon.ask("POST", "/webhooks/github", ["X-Hub-Signature-256": signature(other)], body)
            #expect(forged.status == 401 && !forged.text.contains("secret"))
            let unknown = try await daemon.ask("POST", "/webhooks/bitbucket", [:], body)
            #expect(unknown.status == 404 && unknown.text.contains("generic, github, gitlab"))
            #expect(daemon.rings.withLock { $0 } == 1)
        }
    }

    @Test(.timeLimit(.minutes(10))) func largeBodies() async throws {
        try await serving { daemon async throws -> Void in
            for (size, status) in [(1 << 20, 202), ((1 << 20) + 1, 413), (3 << 20, 413)] {
                let body = [UInt8](repeating: 32, count: size)
                let answer = try await daemon.ask("POST", "/webhooks/generic", ["X-Martlet-Signature": signature(body)], body)
                #expect(answer.status == status)
            }
            let health = try await daemon.ask("GET", "/healthz")
            #expect(health.status == 200)
        }
    }

    @Test(.timeLimit(.minutes(10))) func withoutASecret() async throws {
        try await serving(secret: nil) { daemon async throws -> Void in
            let answer = try await daemon.ask("POST", "/webhooks/gitlab", ["X-Gitlab-Token": ""], [])
            #expect(answer.status == 403 && answer.text.contains("--webhook-secret-file"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func metricsAndStatus() async throws {
        try await serving { daemon async throws -> Void in
            daemon.registry.makeCounter(label: "martlet_x_total", dimensions: []).increment(by: 3)
            let answer = try await daemon.ask("GET", "/metrics")
            #expect(answer.text == "# TYPE martlet_x_total counter\nmartlet_x_total 3\n")
            #expect(answer.headers["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let status = try await daemon.ask("GET", "/api/v1/status")
            #expect(try JSON.parse(Array(status.text.utf8)) == ["source": [:], "applications": []])
            #expect(status.headers["Content-Type"] == "application/json")
        }
    }
}
