import ArgumentParser
import Basics
import Delivery
import FoundationEssentials
import Git
import HTTP

/// Which repository, and how to get in.
struct GitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The repository: https://, ssh:// or user@host:path.", valueName: "url"))
    var gitURL: String?

    @Option(help: ArgumentHelp("The branch to follow.", valueName: "branch"))
    var gitBranch = "main"

    @Option(help: ArgumentHelp("A tag to stay at, instead of a branch.", valueName: "tag"))
    var gitTag: String?

    @Option(help: ArgumentHelp("A commit to stay at, instead of a branch: all 40 digits.", valueName: "commit"))
    var gitCommit: String?

    @Option(help: ArgumentHelp("Only the folder below this path is applied.", valueName: "path"))
    var gitPath = ""

    @Option(help: ArgumentHelp("The user for https.", valueName: "user"))
    var gitUser = "git"

    @Option(help: ArgumentHelp("A file with the password or token for https.", valueName: "file"))
    var gitTokenFile: String?

    @Option(help: ArgumentHelp("A file with the private key for ssh.", valueName: "file"))
    var gitSSHKeyFile: String?

    @Option(help: ArgumentHelp("A file with the host keys of the ssh server, as in ~/.ssh/known_hosts.", valueName: "file"))
    var gitKnownHostsFile: String?

    @Option(help: ArgumentHelp("A file with the certificates to trust for https.", valueName: "file"))
    var gitCAFile: String?

    @Flag(help: "Also allow http:// and file://, which prove nothing of the server.")
    var gitAllowInsecure = false

    @Option(help: ArgumentHelp("The name of the application that plain manifests belong to; by default the repository's.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("The folder for the mirror of the repository, kept between restarts.", valueName: "folder"))
    var mirrorFolder: String?

    mutating func validate() throws {
        if let gitCommit, ObjectID(gitCommit) == nil {
            throw ValidationError("--git-commit is \"\(gitCommit)\", expected 40 hexadecimal digits")
        }
        if gitTag != nil, gitCommit != nil { throw ValidationError("--git-tag and --git-commit: choose one") }
        guard let path = joined("", gitPath) else { throw ValidationError("--git-path is \"\(gitPath)\", which leads out of the repository") }
        gitPath = path
        if let name, !isLabelName(name) {
            throw ValidationError("--name is \"\(name)\", expected lower case letters, digits and \"-\", at most 50")
        }
    }

    var reference: GitReference {
        if let gitCommit, let id = ObjectID(gitCommit) { return .commit(id) }
        if let gitTag { return .tag(gitTag) }
        return .branch(gitBranch)
    }

    func remote(_ url: String) throws -> GitRemote {
        var schemes: Set<String> = ["https", "ssh"]
        if gitAllowInsecure { schemes.formUnion(["http", "file"]) }
        var credentials = GitCredentials.none
        if let file = gitTokenFile {
            credentials = .basic(user: gitUser, password: try text(of: file, "--git-token-file").trimmingNewlines)
        }
        if let file = gitSSHKeyFile { credentials = .sshKey(privatePEM: try bytes(of: file, "--git-ssh-key-file"), passphrase: nil) }
        var tls = TLSOptions()
        if let file = gitCAFile { tls.caPEM = try bytes(of: file, "--git-ca-file") }
        let hosts = gitKnownHostsFile ?? defaultKnownHosts
        return GitRemote(
            url: url, credentials: credentials, tls: tls, knownHosts: try hosts.map { file in try bytes(of: file, "--git-known-hosts-file") },
            allowedSchemes: schemes)
    }

    private var defaultKnownHosts: String? {
        guard let home = processEnvironment()["HOME"] else { return nil }
        let file = "\(home)/.ssh/known_hosts"
        return FileManager.default.fileExists(atPath: file) ? file : nil
    }

    /// The folder for the mirror: told, or one of the user's cache.
    func mirrorPath(_ url: String) throws -> String {
        if let mirrorFolder { return mirrorFolder }
        let environment = processEnvironment()
        let cache = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? "/tmp"
        let readable = String(applicationName(url).prefix(40))
        return "\(cache)/martlet/mirrors/\(readable)-\(stableDigest("\(url) \(gitPath)"))"
    }

    /// The application plain manifests belong to: told, or the repository's last name made fit for a label.
    func applicationName(_ url: String) -> String {
        if let name { return name }
        var last = url.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? ""
        if last.hasSuffix(".git") { last.removeLast(4) }
        return labelName(for: last, otherwise: "repository")
    }
}

/// Up to sixteen hex digits that depend on a text alone. Not filled up with zeros: folders have been named so.
func stableDigest(_ text: String) -> String { String(stableHash(text.utf8), radix: 16) }

func bytes(of file: String, _ option: String) throws -> [UInt8] {
    do {
        return [UInt8](try Data(contentsOf: URL(filePath: file)))
    } catch {
        throw CommandFailure("\(option): cannot read \"\(file)\"")
    }
}

func text(of file: String, _ option: String) throws -> String {
    String(decoding: try bytes(of: file, option), as: UTF8.self)
}

extension String {
    var trimmingNewlines: String {
        var text = Substring(self)
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
