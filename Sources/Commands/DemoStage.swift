import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import History
import Kubernetes
import Logging

/// The demonstration: a real repository, the embedded cluster, and the same loop as the daemon's.
struct DemoStage {
    private let time = SystemTime()
    private let random = RandomSource()
    private let folder: String
    private let repository: LocalRepository
    private let files: [String: [UInt8]]
    private let printer = ProgressPrinter(terminal: .standardOutput)
    private let bell = Doorbell()

    init(folder: String, files: [String: [UInt8]]) async throws {
        self.folder = folder
        self.files = files
        repository = try await LocalRepository(path: "\(folder)/shop.git")
    }

    func perform(keep: Bool) async throws {
        var logger = Logger(label: "demo") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        var options = EmbeddedCluster.Options()
        options.port = 0
        options.nodes = NodeOptions(startDelay: .milliseconds(200), readyDelay: .milliseconds(400))
        let cluster = EmbeddedCluster(options: options, time: time, random: random, logger: logger)
        let client = cluster.client()
        let bell = bell
        let printed = printer.progress
        let listeners = ProgressListeners()
        listeners.add { printed.report($0) }
        listeners.add { _ in bell.ring() }
        let progress = listeners.progress
        let cache = WatchCache(client: client, time: time, random: random, logger: logger)
        let watcher = SourceWatcher(
            settings: SourceWatcher.Settings(
                remote: GitRemote(url: "file://\(folder)/shop.git", credentials: .none, allowedSchemes: ["file"]),
                reference: .branch("main"), root: "", mirrorPath: "\(folder)/mirror.git", pollInterval: .seconds(1)),
            time: time, random: random, logger: logger, progress: progress)
        let work = Applications(
            settings: Applications.Settings(source: "file://\(folder)/shop.git", root: "", name: "shop"),
            environment: WorkEnvironment(
                client: client, cache: cache,
                store: InventoryStore(client: client, namespace: "martlet-system"), time: time, random: random, logger: logger,
                progress: progress))
        let page = keep ? try DemoPage(folder, work, watcher, client, cache, listeners, time, random, logger) : nil
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                do { try await cluster.run() } catch is CancellationError {}
            }
            try await cluster.ready()
            let kubeconfig = "\(folder)/kubeconfig"
            try writeFile(cluster.kubeconfig(), to: kubeconfig)
            say("An embedded cluster serves \(cluster.configuration.server): kubectl works with KUBECONFIG=\(kubeconfig)")
            say("A git repository is at \(folder)/shop.git, and the loop begins.")
            try await commit(files, "A shop: front-end, catalogue, carts and orders", by: "Ada")
            if let page { group.addTask { await page.remember() } }
            group.addTask { await work.run() }
            group.addTask { await watcher.run { try await work.deliver($0) } }
            try await acts(work, client)
            finale(kubeconfig, keep: keep)
            if let page { group.addTask { try await page.run() } }
            if keep { while !Task.isCancelled { try await time.sleep(for: .seconds(3600)) } }
            group.cancelAll()
        }
    }

    private func acts(_ work: Applications, _ client: ClusterClient) async throws {
        try await settled(work) { $0.allSatisfy { $0.sync == .synced && $0.health == .healthy } && $0.count > 1 }

        title("A commit changes an image")
        try await edit("front-end.yaml", "front-end:1.4.0", "front-end:1.5.0", "Release front-end 1.5.0", by: "Grace")
        try await settled(work, afterCommit: true) { $0.allSatisfy { $0.sync == .synced && $0.health == .healthy } }

        title("Somebody changes the cluster by hand, and it is put back")
        let deployments = try await client.resource(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"))
        _ = try await client.patch(
            deployments, namespace: "shop", name: "catalogue", ["spec": ["replicas": 7]], type: .merge, fieldManager: "kubectl-edit")
        say("kubectl scales catalogue to 7")
        try await waitUntil("catalogue to be put back") {
            let live = try await client.get(deployments, namespace: "shop", name: "catalogue")
            return live.value[path: "spec", "replicas"]?.int == 2
        }
        try await settled(work) { $0.allSatisfy { $0.sync == .synced && $0.health == .healthy } }

        title("A commit breaks one file: everything else is applied, and the place is named")
        try await edit("carts.yaml", "replicas: 1", "replicas: [1", "A slip of the hand", by: "Alan")
        try await settled(work, afterCommit: true) { $0.contains { $0.sync == .failed } }
        try await edit("carts.yaml", "replicas: [1", "replicas: 2", "Mend it, and one more cart", by: "Alan")
        try await settled(work, afterCommit: true) { $0.allSatisfy { $0.sync == .synced && $0.health == .healthy } }

        title("A commit deletes a file, and its objects go")
        try await commit(["carts.yaml": nil], "Carts are gone", by: "Ada")
        try await settled(work, afterCommit: true) { $0.allSatisfy { $0.sync == .synced && $0.health == .healthy } }
        try await waitUntil("carts to be gone") {
            do {
                _ = try await client.get(deployments, namespace: "shop", name: "carts")
                return false
            } catch let error as ClusterError where error.reason == .notFound {
                return true
            }
        }
    }

    private func finale(_ kubeconfig: String, keep: Bool) {
        title("What to try next")
        if keep {
            say("In another terminal, while this runs:")
            say("  export KUBECONFIG=\(kubeconfig)")
            say("  kubectl get deployments -n shop")
            say("  martlet status")
            say("  git clone \(folder)/shop.git && cd shop && $EDITOR front-end.yaml && git commit -a && git push")
            say("End it with Ctrl-C.")
        } else {
            say("  martlet demo --keep                    the same, and it stays for you to play with")
            say("  martlet sync --path Examples/shop      the shop on the cluster of your kubeconfig")
            say("  martlet run --git-url URL              your own repository, for good")
        }
    }

    private func title(_ text: String) { Terminal.standardOutput.line("\n" + Terminal.standardOutput.color(text, .bold)) }
    private func say(_ text: String) { Terminal.standardOutput.line(text) }

    private func commit(_ changes: [String: [UInt8]?], _ message: String, by author: String) async throws {
        try await repository.commit(
            changes, to: "main", message: message, author: author, email: "\(author.lowercased())@example.com", at: time.now)
    }

    private func edit(_ file: String, _ old: String, _ new: String, _ message: String, by author: String) async throws {
        // Each act edits what the act before left, so the file is read from the first version with all edits so far.
        let text = edits.withLock { edits -> String in
            let before = edits[file] ?? String(decoding: files[file] ?? [], as: UTF8.self)
            let after = before.replacing(old, with: new)
            edits[file] = after
            return after
        }
        try await commit([file: Array(text.utf8)], message, by: author)
    }

    private let edits = Locked<[String: String]>([:])
    private let seen = Locked<Set<String>>([])

    /// Waits until the applications are as an act of the demonstration should leave them.
    private func settled(
        _ work: Applications, afterCommit: Bool = false, _ isDone: @escaping ([ApplicationStatus]) -> Bool
    ) async throws {
        let before = afterCommit ? seen.withLock { $0 } : []
        try await waitUntil("the applications to settle") {
            let statuses = work.statuses
            let revisions = Set(statuses.map(\.revision))
            guard !statuses.isEmpty, isDone(statuses), before.isDisjoint(with: revisions) else { return false }
            seen.withLock { $0.formUnion(revisions) }
            return true
        }
    }

    private func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
        let start = time.elapsed
        while try await !condition() {
            guard time.elapsed - start < .seconds(60) else { throw CommandFailure("waited 60 s for \(what)") }
            _ = await bell.wait(upTo: .milliseconds(200), time)
        }
    }
}
