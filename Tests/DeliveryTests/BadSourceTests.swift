import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import HTTP
import Kubernetes
import Logging
import Scenarios
import Testing
import TestKit

/// Sources and clusters that cannot be had: the loop says what is wrong and goes on when it is mended.
@Suite struct BadSourceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("martlet-source") }

    private static func quiet() -> Logger { Logger(label: "test") { SwiftLogNoOpLogHandler($0) } }

    private func watching(
        _ remote: GitRemote, branch: String = "main", root: String = "", deliver: @escaping @Sendable (GitTree) async throws -> Void = { _ in },
        _ body: (SourceWatcher) async throws -> Void
    ) async throws {
        let watcher = SourceWatcher(
            settings: .init(remote: remote, reference: .branch(branch), root: root, mirrorPath: folder.file("mirror.git"), pollInterval: .milliseconds(200)),
            time: SystemTime(), random: RandomSource(seed: 1), logger: Self.quiet(), progress: .none)
        let task = Task { await watcher.run(deliver: deliver) }
        defer { task.cancel() }
        try await body(watcher)
        task.cancel()
        await task.value
    }

    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let time = SystemTime()
        while try await !condition() {
            if time.elapsed > .seconds(90) { throw ScenarioFailure("waited for \(what)") }
            try await time.sleep(for: .milliseconds(20))
        }
    }

    private func file(_ repository: TestRepository) -> GitRemote {
        GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"])
    }

    @Test(.timeLimit(.minutes(10))) func noServer() async throws {
        let port = try SSHGitServer.freePort()
        let remote = GitRemote(url: "http://me:hunter2@127.0.0.1:\(port)/shop.git", credentials: .none, allowedSchemes: ["http"])
        try await watching(remote) { watcher in
            try await eventually("an error") { watcher.state.error != nil }
            let error = try #require(watcher.state.error)
            #expect(error.contains("127.0.0.1:\(port)") && !error.contains("hunter2") && error.contains(";"), "\(error)")
        }
    }

    /// The note for the next start cannot be written, and a delivery fails for a while: both are tried again, and the commit is told of once.
    @Test(.timeLimit(.minutes(10))) func aTipThatCannotBeNoted() async throws {
        let repository = try await TestRepository(in: folder)
        let commit = try await repository.commit("one", ["a.yaml": "a"])
        let (mirror, told, deliveries) = (folder.file("mirror.git"), Locked(0), Locked(0))
        let notes = "\(mirror)/refs/martlet"
        let watcher = SourceWatcher(
            settings: .init(remote: file(repository), reference: .branch("main"), root: "", mirrorPath: mirror, pollInterval: .milliseconds(200)),
            time: SystemTime(), random: RandomSource(seed: 1), logger: Self.quiet(), progress: Progress { if case .fetched = $0 { told.withLock { $0 += 1 } } })
        let task = Task {
            await watcher.run { _ in
                let count = deliveries.withLock { count in
                    count += 1
                    return count
                }
                if count < 3 { throw ClusterError(.unreachable, message: "away") }
                try? FileManager.default.removeItem(atPath: notes)
                try Data().write(to: URL(fileURLWithPath: notes))
            }
        }
        defer { task.cancel() }
        try await eventually("the trouble") { watcher.state.error?.contains("next start") == true }
        #expect(watcher.state.revision?.commit == commit.description)
        try FileManager.default.removeItem(atPath: notes)
        try await eventually("the note") { watcher.state.error == nil }
        #expect(watcher.state.revision?.commit == commit.description)
        task.cancel()
        await task.value
        #expect(told.withLock { $0 } == 1 && deliveries.withLock { $0 } == 3)
    }

    @Test(.timeLimit(.minutes(10))) func anUnknownBranch() async throws {
        let repository = try await TestRepository(in: folder)
        try await repository.commit("one", ["a.yaml": "a"], branch: "main")
        try await repository.commit("one", ["a.yaml": "a"], branch: "release")
        try await watching(file(repository), branch: "mian") { watcher in
            try await eventually("an error") { watcher.state.error != nil }
            let error = try #require(watcher.state.error)
            #expect(error.contains("did you mean \"main\"?") && error.contains("\"release\""), "\(error)")
            try await repository.commit("two", ["a.yaml": "a"], branch: "mian")
            watcher.markDue()
            try await eventually("the branch") { watcher.state.error == nil && watcher.state.revision != nil }
        }
    }

    @Test(.timeLimit(.minutes(10))) func anEmptyRepository() async throws {
        let repository = try await TestRepository(in: folder)
        try await watching(file(repository)) { watcher in
            try await eventually("an error") { watcher.state.error != nil }
            let error = try #require(watcher.state.error)
            #expect(error.contains(repository.path) && error.contains("push"), "\(error)")
            try await repository.commit("one", ["a.yaml": "a"])
            watcher.markDue()
            try await eventually("the commit") { watcher.state.error == nil && watcher.state.revision != nil }
        }
    }

    @Test(.timeLimit(.minutes(10))) func aFolderThatIsNotThere() async throws {
        let repository = try await TestRepository(in: folder)
        try await repository.commit("one", ["deploy/a.yaml": "a"])
        try await watching(file(repository), root: "deplyo") { watcher in
            try await eventually("an error") { watcher.state.error != nil }
            let error = try #require(watcher.state.error)
            #expect(error.contains("deplyo"), "\(error)")
        }
    }

    /// A revision that cannot be used is tried once, is told as long as it stands, and its mending is taken.
    @Test(.timeLimit(.minutes(10))) func aMistakeInTheApplicationFile() async throws {
        let repository = try await TestRepository(in: folder)
        let head = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
        try await repository.commit("one", ["martlet.yaml": .text(head + "spec: {prun: true}\n"), "a.yaml": "a"])
        let tries = Locked(0)
        try await watching(file(repository), deliver: { tree in
            tries.withLock { $0 += 1 }
            _ = try await scan(tree, root: "", name: "shop")
        }) { watcher in
            try await eventually("an error") { watcher.state.error != nil }
            let error = try #require(watcher.state.error)
            #expect(error.hasSuffix("martlet.yaml:4: unknown field \"spec.prun\", did you mean \"prune\"?"), "\(error)")
            // The server goes away and comes back: the mistake is still there.
            try FileManager.default.moveItem(atPath: repository.path, toPath: repository.path + ".away")
            try await eventually("another error") { watcher.state.error != error }
            try FileManager.default.moveItem(atPath: repository.path + ".away", toPath: repository.path)
            try await eventually("the first error") { watcher.state.error == error }
            #expect(tries.withLock { $0 } == 1)
            try await repository.commit("two", ["martlet.yaml": .text(head + "spec: {prune: true}\n")])
            try await eventually("the mended one") { watcher.state.error == nil && watcher.state.revision != nil }
            #expect(tries.withLock { $0 } == 2)
        }
    }

    /// No cluster when the loop starts: it says so, and begins when there is one.
    @Test(.timeLimit(.minutes(10))) func aClusterThatComesLater() async throws {
        let repository = try await TestRepository(in: folder)
        try await repository.commit("one", ["a.yaml": .text(configuration("a").replacing("namespace: shop", with: "namespace: default"))])
        var options = EmbeddedCluster.Options()
        options.port = try SSHGitServer.freePort()
        let cluster = EmbeddedCluster(options: options, logger: Self.quiet())
        let configuration = ClusterConfiguration(server: "http://127.0.0.1:\(options.port ?? 0)")
        let client = ClusterClient(
            configuration: configuration, transport: CurlTransport(), time: SystemTime(), random: RandomSource(), userAgent: "test")
        let loop = InProcessOperator(client: client, following: repository, in: folder, pollInterval: .milliseconds(300))
        try await loop.start()
        try await eventually("an error") { loop.trouble.contains("127.0.0.1:\(options.port ?? 0)") }
        #expect(loop.trouble.contains("check that the API server runs"), "\(loop.trouble)")
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await cluster.run() }
            do {
                try await cluster.ready()
                try await eventually("the object") {
                    let maps = try await cluster.client().resource(for: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"))
                    return try await cluster.client().getIfPresent(maps, namespace: "default", name: "a") != nil
                }
            } catch {
                Issue.record("\(error), \(loop.trouble)")
            }
            await loop.kill()
            group.cancelAll()
        }
    }

    /// A token that is no longer good: what, where, what to do; nothing is written.
    @Test(.timeLimit(.minutes(10))) func anExpiredToken() async throws {
        let repository = try await TestRepository(in: folder)
        try await repository.commit("one", ["a.yaml": .text(configuration("a"))])
        let writes = Locked(0)
        let server = try await LoopbackServer { request in
            if request.method != "GET" { writes.withLock { $0 += 1 } }
            return .text(
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#, status: 401,
                headers: ["Content-Type": "application/json"])
        }
        let client = ClusterClient(
            configuration: ClusterConfiguration(server: server.url, credentials: .token("hunter2")), transport: CurlTransport(), time: SystemTime(), random: RandomSource(), userAgent: "test")
        let loop = InProcessOperator(client: client, following: repository, in: folder, pollInterval: .milliseconds(300))
        try await loop.start()
        try await eventually("an error") { loop.trouble.contains("refused") }
        #expect(loop.trouble.contains(server.url) && loop.trouble.contains("sign in again") && !loop.trouble.contains("hunter2"), "\(loop.trouble)")
        await loop.kill()
        #expect(writes.withLock { $0 } == 0)
        await server.stop()
    }
}

