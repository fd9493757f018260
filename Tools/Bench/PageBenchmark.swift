import Basics
import DevCluster
import Document
import Git
import Glibc
import HTTP
import Logging
import TestKit

/// The page of a daemon with 2,000 workloads, in Debian's chromium.
///
/// The daemon is the real program on an embedded cluster. The anchors are the sign-in page of the same daemon, which
/// shows nothing of the cluster, and the whole overview, which is what the page would have to ask for without a stream.
enum PageBenchmark {
    private static let applications = 40
    private static let each = 50
    private static let rounds = 5
    private static let token = "token-for-measuring"

    @Sendable static func run() async throws {
        guard let program = BuiltProgram.path(for: "page") else { return }
        guard Browser.isInstalled else {
            print("page: left out, there is no chromium")
            return
        }
        let folder = try TemporaryFolder("martlet-bench-page")
        let server = try await GitServer(root: folder.path, certificates: TestCertificates())
        let repository = try await TestRepository(in: folder, name: "shop.git")
        let first = try await repository.commit("Begin", files())
        var options = EmbeddedCluster.Options()
        options.port = 0
        options.nodes = NodeOptions(startDelay: .milliseconds(200), readyDelay: .milliseconds(400))
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let cluster = EmbeddedCluster(options: options, logger: logger)
        let running = Task { try await cluster.run() }
        defer { running.cancel() }
        try await cluster.ready()
        try folder.write("kubeconfig", Array(cluster.kubeconfig().utf8))
        try folder.write("tokens", Array("\(token),bench,1\n".utf8))
        let port = try SSHGitServer.freePort()
        let daemon = try RunningProcess(
            program,
            [
                "run", "--kubeconfig", folder.file("kubeconfig"), "--git-url", server.url("shop.git"),
                "--git-ca-file", try folder.write("ca.pem", server.certificates.ca), "--name", "shop", "--listen", "127.0.0.1:\(port)",
                "--git-poll-interval", "1s", "--mirror-folder", folder.file("mirror.git"), "--api-tokens-file", folder.file("tokens"),
                "--log-level", "warning",
            ], output: folder.file("log"), errors: folder.file("log"))
        do {
            try await measure("http://127.0.0.1:\(port)", repository, first)
        } catch {
            await daemon.end()
            await server.stop()
            throw SubprocessError("\(error)\n\(String(decoding: (try? TemporaryFolder.read(folder.file("log"))) ?? [], as: UTF8.self).suffix(2000))")
        }
        await daemon.end()
        await server.stop()
        running.cancel()
        _ = await running.result
    }

    private static func measure(_ address: String, _ repository: TestRepository, _ first: ObjectID) async throws {
        let client = CurlTransport(userAgent: "bench")
        func get(_ path: String) async throws -> [UInt8] {
            let answer = try await client.send(HTTPRequest("GET", address + path, headers: ["Authorization": "Bearer \(token)"]))
            return try await answer.body.collect(limit: 1 << 26)
        }
        /// Waits until all applications are as a commit says.
        func settle(_ commit: ObjectID) async throws {
            for _ in 0..<3_000 {
                try await Task.sleep(for: .milliseconds(100))
                guard let status = try? await JSON.parse(get("/api/v1/status")), let all = status["applications"]?.sequence else { continue }
                let good = all.count { $0["sync"]?.string == "Synced" && $0["health"]?.string == "Healthy" }
                if good == applications, status[path: "source", "commit"]?.string == "\(commit)" { return }
            }
            throw SubprocessError("the daemon does not come to rest at \(commit.short)")
        }
        try await settle(first)
        let browser = try await Browser()
        do {
            let page = try await browser.page()
            var empty = Rounds(), paint = Rounds()
            for _ in 0..<rounds {
                try await page.navigate(address + "/")
                try await page.waitFor(selector: "#token")
                empty.add(try await firstPaint(page))
            }
            try await page.type(token, into: "#token")
            try await page.key("Enter")
            try await page.waitFor(selector: "main .app")
            var bytes: Int64 = 0
            for _ in 0..<rounds {
                try await page.navigate(address + "/")
                try await page.waitFor(selector: "main .app")
                paint.add(try await firstPaint(page))
                bytes = try await page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize").int ?? 0
            }
            let workloads = applications * each
            print("page: \(workloads) workloads in \(applications) applications; medians of \(rounds)")
            print("  first answer \(bytes) bytes (goal 300000)")
            print("  first contentful paint \(paint.milliseconds), \((paint.median / empty.median).rounded(toPlaces: 2)) of the sign-in page's \(empty.milliseconds)")

            // What one listener is sent for a commit that changes one image, to the end of its rollout.
            try await page.evaluate(
                """
                (() => { window.heard = { bytes: 0, pieces: 0 };
                fetch('/api/v1/stream').then(async (r) => { const reader = r.body.getReader();
                for (;;) { const { done, value } = await reader.read(); if (done) return; window.heard.bytes += value.length; window.heard.pieces += 1 } }) })()
                """)
            try await Task.sleep(for: .seconds(2))
            var sent: [Int64] = [], pieces: [Int64] = []
            for round in 1...rounds {
                try await page.evaluate("(() => { window.heard.bytes = 0; window.heard.pieces = 0 })()")
                let commit = try await repository.commit(
                    "Release service-\(round)", ["team-\(round)/service-\(round).yaml": .text(manifest(round, round, version: 2))], author: "Ada Lovelace",
                    date: SystemTime().now)
                try await settle(commit)
                try await Task.sleep(for: .seconds(3))
                let heard = try await page.evaluate("window.heard")
                sent.append(heard["bytes"]?.int ?? 0)
                pieces.append(heard["pieces"]?.int ?? 0)
            }
            let overview = try await get("/api/v1/overview").count
            let median = sent.sorted()[rounds / 2]
            print("  a commit of one image, to the end of its rollout: \(median) bytes in \(pieces.sorted()[rounds / 2]) pieces")
            print("    the overview has \(overview) bytes: \((Double(median) / Double(overview)).rounded(toPlaces: 2)) of it")
        } catch {
            await browser.end()
            throw error
        }
        await browser.end()
    }

    private static func firstPaint(_ page: BrowserPage) async throws -> Duration {
        let paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
        try await page.waitFor("\(paint) > 0", "something to be painted")
        return .milliseconds(try await page.evaluate(paint).double ?? 0)
    }

    // MARK: what it is about

    private static func files() -> [String: TestRepository.Change] {
        var files: [String: TestRepository.Change] = [:]
        for team in 0..<applications {
            files["team-\(team)/martlet.yaml"] = .text(
                "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: team-\(team)}\nspec: {path: ., namespace: team-\(team)}\n")
            for number in 0..<each { files["team-\(team)/service-\(number).yaml"] = .text(manifest(team, number, version: 1)) }
        }
        return files
    }

    private static func manifest(_ team: Int, _ number: Int, version: Int) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: service-\(number)
          namespace: team-\(team)
        spec:
          replicas: 1
          selector: {matchLabels: {app: service-\(number)}}
          template:
            metadata: {labels: {app: service-\(number)}}
            spec:
              containers:
              - name: main
                image: registry.example.org/team-\(team)/service-\(number):1.0.\(version)

        """
    }
}
