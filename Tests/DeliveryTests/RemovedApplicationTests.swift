import Basics
import Cluster
@testable import Delivery
import DevCluster
import Logging
import Testing

/// An application that git has forgotten, and of which nothing is left, is told of no more; should it come back, it is.
@Suite struct RemovedApplicationTests {
    private static func tree(_ names: [String], _ commit: Character) -> TextTree {
        var texts = ["keep.yaml": configuration("keep").replacing("  namespace: shop\n", with: "")]
        for name in names {
            texts["\(name)/martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\n"
            texts["\(name)/a.yaml"] = configuration(name).replacing("  namespace: shop\n", with: "")
        }
        return TextTree(texts: texts, revision: SourceRevision(reference: "main", commit: String(repeating: commit, count: 40)))
    }

    @Test(.timeLimit(.minutes(10))) func goesAndComes() async throws {
        let told = Locked<[String]>([])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cluster = EmbeddedCluster(logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let (client, time, random) = (cluster.client(), SystemTime(), RandomSource())
            let store = InventoryStore(client: client, namespace: "martlet-system")
            var environment = WorkEnvironment(
                client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger), store: store, time: time,
                random: random, logger: logger,
                progress: Progress { event in if case .status(let status, _) = event { told.withLock { $0.append(status.application) } } })
            environment.allowsDeletions = true
            let work = Applications(settings: Applications.Settings(source: "test", root: "", name: "shop"), environment: environment)
            group.addTask { await work.run() }
            func delivered(_ tree: TextTree, _ names: [String]) async throws {
                try await work.deliver(tree)
                let start = time.elapsed
                func isDone() -> Bool {
                    work.statuses.map(\.application) == names
                        && work.statuses.allSatisfy { $0.sync == .synced && $0.revision == tree.revision.description }
                }
                while time.elapsed - start < .seconds(30), !isDone() { try await time.sleep(for: .milliseconds(20)) }
                #expect(isDone(), "\(names): \(work.statuses)")
            }
            try await delivered(Self.tree(["web"], "1"), ["shop", "web"])
            try await delivered(Self.tree([], "2"), ["shop"])
            #expect(try await store.load("web") == nil)
            // Of later revisions it hears nothing.
            told.withLock { $0 = [] }
            try await delivered(Self.tree([], "3"), ["shop"])
            #expect(!told.withLock { $0 }.contains("web"))
            try await delivered(Self.tree(["web"], "4"), ["shop", "web"])
            #expect(try await store.load("web")?.inventory.entries.count == 1)
            group.cancelAll()
        }
    }

    /// A commit that only deletes a file is found by that file: at each look that is about it.
    @Test func filesOfTheRevisionBefore() {
        var sightings = Sightings()
        let (first, second, third) = (SourceRevision(reference: "m", commit: "1"), SourceRevision(reference: "m", commit: "2"), SourceRevision(reference: "m", commit: "3"))
        #expect(sightings.read(["a", "b"], at: first) == ["a", "b"])
        #expect(sightings.read(["a"], at: second) == ["a", "b"])
        #expect(sightings.read(["a"], at: second) == ["a", "b"])
        #expect(sightings.read(["a", "c"], at: third) == ["a", "c"])
    }
}