/// A folder of this machine, uncommitted as it stands.
@Suite struct FolderTreeTests {
    @Test func links() async throws {
        let folder = try TemporaryFolder("martlet-tree")
        try folder.write("secret.yaml", Array(configuration("secret").utf8))
        let root = folder.file("root")
        try FileManager.default.createDirectory(atPath: "\(root)/sub", withIntermediateDirectories: true)
        try Data(configuration("a").utf8).write(to: URL(filePath: "\(root)/a.yaml"))
        for (name, target) in [("in.yaml", "a.yaml"), ("out.yaml", "../secret.yaml"), ("gone.yaml", "nothing"), ("sub/up", "..")] {
            try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
        }
        let tree = FolderTree(root: root)
        let files = try await tree.files()
        #expect(files.filter { $0.refusal == nil }.map(\.path) == ["a.yaml", "in.yaml"])
        #expect(files.filter { $0.refusal != nil }.map(\.path) == ["gone.yaml", "out.yaml"])
        #expect(try await tree.read(files).keys.sorted() == ["a.yaml", "in.yaml"])
        let layout = try await scan(tree, root: "", name: "shop")
        let part = try #require(layout.parts.first)
        let desired = render(part, bytes: try await tree.read(part.files), revision: tree.revision, context: RenderContext(now: .init(milliseconds: 0)))
        #expect(desired.problems.contains { "\($0.error)".hasPrefix("out.yaml: a symbolic link out of the folder: put a copy in its place") })
        #expect(!desired.isComplete && !desired.isBlocked)
        await #expect(throws: SourceError.self) { try await FolderTree(root: folder.file("nowhere")).files() }
    }
}
