import Basics
import Cluster
import Delivery
import Document
import FoundationEssentials
import HTTP
import Kubernetes
import Logging
import TestKit

/// The loop on a real API server, against the same objects sent by plain requests; what a
/// second sync costs when nothing changed; and the memory of it all.
///
/// Each measurement has a control plane of its own, so that none has another's objects to look at.
enum ApplyBenchmark {
    /// Applications; each is four objects.
    private static let count = 1000
    private static let rounds = 3
    /// Requests under way at once: as many as the loop has.
    private static let width = 32

    @Sendable static func run() async throws {
        let binaries = ProcessInfo.processInfo.environment["MARTLET_CONTROL_PLANE"] ?? ""
        guard !binaries.isEmpty else {
            print("apply: left out, there is no control plane; MARTLET_CONTROL_PLANE says where, \"make bench\" builds one")
            return
        }
        let repository = try TemporaryFolder("martlet-bench")
        try repository.write("namespace.yaml", Array("apiVersion: v1\nkind: Namespace\nmetadata: {name: bench}\n".utf8))
        for number in 0..<count { try repository.write("service-\(number).yaml", Array(application(number).utf8)) }

        var loops: [LoopFigures] = []
        var plains = Rounds()
        for _ in 0..<rounds {
            loops.append(try await withPlane(binaries) { try await loop(repository.path, $0, isFirst: loops.isEmpty) })
            try await withPlane(binaries) { try await plain(repository.path, $0, &plains) }
        }
        report(loops, plains)
    }

    private static func withPlane<Result>(_ binaries: String, _ body: (ControlPlane) async throws -> Result) async throws -> Result {
        let plane = try ControlPlane(binaries: binaries)
        do {
            try await plane.start()
            let result = try await body(plane)
            await plane.stop()
            return result
        } catch {
            await plane.stop()
            throw error
        }
    }

    private static func report(_ loops: [LoopFigures], _ plains: Rounds) {
        guard let first = loops.first else { return }
        var applied = Rounds(), healthy = Rounds()
        for figures in loops {
            applied.add(figures.applied)
            healthy.add(figures.healthy)
        }
        let objects = count * 4 + 1
        func rate(_ rounds: Rounds) -> String { (Double(objects) / (rounds.median / .seconds(1))).rounded(toPlaces: 1) }
        print("apply: \(objects) objects, medians of \(rounds), \(width) requests at once")
        print("  plain requests    \(plains.milliseconds)  \(rate(plains)) objects/s")
        print("  the loop, applied \(applied.milliseconds)  \(rate(applied)) objects/s")
        print("  ratio of rates    \((plains.median / applied.median).rounded(toPlaces: 2))")
        print("  the loop, healthy \(healthy.milliseconds)  \(first.status)")
        print("  first sync        \(first.firstSync.text)")
        print("  second sync       \(first.secondSync.text)  (goal 0 and 0)  \(first.secondCPU) of processor time")
        print("  a commit that changes no object  \(first.emptyCommit.text)")
        print("  memory before     \(first.before.text)")
        print("  memory after      \(first.after.text)  (bench and daemon are one process)")
    }

    // MARK: The loop

    private struct LoopFigures {
        var applied = Duration.zero
        var healthy = Duration.zero
        var status = ""
        var firstSync = CountingTransport.Counts()
        var secondSync = CountingTransport.Counts()
        var secondCPU = ""
        var emptyCommit = CountingTransport.Counts()
        var before = ResidentMemory()
        var after = ResidentMemory()
    }

