import ArgumentParser
import Automation
import Basics
import Chart
import Cluster
import Delivery
import FoundationEssentials
import Git
import HTTP
import Kubernetes
import Logging
import Registry

/// How images are followed, and how commits are made.
struct AutomationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Credentials for registries in Docker's config.json; those of workloads' pull secrets come first.", valueName: "file"))
    var registryConfig: String?

    @Option(help: ArgumentHelp("A file with the certificates to trust for registries.", valueName: "file"))
    var registryCAFile: String?

    @Option(help: ArgumentHelp("A registry to ask over plain HTTP, such as \"127.0.0.1:5000\"; may be repeated.", valueName: "host:port"))
    var registryInsecure: [String] = []

    @Option(
        help: ArgumentHelp("The most requests a second to one registry in the long run; 600, or twice as many, may come at once.", valueName: "number"))
    var registryRequestsPerSecond = 50

    @Option(help: ArgumentHelp("Who makes commits that nobody asked for by name.", valueName: "name <email>"))
    var gitAuthor = "Martlet <martlet@martlet.invalid>"

    @Option(help: ArgumentHelp("A file with an SSH private key that commits are signed with.", valueName: "file"))
    var gitSigningKeyFile: String?

    mutating func validate() throws {
        guard (1...100_000).contains(registryRequestsPerSecond) else {
            throw ValidationError("--registry-requests-per-second is \(registryRequestsPerSecond), expected 1 to 100000")
        }
        for registry in registryInsecure where insecureRegistry(registry) == nil {
            throw ValidationError("--registry-insecure is \"\(registry)\", expected a host and a port such as \"127.0.0.1:5000\", without a scheme")
        }
        guard Requester(gitAuthor) != nil else {
            throw ValidationError("--git-author is \"\(gitAuthor)\", expected a name and an address such as \"Martlet <martlet@example.com>\"")
        }
    }

    /// A host and a port as the names of images have them; nil for a URL.
    private func insecureRegistry(_ text: String) -> String? {
        text.isEmpty || text.contains { $0 == "/" || $0 == "@" || $0.isWhitespace } ? nil : text.lowercased()
    }

    var author: Requester { Requester(gitAuthor) ?? Requester(name: "Martlet", email: "martlet@martlet.invalid") }

    /// What all ways to automation need: the daemon's, and a command's without one.
    struct Parts {
        var mirror: SharedMirror
        var branch: String
        var root: String
        var applicationName: String
        /// The folder for what is known of registries.
        var cacheFolder: String?
        var time: any TimeSource
        var random: RandomSource
        var logger: Logger
        var settings = Automation.Settings()
    }

    /// - Parameters:
    ///   - context: what charts are rendered with.
    ///   - object: reads one object of the cluster, for pull secrets.
    func automation(
        _ parts: Parts, context: @escaping BranchWriter.Context = defaultContext,
        object: @escaping @Sendable (ObjectKey) async -> Object? = { _ in nil }, hold: @escaping @Sendable () -> String? = { nil }, onPush: @escaping @Sendable () -> Void = {}
    ) throws -> Automation {
        let signing = try gitSigningKeyFile.map { file in
            do {
                return try SigningKey(openSSHPrivateKey: try bytes(of: file, "--git-signing-key-file"))
            } catch let error as GitError {
                throw CommandFailure("--git-signing-key-file: \(error)")
            }
        }
        var tls = TLSOptions()
        if let file = registryCAFile { tls.caPEM = try bytes(of: file, "--registry-ca-file") }
        var config = DockerConfig()
        if let file = registryConfig ?? defaultRegistryConfig {
            do {
                config = try DockerConfig(json: try bytes(of: file, "--registry-config"))
            } catch let error as RegistryError {
                // A file nobody named is used as far as it can be.
                guard registryConfig == nil else { throw CommandFailure("--registry-config: \(error)") }
                parts.logger.warning("credentials for registries cannot be read", metadata: ["file": "\(file)", "error": "\(error)"])
            }
        }
        let store = try tagStore(parts.cacheFolder, parts.logger)
        let client = RegistryClient(
            transport: CurlTransport(tls: tls, maxConnectionsPerHost: 8, userAgent: "martlet/\(MartletVersion.current)"),
            settings: RegistryClient.Settings(
                insecure: Set(registryInsecure.compactMap(insecureRegistry)), requestsPerSecond: registryRequestsPerSecond,
                burst: max(600, registryRequestsPerSecond &* 2),
                userAgent: "martlet/\(MartletVersion.current)"),
            time: parts.time, random: parts.random, store: store)
        let writer = BranchWriter(
            branch: MirrorBranch(name: parts.branch, root: parts.root, signing: signing) { [mirror = parts.mirror] () async throws(GitError) in
                try await mirror.open()
            },
            settings: BranchWriter.Settings(root: parts.root, name: parts.applicationName, author: author),
            time: parts.time, random: parts.random, logger: parts.logger, context: context, onPush: onPush)
        let pull = PullCredentials(own: config, time: parts.time, object: object)
        return Automation(
            writer: writer, scanner: Scanner(client: client, store: store, time: parts.time),
            settings: parts.settings,
            credentials: { await pull.credential(for: $0, $1) }, time: parts.time, random: parts.random, logger: parts.logger,
            hold: hold)
    }

    /// What registries told, on disk; in memory where the disk does not take it, for it is only a cache.
    private func tagStore(_ folder: String?, _ logger: Logger) throws -> TagStore {
        if let path = folder.map({ "\($0)-registries.sqlite" }) {
            do {
                return try TagStore(path: path)
            } catch {
                logger.warning("what registries told is kept in memory only", metadata: ["file": "\(path)", "error": "\(error)"])
            }
        }
        do {
            return try TagStore(path: nil)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// Where `docker login` keeps credentials.
    private var defaultRegistryConfig: String? {
        let environment = processEnvironment()
        let folder = environment["DOCKER_CONFIG"] ?? environment["HOME"].map { "\($0)/.docker" }
        guard let file = folder.map({ "\($0)/config.json" }), FileManager.default.fileExists(atPath: file) else { return nil }
        return file
    }
}

/// Charts as `helm template` renders them where no cluster is asked.
let defaultContext: BranchWriter.Context = {
    let templates = TemplateCache()
    let now = SystemTime().now
    return { _ in
        var context = RenderContext(now: now)
        context.templates = templates
        return context
    }
}

/// Automation straight on a repository, without a daemon: the workloads are those of the branch's newest commit.
func directAutomation(git: GitOptions, automation options: AutomationOptions) async throws -> Automation {
    guard let url = git.gitURL else { throw CommandFailure("which repository? Say it with --git-url, or name a daemon with --server") }
    guard case .branch(let branch) = git.reference else { throw CommandFailure("commits are made on a branch: leave out --git-tag and --git-commit") }
    var logger = Logger(label: "martlet")
    logger.logLevel = .warning
    let path = try git.mirrorPath(url)
    let parts = AutomationOptions.Parts(
        mirror: SharedMirror(path: path, remote: try git.remote(url)), branch: branch, root: git.gitPath,
        applicationName: git.applicationName(url), cacheFolder: path, time: SystemTime(), random: RandomSource(), logger: logger)
    let automation = try options.automation(parts)
    do {
        try await automation.load()
    } catch {
        throw CommandFailure("\(error)")
    }
    return automation
}

extension Requester {
    /// From `Ann Smith <ann@example.com>`; nil where either part is missing or could break a commit's header.
    init?(_ text: String) {
        guard let open = text.firstIndex(of: "<"), text.hasSuffix(">") else { return nil }
        var name = text[..<open]
        while name.last == " " { name.removeLast() }
        let email = text[text.index(after: open)...].dropLast()
        let isSound = { (part: Substring) in !part.isEmpty && part.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "<" && $0 != ">" && $0.value != 0x7f } }
        guard isSound(name), isSound(email), !email.contains(" ") else { return nil }
        self.init(name: String(name), email: String(email))
    }
}
