import Basics
import Cluster
import Document
import Git
import Kubernetes
import Scenarios
import TestKit

/// Image automation on real parts: a registry, a git server, a cluster and the program.
final class AutomationStage: Sendable {
    enum Way: Sendable {
        /// Git over ssh, commits signed. The registry asks for name and password, which the workloads' pull secrets hold, and tells of pushes.
        case ssh
        /// Git over https. The registry is behind a token service, and is polled with credentials of the daemon's own.
        case https
    }

    let way: Way
    let folder: TemporaryFolder
    let registry: DockerRegistry
    let repository: TestRepository
    let daemon: ProgramOperator
    let world: World
    /// What the repository begins with.
    let first: ObjectID
    /// Options by which any command of the program reaches the repository and the registry.
    let options: [String]
    private let stopServer: @Sendable () async -> Void

    static let author = "Shop Robot <robot@example.org>"

    /// Everything up and running, with the images the repository begins with.
    init(_ way: Way, client: ClusterClient, kubeconfig: String) async throws {
        self.way = way
        folder = try TemporaryFolder("martlet-automation")
        let port = try SSHGitServer.freePort()
        let login = (user: "puller", password: "a password: \"quoted\"")
        switch way {
        case .ssh:
            registry = try await DockerRegistry(
                .basic(user: login.user, password: login.password),
                telling: .init(url: "http://127.0.0.1:\(port)/webhooks/distribution", authorization: "Bearer \(ProgramOperator.secret)"))
        case .https: registry = try await DockerRegistry(.token(user: login.user, password: login.password))
        }
        for (path, versions) in AutomationRepository.images {
            try await registry.push(path, tag: versions.0, createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        }
        try await Self.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]], client)
        let credentials = JSON.write(["auths": [registry.host: ["auth": .string(Base64.encode(Array("\(login.user):\(login.password)".utf8)))]]])

        repository = try await TestRepository(in: folder, name: "shop.git")
        var options = ["--git-author", Self.author] + registry.insecure.sorted().flatMap { ["--registry-insecure", $0] }
        let url: String
        switch way {
        case .ssh:
            let server = try await SSHGitServer()
            stopServer = { await server.stop() }
            url = server.url(repository.path)
            try folder.write("key", server.clientKey)
            try folder.write("known_hosts", server.knownHosts)
            try await Subprocess.check("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "robot", "-f", folder.file("signing")])
            let line = try String(decoding: TemporaryFolder.read(folder.file("signing.pub")), as: UTF8.self)
            try folder.write("signers", Array("robot@example.org namespaces=\"git\" \(line)".utf8))
            // As `kubectl create secret docker-registry` makes it.
            try await Self.create(
                [
                    "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
                    "metadata": ["name": "registry", "namespace": "shop"], "data": [".dockerconfigjson": .string(Base64.encode(credentials))],
                ], client)
            options += [
                "--git-ssh-key-file", folder.file("key"), "--git-known-hosts-file", folder.file("known_hosts"),
                "--git-signing-key-file", folder.file("signing"),
            ]
        case .https:
            let server = try await GitServer(root: folder.path, access: .basic(user: "git", password: "a token"), certificates: TestCertificates())
            stopServer = { await server.stop() }
            url = server.url("shop.git")
            try folder.write("git-ca.pem", server.certificates.ca)
            try folder.write("git-token", Array("a token\n".utf8))
            try folder.write("registry.json", credentials)
            options += [
                "--git-token-file", folder.file("git-token"), "--git-ca-file", folder.file("git-ca.pem"),
                "--registry-config", folder.file("registry.json"),
            ]
        }
        let content = AutomationRepository(host: registry.host, pullSecret: way == .ssh ? "registry" : nil)
        first = try await repository.commit("The shop", try await content.files())
        self.options = ["--git-url", url] + options
        try folder.write("api-token", Array("a-token-of-grace\n".utf8))
        try folder.write("api-tokens", Array("a-token-of-grace,ann,1\n".utf8))
        // With a webhook nothing else says that there is something new.
        daemon = try ProgramOperator(
            program: program, kubeconfig: kubeconfig, url: url,
            git: options + ["--registry-poll-interval", way == .ssh ? "1h" : "10s", "--api-tokens-file", folder.file("api-tokens")],
            name: "shop", folder: folder, pollInterval: "1h", port: port)
        world = World(client: client, repository: repository, operator: daemon)
        try await daemon.start()
    }

    func stop() async {
        await daemon.kill()
        await registry.stop()
        await stopServer()
    }

    private static func create(_ value: Value, _ client: ClusterClient) async throws {
        guard let object = Object(value) else { return }
        _ = try await client.create(client.resource(for: object.gvk), object, fieldManager: "test")
    }
}