    private static func loop(_ folder: String, _ plane: ControlPlane, isFirst: Bool) async throws -> LoopFigures {
        let time = SystemTime()
        let random = RandomSource()
        let logger = Logger(label: "bench") { SwiftLogNoOpLogHandler($0) }
        let transport = CountingTransport(CurlTransport(tls: plane.configuration.tls, maxConnectionsPerHost: 256, userAgent: "bench"))
        let client = ClusterClient(configuration: plane.configuration, transport: transport, time: time, random: random, userAgent: "bench")
        let (events, sink) = AsyncStream.makeStream(of: ProgressEvent.self)
        let work = Applications(
            settings: Applications.Settings(source: "bench", root: "", name: "bench"),
            environment: WorkEnvironment(
                client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger),
                store: InventoryStore(client: client, namespace: "martlet-system"), time: time, random: random, logger: logger,
                progress: Progress { sink.yield($0) }))
        var figures = LoopFigures()
        let running = Task { await work.run() }
        defer { running.cancel() }
        let tree = FolderTree(root: folder)
        let start = ContinuousClock.now
        try await work.deliver(tree)
        var iterator = events.makeAsyncIterator()
        while let event = await iterator.next() {
            if case .applied = event { figures.applied = ContinuousClock.now - start }
            guard case .status(let status, _) = event, status.isFinal else { continue }
            figures.healthy = ContinuousClock.now - start
            figures.status = "\(status.sync.rawValue), \(status.health.rawValue), \(status.message)"
            break
        }
        await idle()
        figures.firstSync = transport.take()
        if isFirst {
            let before = processorTime()
            try await work.deliver(tree)
            await idle()
            figures.secondCPU = "\(((processorTime() - before) / .milliseconds(1)).rounded(toPlaces: 1)) ms"
            figures.secondSync = transport.take()
            figures.after = ResidentMemory()
            try await work.deliver(NextCommit(tree: tree))
            await idle()
            figures.emptyCommit = transport.take()
        }
        running.cancel()
        await running.value
        return figures
    }

    /// Another commit with the same files.
    private struct NextCommit: SourceTree {
        var tree: FolderTree
        var revision: SourceRevision { SourceRevision(reference: "main", commit: String(repeating: "a", count: 40)) }

        func files() async throws(SourceError) -> [SourceFile] { try await tree.files() }
        func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] { try await tree.read(files) }
    }

    /// Waits until this process has had nothing to do for two seconds, at most a minute.
    private static func idle() async {
        var quiet = 0
        for _ in 0..<60 where quiet < 2 {
            let before = processorTime()
            try? await Task.sleep(for: .seconds(1))
            quiet = processorTime() - before < .milliseconds(20) ? quiet + 1 : 0
        }
    }

    // MARK: Plain requests

    private static func plain(_ folder: String, _ plane: ControlPlane, _ rounds: inout Rounds) async throws {
        let client = ClusterClient(
            configuration: plane.configuration, transport: CurlTransport(tls: plane.configuration.tls, userAgent: "bench"),
            time: SystemTime(), random: RandomSource(), userAgent: "bench")
        let tree = FolderTree(root: folder)
        let files = try await tree.read(try await tree.files())
        var objects: [Object] = []
        for (path, bytes) in files {
            objects += try YAML.documents(bytes, file: path, options: .cluster).compactMap { Object($0.value) }
        }
        let stages = applyOrder(objects)
        try await rounds.measure {
            for stage in stages {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var next = stage.makeIterator()
                    func send() {
                        guard let object = next.next() else { return }
                        group.addTask { _ = try await client.apply(client.resource(for: object.gvk), object) }
                    }
                    for _ in 0..<width { send() }
                    while try await group.next() != nil { send() }
                }
            }
        }
    }

    // MARK: The objects

    private static func application(_ number: Int) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: service-\(number)
          namespace: bench
          labels: {app: service-\(number)}
        spec:
          replicas: 0
          selector:
            matchLabels: {app: service-\(number)}
          template:
            metadata:
              labels: {app: service-\(number)}
            spec:
              serviceAccountName: service-\(number)
              containers:
              - name: main
                image: images.example.com/service:\(number)
                ports:
                - {name: http, protocol: TCP, containerPort: 8080}
                resources:
                  requests: {cpu: 100m, memory: 64Mi}
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: service-\(number), namespace: bench}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: service-\(number), namespace: bench}
        spec:
          selector: {app: service-\(number)}
          ports:
          - {name: http, protocol: TCP, port: 80, targetPort: http}
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: service-\(number), namespace: bench}
        spec:
          rules:
          - host: service-\(number).example.com
            http:
              paths:
              - path: /
                pathType: Prefix
                backend:
                  service: {name: service-\(number), port: {name: http}}

        """
    }
}

extension CountingTransport.Counts {
    fileprivate var text: String {
        "\(writes) writes, \(reads) reads" + (writes + reads > 0 && writes + reads < 9 ? ": \(examples.joined(separator: ", "))" : "")
    }
}
