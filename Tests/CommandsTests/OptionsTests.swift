import ArgumentParser
@testable import Commands
import Basics
import Delivery
import FoundationEssentials
import Git
import Logging
import TestKit
import Testing

private let run = ["run", "--git-url", "https://git.example.com/shop.git"]

/// What the command line understands, and what it says of the rest.
@Suite struct OptionsTests {
    private static func command<Command: ParsableCommand>(_ type: Command.Type, _ arguments: [String]) throws -> Command {
        #expect(Command.configuration.commandName == arguments.first)
        // The verb alone: the whole program's options are checked anew at each parse of a debug build.
        return try Command.parse(Array(arguments.dropFirst()))
    }

    @Test(arguments: [
        (["run"], "which repository? Say it with --git-url"),
        (run + ["--listen", "8080"], "--listen is \"8080\", expected host:port"),
        (run + ["--listen", "localhost:x"], "expected host:port"), (run + ["--listen", "a:65536"], "expected host:port"),
        (run + ["--listen", ":8080"], "expected host:port"),
        (run + ["--git-poll-interval", "soon"], "--git-poll-interval is \"soon\", expected a duration of at least one second"),
        (run + ["--git-poll-interval", "10ms"], "at least one second"), (run + ["--git-poll-interval", "0"], "at least one second"),
        (run + ["--git-commit", "abc"], "--git-commit is \"abc\", expected 40 hexadecimal digits"),
        (run + ["--git-tag", "v1", "--git-commit", String(repeating: "a", count: 40)], "--git-tag and --git-commit: choose one"),
        (run + ["--git-path", "../x"], "leads out of the repository"),
        (run + ["--name", "Shop"], "--name is \"Shop\", expected lower case letters"),
        (run + ["--on-rewrite", "folow"], "folow"), (run + ["--log-level", "loud"], "loud"), (run + ["--gti-branch", "x"], "--git-branch"),
        (["sync", "--timeout", "x"], "--timeout is \"x\", expected a duration"),
        (["sync", "--timeout", "0s"], "--timeout is \"0s\", expected a duration"),
        // What only the daemon's loop reads, only the daemon takes.
        (["sync", "--git-poll-interval", "1m"], "Unknown option '--git-poll-interval'"), (["at", "now", "--on-rewrite=follow"], "Unknown option '--on-rewrite'"),
        (["release", "web", "--image", "a", "--registry-poll-interval", "1m"], "Unknown option '--registry-poll-interval'"),
        (["blame", "web", "--martlet-namespace", "x"], "Unknown option '--martlet-namespace'"),
        (["promote", "web", "--martlet-namespace=x"], "Unknown option '--martlet-namespace'"),
        (run + ["--registry-poll-interval", "1s"], "--registry-poll-interval is \"1s\", expected a duration of at least ten seconds"),
        (["sync", "--path", "a", "--git-url", "b"], "--path and --git-url: choose one"),
        (["sync", "web", "--path", "a"], "names of applications are for the running daemon"),
        (["dev", "cluster", "--port", "70000"], "--port is 70000, expected 0 to 65535"),
        (["dev", "cluster", "--nodes", "0"], "--nodes is 0, expected 1 to 1000"),
        (["history", "--outcome", "faild"], "did you mean \"failed\"?"), (["history", "--limit", "0"], "--limit is 0, expected 1 to 1000"),
        (["history", "--since", "tomorrow or so"], "is no time"), (["at"], "time"), (["at", "two", "hours", "ago"], "is no time"),
        (["blame"], "workload"), (["blame", "a/b/c"], "more than one slash"), (["rollback", "web", "--to", ""], "--to is \"\""),
        (["diff", "a", "b", "c"], "name one folder or two revisions"), (["diff", "a", "-o", "json"], "-o is for two revisions"),
        (["status", "-o", "xml"], "xml"), (["render"], "path"), (["snyc"], "snyc"),
    ] as [([String], String)]) func mistakes(_ arguments: [String], _ says: String) throws {
        let error = try #require(throws: (any Error).self) { _ = try MartletCommand.parseAsRoot(arguments) }
        let text = MartletCommand.fullMessage(for: error)
        #expect(text.contains(says), "\(text)")
        #expect(MartletCommand.exitCode(for: error) != .success)
    }

    /// A machine where nothing was cached yet, and one where nothing can be.
    @Test(arguments: ["cache/martlet/mirrors/shop", "file/mirrors/shop"]) func cachesOfRegistries(_ path: String) throws {
        let folder = try TemporaryFolder("martlet-cache")
        try folder.write("file", [])
        let options = try AutomationOptions.parse([])
        let parts = AutomationOptions.Parts(
            mirror: SharedMirror(path: folder.file(path), remote: GitRemote(url: "https://git.example.com/shop.git")), branch: "main", root: "",
            applicationName: "shop", cacheFolder: folder.file(path), time: SystemTime(), random: RandomSource(),
            logger: Logger(label: "test") { SwiftLogNoOpLogHandler($0) })
        _ = try options.automation(parts)
        #expect(FileManager.default.fileExists(atPath: folder.file("\(path)-registries.sqlite")) == path.hasPrefix("cache"))
    }

