import Basics
import Cluster
import Delivery
import DevCluster
import Document
import HTTP
import Kubernetes
import Logging
import Rollout
import Testing

/// The loop on an embedded cluster, given trees by hand: no repository, and as many sources as a test wants.
struct LoopBench: Sendable {
    let client: ClusterClient
    let store: InventoryStore
    let time = SystemTime()
    private let cluster: EmbeddedCluster
    private let loops = Locked<[Task<Void, Never>]>([])

    private init(client: ClusterClient, store: InventoryStore, cluster: EmbeddedCluster) {
        (self.client, self.store, self.cluster) = (client, store, cluster)
    }

    static func run(nodes: NodeOptions = EmbeddedCluster.Options().nodes, _ body: (LoopBench) async throws -> Void) async throws {
        var options = EmbeddedCluster.Options()
        options.nodes = nodes
        let logger = Logger(label: "cluster") { _ in SwiftLogNoOpLogHandler() }
        let cluster = EmbeddedCluster(options: options, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let client = cluster.client()
            let bench = LoopBench(client: client, store: InventoryStore(client: client, namespace: "martlet-system"), cluster: cluster)
            do {
                try await body(bench)
                await bench.stop()
            } catch {
                await bench.stop()
                throw error
            }
            group.cancelAll()
        }
    }

    /// A daemon that follows a source; the application of plain manifests is called "shop".
    ///
    /// - Parameter wrap: what stands between it and the API server.
    func follow(
        _ source: String = "https://git/shop", times: RolloutTimes = RolloutTimes(), progress: Progress = .none, through wrap: (any HTTPTransport) -> any HTTPTransport = { $0 }
    ) -> Applications {
        let client = cluster.client(through: wrap)
        let random = RandomSource()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var environment = WorkEnvironment(
            client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger), store: store, time: time, random: random,
            logger: logger, progress: progress)
        environment.rolloutTimes = times
        let work = Applications(settings: Applications.Settings(source: source, root: "", name: "shop"), environment: environment)
        loops.withLock { $0.append(Task { await work.run() }) }
        return work
    }

    /// Ends every daemon, without a chance to say goodbye.
    func stop() async {
        let all = loops.withLock { loops in
            defer { loops = [] }
            return loops
        }
        for loop in all { loop.cancel() }
        for loop in all { await loop.value }
    }

    static func revision(_ number: Int) -> SourceRevision {
        let digits = String(number)
        return SourceRevision(reference: "main", commit: String(repeating: "0", count: 7 - digits.count) + digits + String(repeating: "0", count: 33))
    }

    func deliver(_ texts: [String: String], _ number: Int, to work: Applications) async throws {
        try await work.deliver(TextTree(texts: texts, revision: Self.revision(number)))
    }

    @discardableResult
    func eventually<Result>(_ what: String, _ look: () async throws -> Result?) async throws -> Result {
        let start = time.elapsed
        while true {
            if let result = try await look() { return result }
            if time.elapsed - start > .seconds(120) {
                let lines = try await store.loadAll().values.compactMap { ApplicationStatus($0.status) }
                throw Late(description: "waited for \(what): \(lines.map { "\($0.application) at \($0.revision): \($0.sync), \($0.health): \($0.message)" })")
            }
            try await time.sleep(for: .milliseconds(50))
        }
    }

    struct Late: Error, CustomStringConvertible { var description: String }

    @discardableResult
    func status(_ application: String = "shop", at number: Int, _ what: String, _ condition: (ApplicationStatus) -> Bool) async throws -> ApplicationStatus {
        try await eventually("\"\(application)\" to be \(what) at \(number)") {
            guard let status = try await store.load(application).flatMap({ ApplicationStatus($0.status) }),
                status.revision == Self.revision(number).description, condition(status)
            else { return nil }
            return status
        }
    }

    func synced(_ application: String = "shop", at number: Int) async throws {
        try await status(application, at: number, "synced and healthy") { $0.sync == .synced && $0.health == .healthy }
    }

    func object(_ kind: String, _ name: String, _ namespace: String = "default", apiVersion: String = "v1") async throws -> Object? {
        let resource = try await client.resource(for: GroupVersionKind(apiVersion: apiVersion, kind: kind))
        return try await client.getIfPresent(resource, namespace: namespace, name: name)
    }

    func has(_ names: String...) async throws -> Bool {
        for name in names where try await object("ConfigMap", name) == nil { return false }
        return true
    }

    static func configuration(_ name: String, _ value: String = "1") -> String {
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\ndata: {value: \"\(value)\"}\n"
    }
}
