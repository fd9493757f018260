import Basics
import Cluster
import DevCluster
import Document
import Git
import Kubernetes
import Scenarios
import TestKit

/// A shop that a browser looks at: the embedded cluster, a git server, a registry, Prometheus, and the program.
final class PageStage: Sendable {
    let folder: TemporaryFolder
    let registry: DockerRegistry
    let repository: TestRepository
    let daemon: ProgramOperator
    let world: World
    let browser: Browser
    let first: ObjectID
    private let server: GitServer
    private let prometheus: PrometheusServer
    /// Who is told of deploys; what it is told first it refuses.
    let sinks: SinkServer

    static let token = "a-token-of-grace"
    var address: String { "http://127.0.0.1:\(daemon.port)" }

    init(client: ClusterClient, kubeconfig: String) async throws {
        folder = try TemporaryFolder("martlet-page")
        registry = try await DockerRegistry()
        try await registry.push("shop/front-end", tag: "1.0.0", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        try await registry.push("shop/carts", tag: "2.0.0", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        repository = try await TestRepository(in: folder, name: "shop.git")
        server = try await GitServer(root: folder.path, access: .basic(user: "git", password: "a token"), certificates: TestCertificates())
        try folder.write("git-ca.pem", server.certificates.ca)
        try folder.write("git-token", Array("a token\n".utf8))
        try folder.write("api-tokens", Array("\(Self.token),grace,1\n".utf8))
        first = try await repository.commit("The shop opens", Self.files(host: registry.host), author: "Ada Lovelace")
        sinks = try await SinkServer()
        sinks.fail("/hook", .status(400))
        try await Self.declare(sinks, client)
        let port = try SSHGitServer.freePort()
        prometheus = try await PrometheusServer([PrometheusServer.Target("127.0.0.1:\(port)", labels: ["job": "martlet"])])
        let options = ["--git-author", AutomationStage.author] + registry.insecure.sorted().flatMap { ["--registry-insecure", $0] }
        daemon = try ProgramOperator(
            program: program, kubeconfig: kubeconfig, url: server.url("shop.git"),
            git: options + [
                "--git-token-file", folder.file("git-token"), "--git-ca-file", folder.file("git-ca.pem"), "--registry-poll-interval", "10s",
                "--api-tokens-file", folder.file("api-tokens"), "--prometheus-url", "http://127.0.0.1:\(prometheus.port)",
            ],
            name: "shop", folder: folder, pollInterval: "1h", port: port)
        world = World(client: client, repository: repository, operator: daemon)
        browser = try await Browser()
        try await daemon.start()
    }

    private static func declare(_ sinks: SinkServer, _ client: ClusterClient) async throws {
        for (kind, name, namespace, data) in [
            ("Namespace", World.namespace, "", [:]),
            ("Secret", "hook", World.namespace, ["url": .string("\(sinks.url)/hook"), "token": .string(sinks.token), "secret": .string(String(decoding: sinks.signingKey, as: UTF8.self))]),
        ] as [(String, String, String, Value)] {
            var metadata: Value = ["name": .string(name)]
            if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
            var value: Value = ["apiVersion": "v1", "kind": .string(kind), "metadata": metadata]
            if kind == "Secret" { value["stringData"] = data }
            guard let object = Object(value) else { continue }
            _ = try await client.create(try await client.resource(for: object.groupKind), object, fieldManager: "test")
        }
    }

    func stop() async {
        await browser.end()
        await daemon.kill()
        await sinks.stop()
        await registry.stop()
        await server.stop()
    }

    /// A commit of a person, of which the daemon is told.
    @discardableResult
    func commit(_ message: String, _ changes: [String: TestRepository.Change]) async throws -> ObjectID {
        let id = try await repository.commit(message, changes, author: "Grace Hopper", email: "grace@example.org", date: SystemTime().now)
        try await daemon.notify()
        return id
    }

    func tip() async throws -> ObjectID {
        guard let tip = try await repository.tip() else { throw ScenarioFailure("the branch is gone") }
        return tip
    }

    func text(_ path: String) async throws -> String { try await repository.git(["show", "main:\(path)"]) }

    /// A canary that waits for a person after half of its pods, and one plain workload.
    static func files(host: String) -> [String: TestRepository.Change] {
        [
            "front-end.yaml": .text(frontEnd(host: host)),
            "martlet.yaml": """
            apiVersion: martlet.dev/v1alpha1
            kind: Application
            metadata: {name: carts}
            spec: {path: carts, namespace: shop}
            ---
            apiVersion: martlet.dev/v1alpha1
            kind: Metric
            metadata: {name: calm}
            spec: {query: vector(0), max: 1}
            ---
            apiVersion: martlet.dev/v1alpha1
            kind: Notification
            metadata: {name: hook}
            spec: {webhook: {}, secret: hook}

            """,
            "carts/carts.yaml": .text(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: carts, namespace: shop}
                spec:
                  replicas: 1
                  selector: {matchLabels: {app: carts}}
                  template:
                    metadata: {labels: {app: carts}}
                    spec:
                      containers:
                      - {name: carts, image: "\(host)/shop/carts:2.0.0"}

                """),
        ]
    }

    static func frontEnd(host: String, version: String = "1.0.0", annotation: String = "welcome") -> String {
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: front-end, namespace: shop}
        spec:
          selector: {app: front-end}
          ports: [{port: 80, targetPort: 8080}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: front-end
          namespace: shop
          annotations:
            martlet.dev/strategy: canary
            martlet.dev/steps: 50% 1s
            martlet.dev/analysis: calm
            martlet.dev/gate: manual
        spec:
          replicas: 2
          selector: {matchLabels: {app: front-end}}
          template:
            metadata:
              labels: {app: front-end}
              annotations: {note: \(JSON.text(.string(annotation)))}
            spec:
              containers:
              - name: front-end
                image: "\(host)/shop/front-end:\(version)"

        """
    }
}
