import Basics
import Cluster
import DevCluster
import Document
import Git
import Glibc
import HTTP
import Logging
import TestKit

/// From a registry's webhook to the remote's new tip, with 500 automated workloads in one repository.
///
/// The daemon is the real program on an embedded cluster; git is served over https. The anchor is
/// what git itself takes to commit the same change and push it to the same server.
enum AutomationBenchmark {
    private static let count = 500
    private static let rounds = 5
    private static let secret = "a secret for webhooks"

    /// What 500 workloads run, and how much of it is pushed at once.
    private struct Variant {
        var name: String
        /// Each workload has an image repository of its own.
        var isApart: Bool
        /// How many of the images are pushed.
        var pushed: Int
        var options: [String] = []
    }

    private static let variants = [
        Variant(name: "one image for all", isApart: false, pushed: 1),
        Variant(name: "an image each, one pushed", isApart: true, pushed: 1),
        Variant(name: "an image each, all pushed", isApart: true, pushed: count),
        Variant(
            name: "the same, 1000 requests/s allowed", isApart: true, pushed: count, options: ["--registry-requests-per-second", "1000"]),
    ]

    @Sendable static func run() async throws {
        guard let program = BuiltProgram.path(for: "automation") else { return }
        let folder = try TemporaryFolder("martlet-bench")
        let server = try await GitServer(root: folder.path, certificates: TestCertificates())
        let ca = try folder.write("ca.pem", server.certificates.ca)
        let registry = try await FaultyRegistry()
        do {
            print("automation: \(count) workloads, a file each; medians of \(rounds) from the webhook to the remote's new tip (goal 2 s)")
            let plain = try await anchor(folder, server, ca, registry)
            print("  git commit and push       \(plain.milliseconds)")
            fflush(nil)
            for (number, variant) in variants.enumerated() {
                let figures = try await measure(variant, number, program, folder, server, ca, registry)
                print("  \(variant.name)")
                print("    \(figures.times.milliseconds)  \((figures.times.median / plain.median).rounded(toPlaces: 2)) of git's  \(figures.text)")
                print("    registry requests a round \(figures.requests)")
                print("    memory of the daemon before \(figures.before.text)")
                print("    memory of the daemon after  \(figures.after.text)")
                fflush(nil)
            }
        } catch {
            await registry.stop()
            await server.stop()
            throw error
        }
        await registry.stop()
        await server.stop()
    }

    // MARK: git alone

    private static func anchor(_ folder: TemporaryFolder, _ server: GitServer, _ ca: String, _ registry: FaultyRegistry) async throws -> Rounds {
        let repository = try await TestRepository(in: folder, name: "anchor.git")
        try await repository.commit("Begin", files(registry, isApart: true, version: 0))
        try await repository.git(["config", "http.receivepack", "true"])
        var environment = TestRepository.environment
        environment["GIT_SSL_CAINFO"] = ca
        for name in ["AUTHOR", "COMMITTER"] {
            environment["GIT_\(name)_NAME"] = "Bench"
            environment["GIT_\(name)_EMAIL"] = "bench@example.org"
        }
        let tree = folder.file("tree")
        try await Subprocess.check("git", ["clone", "-q", server.url("anchor.git"), tree], environment: environment)
        var times = Rounds()
        for round in 1...rounds {
            for number in 0..<count {
                let text = manifest(number, image(registry, isApart: true, number, version: round))
                try folder.write("tree/workloads/\(number).yaml", Array(text.utf8))
            }
            let start = ContinuousClock.now
            try await Subprocess.check("git", ["commit", "-q", "-a", "-m", "Release \(count) images"], environment: environment, folder: tree)
            try await Subprocess.check("git", ["push", "-q"], environment: environment, folder: tree)
            times.add(ContinuousClock.now - start)
        }
        return times
    }

    // MARK: the daemon

    private struct Figures {
        var times = Rounds()
        var text = ""
        var requests = 0
        var before = ResidentMemory()
        var after = ResidentMemory()
    }