extension AutomationStage {
    func tip() async throws -> ObjectID {
        guard let tip = try await repository.tip() else { throw ScenarioFailure("the branch is gone") }
        return tip
    }

    /// The second image of a repository; built after the first.
    func push(_ path: String) async throws {
        guard let versions = AutomationRepository.images[path] else { return }
        try await registry.push(path, tag: versions.1, createdAt: Timestamp(milliseconds: 1_700_000_600_000))
    }

    /// A commit of a person, which gets to the branch between the daemon's fetch and its next push.
    func letSomebodyElseWin(_ message: String, _ changes: [String: TestRepository.Change]) async throws -> ObjectID {
        let tip = try await tip()
        let theirs = try await repository.commit(message, changes, branch: "theirs", parent: .commit(tip))
        try repository.setHook(
            "pre-receive",
            """
            grep -q ' refs/heads/main$' || exit 0
            unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
            git update-ref refs/heads/main \(theirs) \(tip) 2>/dev/null && echo lost >> hooks/races
            exit 0
            """)
        return theirs
    }

    /// How many pushes lost to somebody else's.
    var lostPushes: Int { (try? TemporaryFolder.read("\(repository.path)/hooks/races").count { $0 == UInt8(ascii: "\n") }) ?? 0 }

    /// A file's text at a commit.
    func text(_ path: String, at commit: ObjectID) async throws -> String { try await repository.git(["show", "\(commit):\(path)"]) }

    /// Whole lines, with whatever ends them, that one commit's file has and another's has not.
    func lines(of path: String, from old: ObjectID, to new: ObjectID) async throws -> (gone: [String], come: [String]) {
        func lines(_ text: String) -> [String] {
            text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }
        let changes = lines(try await text(path, at: new)).difference(from: lines(try await text(path, at: old)))
        func line(_ change: CollectionDifference<String>.Change) -> String {
            switch change {
            case .insert(_, let line, _), .remove(_, let line, _): line
            }
        }
        return (changes.removals.map(line), changes.insertions.map(line))
    }

    /// The commits between two, oldest first.
    func commits(from old: ObjectID, to new: ObjectID) async throws -> [ObjectID] {
        try await repository.git(["rev-list", "--reverse", "\(old)..\(new)"]).split(separator: "\n").compactMap { ObjectID(String($0)) }
    }

    /// What git itself says of a commit, by its format letters.
    func said(_ format: String, of commit: ObjectID) async throws -> String {
        var text = Substring(try await repository.git(["log", "-1", "--format=\(format)", commit.description]))
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }

    /// The note of a commit, which follows it.
    func note(of commit: ObjectID) async throws -> Value {
        try await world.eventually("a note of \(commit.short)", within: .seconds(60)) {
            guard let text = try? await repository.git(["notes", "--ref=martlet", "show", commit.description]) else { return nil }
            return try JSON.parse(Array(text.utf8))
        }
    }

    /// The image that a workload of the cluster runs.
    func liveImage(_ workload: String) async throws -> String {
        let object = try await world.object("apps/v1", "Deployment", "shop", workload)
        let containers = object?.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []
        return containers.first?["image"]?.string ?? ""
    }
}