    @Test(arguments: [("http://r.io", false), ("r.io/x", false), ("", false), ("a b", false), ("R.io:5000", true), ("[::1]:5000", true), ("localhost", true), ("auth", true)])
    func insecureRegistries(_ text: String, _ isOne: Bool) {
        #expect((try? AutomationOptions.parse(["--registry-insecure", text])) != nil || !isOne)
        #expect((try? AutomationOptions.parse(["--registry-insecure", text])) == nil || isOne)
    }

    @Test(arguments: [("deploy/", "deploy"), ("/deploy", "deploy"), ("./a//b/", "a/b"), ("", ""), ("/", ""), (".", "")])
    func gitPaths(_ written: String, _ meant: String) throws {
        #expect(try Self.command(RunCommand.self, run + ["--git-path", written]).git.gitPath == meant)
    }

    @Test func references() throws {
        #expect(try Self.command(RunCommand.self, run).git.reference.name == "main")
        #expect(try Self.command(RunCommand.self, run + ["--git-branch", "x"]).git.reference.name == "x")
        #expect(try Self.command(RunCommand.self, run + ["--git-tag", "v1"]).git.reference.name == "v1")
        #expect(try Self.command(RunCommand.self, run + ["--git-poll-interval", "2m"]).follow.pollInterval == .seconds(120))
    }

    @Test(arguments: [
        ("https://git.example.com/shop.git", "shop"), ("git@git.example.com:team/My_Shop.git", "my-shop"), ("ssh://h/a/b/", "b"), ("https://h/___.git", "repository"),
        ("", "repository"), ("https://h/\(String(repeating: "a", count: 49))-b", String(repeating: "a", count: 49)),
    ]) func namesOfRepositories(_ url: String, _ name: String) throws {
        let git = try Self.command(RunCommand.self, run).git
        #expect(git.applicationName(url) == name && isLabelName(git.applicationName(url)))
        #expect(try Self.command(RunCommand.self, run + ["--name", "told"]).git.applicationName(url) == "told")
    }

    @Test(arguments: [("deploy", "deploy"), ("a/My_Shop/", "my-shop"), (".", "default"), ("..", "default"), ("/", "default"), ("a/.", "a"), ("ä", "default")])
    func namesOfFolders(_ path: String, _ name: String) {
        #expect(folderName(path) == name)
    }

    @Test func aMirrorIsOneRepositorysAndPaths() throws {
        let git = try Self.command(RunCommand.self, run).git
        #expect(try git.mirrorPath("https://h/a.git") == git.mirrorPath("https://h/a.git"))
        #expect(try git.mirrorPath("https://h/a.git") != git.mirrorPath("https://h/b/a.git"))
        #expect(try Self.command(RunCommand.self, run + ["--mirror-folder", "/m"]).git.mirrorPath("x") == "/m")
    }

    @Test(arguments: ["--git-token-file", "--git-ssh-key-file", "--git-ca-file", "--git-known-hosts-file"])
    func filesThatAreNotThere(_ option: String) throws {
        let git = try Self.command(RunCommand.self, run + [option, "/nonexistent/file"]).git
        let error = try #require(throws: CommandFailure.self) { _ = try git.remote("https://h/a.git") }
        #expect(error.description == "\(option): cannot read \"/nonexistent/file\"")
    }

    @Test(arguments: [("--kubeconfig", "/nonexistent/config")]) func noKubeconfig(_ option: String, _ file: String) throws {
        let status = try Self.command(StatusCommand.self, ["status", option, file])
        let error = try #require(throws: CommandFailure.self) { _ = try status.cluster.configuration() }
        #expect(error.description.contains(file))
    }

    /// The arguments of a command line, as a shell would part them; double quotes only.
    private static func words(_ line: Substring) -> [String] {
        var words = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case " " where !isQuoted: words.append("")
            default: words[words.count - 1].append(character)
            }
        }
        return words.dropFirst().filter { !$0.isEmpty }
    }

    /// Every verb has help with an example that parses.
    @Test func helpOfEveryVerb() throws {
        func check(_ command: any ParsableCommand.Type, _ path: [String]) throws {
            let text = MartletCommand.helpMessage(for: command)
            #expect(!command.configuration.abstract.isEmpty, "\(path)")
            if !command.configuration.subcommands.isEmpty, path.count > 0 {
                for inner in command.configuration.subcommands { try check(inner, path + [try #require(inner.configuration.commandName)]) }
                return
            }
            let examples = command.configuration.discussion.split(separator: "\n").map { $0.drop { $0 == " " } }.filter { $0.hasPrefix("martlet ") }
            #expect(!examples.isEmpty && text.contains("Example"), "\(path)")
            for example in examples {
                let words = Self.words(example.split { $0 == "|" || $0 == "&" }.first ?? "")
                #expect(throws: Never.self, "\(example)") { _ = try command.parse(Array(words.dropFirst(path.count))) }
                #expect(words.starts(with: path), "\(example)")
            }
        }
        for command in MartletCommand.configuration.subcommands { try check(command, [try #require(command.configuration.commandName)]) }
    }
}