    private static func measure(
        _ variant: Variant, _ number: Int, _ program: String, _ folder: TemporaryFolder, _ server: GitServer, _ ca: String,
        _ registry: FaultyRegistry
    ) async throws -> Figures {
        let repository = try await TestRepository(in: folder, name: "\(number).git")
        let first = try await repository.commit("Begin", files(registry, isApart: variant.isApart, version: 0))
        try await repository.git(["config", "http.receivepack", "true"])
        let names = variant.isApart ? (0..<count).map { "shop/service-\($0)" } : ["shop/service"]
        for name in names { registry.setTags(["1.0.0"], of: name) }

        var options = EmbeddedCluster.Options()
        options.port = 0
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let cluster = EmbeddedCluster(options: options, logger: logger)
        let running = Task { try await cluster.run() }
        defer { running.cancel() }
        try await cluster.ready()
        let work = try TemporaryFolder("martlet-bench-daemon")
        try work.write("kubeconfig", Array(cluster.kubeconfig().utf8))
        try work.write("secret", Array(secret.utf8))
        let port = try SSHGitServer.freePort()
        let daemon = try RunningProcess(
            program,
            [
                "run", "--kubeconfig", work.file("kubeconfig"), "--git-url", server.url("\(number).git"), "--git-ca-file", ca, "--name", "shop",
                "--listen", "127.0.0.1:\(port)", "--git-poll-interval", "1h", "--webhook-secret-file", work.file("secret"),
                "--mirror-folder", work.file("mirror.git"), "--registry-poll-interval", "1h", "--registry-insecure", registry.host,
                "--log-level", "warning",
            ] + variant.options, output: work.file("log"), errors: work.file("log"))
        let client = CurlTransport(userAgent: "bench")
        var figures = Figures()
        do {
            try await settle(client, port, first, daemon, scans: names.count)
            _ = registry.takeLog()
            figures.before = ResidentMemory(of: daemon.pid)
            var tip = first
            var all: [String] = []
            for round in 1...rounds {
                let pushed = Array(names.prefix(variant.pushed))
                for name in pushed { registry.setTags((0...round).map { "1.0.\($0)" }, of: name) }
                let body = notification(pushed, registry.host)
                let start = ContinuousClock.now
                let answer = try await client.send(
                    HTTPRequest(
                        "POST", "http://127.0.0.1:\(port)/webhooks/distribution",
                        headers: ["Authorization": "Bearer \(secret)", "Content-Type": "application/json"], body: body))
                guard answer.status == 202 else { throw SubprocessError("the webhook was answered with \(answer.status)") }
                let new = try await moved(repository, from: tip)
                let took = ContinuousClock.now - start
                figures.times.add(took)
                all.append((took / .milliseconds(1)).rounded(toPlaces: 0))
                try await settle(client, port, new, daemon, scans: 0)
                // All of it in the one commit, and nothing after it.
                let changed = try await repository.git(["diff", "--name-only", "\(tip)", "\(new)"]).split(separator: "\n").count
                let commits = try await repository.git(["rev-list", "--count", "\(tip)..main"])
                guard changed == (variant.isApart ? variant.pushed : count), commits == "1\n" else {
                    throw SubprocessError("\(changed) files changed in \(commits) commits")
                }
                tip = new
            }
            figures.after = ResidentMemory(of: daemon.pid)
            figures.requests = registry.takeLog().count / rounds
            figures.text = "(\(all.joined(separator: ", ")))"
        } catch {
            await daemon.end()
            throw SubprocessError("\(variant.name): \(error)\n\(String(decoding: (try? TemporaryFolder.read(work.file("log"))) ?? [], as: UTF8.self).suffix(2000))")
        }
        await daemon.end()
        running.cancel()
        _ = await running.result
        return figures
    }

