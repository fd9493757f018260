internal import Basics
internal import Document
internal import HTTP

/// Debian's `prometheus` on a loopback port, everything it keeps in a temporary folder.
package final class PrometheusServer: Sendable {
    package let port: Int
    private let folder: TemporaryFolder
    private let process: RunningProcess
    private let transport = CurlTransport(userAgent: "martlet-test")

    /// Something that Prometheus asks for its metrics every second.
    package struct Target: Sendable, Hashable {
        /// `127.0.0.1:PORT`
        package var address: String
        package var path: String
        package var labels: [String: String]

        package init(_ address: String, path: String = "/metrics", labels: [String: String] = [:]) {
            (self.address, self.path, self.labels) = (address, path, labels)
        }
    }

    /// Whether it is installed.
    package static var isInstalled: Bool { Subprocess.find("prometheus") != nil }

    /// Returns when it answers.
    ///
    /// - Parameters:
    ///   - password: of the user "me", where it shall ask for one.
    ///   - prefix: the path its API stands behind, such as "/prometheus".
    package init(_ targets: [Target] = [], password: String? = nil, prefix: String = "") async throws {
        folder = try TemporaryFolder("martlet-prometheus")
        port = try SSHGitServer.freePort()
        // One job for each target: a path is the job's. JSON is YAML.
        let jobs = targets.enumerated().map { index, target -> Value in
            [
                "job_name": .string("target-\(index)"), "metrics_path": .string(target.path), "honor_labels": true,
                "static_configs": [
                    ["targets": [.string(target.address)], "labels": .mapping(Mapping(target.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))]
                ],
            ]
        }
        let settings: Value = ["global": ["scrape_interval": "1s", "scrape_timeout": "1s"], "scrape_configs": .sequence(jobs)]
        try folder.write("prometheus.yml", JSON.write(settings))
        var arguments = [
            "--config.file=\(folder.file("prometheus.yml"))", "--storage.tsdb.path=\(folder.file("data"))",
            "--web.listen-address=127.0.0.1:\(port)", "--storage.tsdb.retention.time=1h", "--log.level=warn",
        ]
        if !prefix.isEmpty { arguments += ["--web.external-url=http://127.0.0.1:\(port)\(prefix)"] }
        if let password {
            // Perl's crypt is that of the C library, which knows bcrypt.
            let hash = try await Subprocess.check("perl", ["-e", "print crypt($ARGV[0], $ARGV[1])", password, "$2y$05$abcdefghijklmnopqrstuu"])
            try folder.write("web.yml", JSON.write(["basic_auth_users": ["me": .string(hash)]]))
            arguments.append("--web.config.file=\(folder.file("web.yml"))")
        }
        process = try RunningProcess("prometheus", arguments, folder: folder.path, output: folder.file("log"), errors: folder.file("log"))
        for _ in 0..<2400 {
            // With a password it says so as soon as it is there, and is ready a moment later.
            let answer = try? await transport.send(HTTPRequest("GET", "http://127.0.0.1:\(port)\(prefix)/-/ready", timeout: .seconds(2)))
            if answer?.status == 200 || (answer?.status == 401 && password != nil) { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        await process.end()
        throw SubprocessError("prometheus does not start: \(log)")
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var log: String { (try? String(decoding: TemporaryFolder.read(folder.file("log")), as: UTF8.self)) ?? "" }

    package func stop() async { await process.end() }
}