    /// Waits for a new tip, a look at a file each millisecond.
    private static func moved(_ repository: TestRepository, from old: ObjectID) async throws -> ObjectID {
        let file = "\(repository.path)/refs/heads/main"
        for _ in 0..<60_000 {
            let text = String(decoding: try TemporaryFolder.read(file), as: UTF8.self)
            if let tip = ObjectID(text.prefix { !$0.isNewline }), tip != old { return tip }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw SubprocessError("no commit came")
    }

    /// Waits until a commit is applied and healthy, and the daemon has had nothing to do for a second.
    private static func settle(_ client: CurlTransport, _ port: Int, _ commit: ObjectID, _ daemon: RunningProcess, scans: Int) async throws {
        func get(_ path: String) async throws -> [UInt8] {
            let answer = try await client.send(HTTPRequest("GET", "http://127.0.0.1:\(port)\(path)"))
            return try await answer.body.collect(limit: 1 << 24)
        }
        var quiet = 0
        var lastUse = Duration.zero
        for _ in 0..<1200 {
            try await Task.sleep(for: .milliseconds(100))
            let use = processorTime(of: daemon.pid)
            quiet = use - lastUse <= .milliseconds(10) ? quiet + 1 : 0
            lastUse = use
            guard quiet >= 10, let status = try? await JSON.parse(get("/api/v1/status")) else { continue }
            let shop = status["applications"]?.sequence?.first
            let isThere = shop?["sync"]?.string == "Synced" && shop?["health"]?.string == "Healthy"
            guard isThere, status[path: "source", "commit"]?.string == "\(commit)" else { continue }
            let metrics = String(decoding: try await get("/metrics"), as: UTF8.self).split(separator: "\n")
            let scanned = metrics.first { $0.hasPrefix("martlet_image_scans_total{") && $0.contains("\"ok\"") }?.split(separator: " ").last
            if Int(scanned ?? "0") ?? 0 >= scans { return }
        }
        throw SubprocessError("the daemon does not come to rest at \(commit.short)")
    }

    // MARK: what it is about

    /// As the CNCF distribution tells of pushes.
    private static func notification(_ names: [String], _ host: String) -> [UInt8] {
        let events = names.map { name -> Value in
            [
                "action": "push", "request": ["host": .string(host)],
                "target": ["mediaType": "application/vnd.oci.image.manifest.v1+json", "repository": .string(name), "tag": "new"],
            ]
        }
        return JSON.write(["events": .sequence(events)])
    }

    private static func image(_ registry: FaultyRegistry, isApart: Bool, _ number: Int, version: Int) -> String {
        "\(registry.host)/shop/service\(isApart ? "-\(number)" : ""):1.0.\(version)"
    }

    private static func files(_ registry: FaultyRegistry, isApart: Bool, version: Int) -> [String: TestRepository.Change] {
        var files: [String: TestRepository.Change] = ["namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: bench}\n"]
        for number in 0..<count {
            files["workloads/\(number).yaml"] = .text(manifest(number, image(registry, isApart: isApart, number, version: version)))
        }
        return files
    }

    /// Workloads that no controller has work with, so that the cluster in this process does not compete.
    private static func manifest(_ number: Int, _ image: String) -> String {
        """
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: service-\(number)
          namespace: bench
          labels: {app: service-\(number)}
          annotations:
            martlet.dev/automated: "true"
            martlet.dev/tag.main: semver:~1
        spec:
          schedule: "0 0 1 1 *"
          jobTemplate:
            spec:
              template:
                metadata:
                  labels: {app: service-\(number)}
                spec:
                  restartPolicy: Never
                  containers:
                  - name: main
                    image: \(image) # follows the registry
                    ports:
                    - {name: http, protocol: TCP, containerPort: 8080}
                    resources:
                      requests: {cpu: 100m, memory: 64Mi}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: service-\(number), namespace: bench}
        spec:
          selector: {app: service-\(number)}
          ports:
          - {name: http, protocol: TCP, port: 80, targetPort: http}

        """
    }
}
