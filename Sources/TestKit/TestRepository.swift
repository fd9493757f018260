package import Basics
package import Git
internal import Glibc

/// A bare repository in which a test makes commits, by `git fast-import`: one
/// process per commit, no work tree.
package final class TestRepository: Sendable {
    package let path: String

    /// One file of a commit; nil removes it.
    package enum Change: Sendable, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
        case file([UInt8])
        case executable([UInt8])
        case symlink(String)
        case delete

        package init(stringLiteral text: String) { self = .file(Array(text.utf8)) }
        package init(nilLiteral: ()) { self = .delete }

        /// A file from a text that is not a literal.
        package static func text(_ text: String) -> Change { .file(Array(text.utf8)) }
    }

    /// What a commit stands on.
    package enum Parent: Sendable {
        /// The branch as it is.
        case tip
        /// Nothing: a new root.
        case none
        /// Another commit: the branch is rewritten.
        case commit(ObjectID)
        /// The branch as it is, and what is merged into it.
        case merge(ObjectID)
    }

    /// - Parameter path: of the bare repository; created.
    package init(_ path: String) async throws {
        self.path = path
        try await Subprocess.check("git", ["init", "-q", "--bare", "-b", "main", path], environment: Self.environment)
    }

    package convenience init(in folder: TemporaryFolder, name: String = "repository.git") async throws {
        try await self.init(folder.file(name))
    }

    /// Nothing of the machine's or the user's configuration.
    package static var environment: [String: String] {
        [
            "PATH": Subprocess.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C",
        ]
    }

    /// Makes a commit and moves the branch to it.
    @discardableResult
    package func commit(
        _ message: String, _ changes: [String: Change], branch: String = "main", parent: Parent = .tip, author: String = "Ada Lovelace",
        email: String = "ada@example.org", date: Timestamp = Timestamp(milliseconds: 1_700_000_000_000)
    ) async throws -> ObjectID {
        let tip = try await self.tip(branch)
        var stream = FastImport()
        if case .none = parent, tip != nil { stream.line("reset refs/heads/\(branch)\n") }
        stream.line("commit refs/heads/\(branch)")
        stream.person(author, email, date)
        stream.data(Array(message.utf8))
        switch parent {
        case .tip: if let tip { stream.line("from \(tip)") }
        case .none: break
        case .commit(let id): stream.line("from \(id)")
        case .merge(let other):
            if let tip { stream.line("from \(tip)") }
            stream.line("merge \(other)")
        }
        stream.changes(changes)
        try await Subprocess.check("git", ["fast-import", "--quiet", "--force"], environment: Self.environment, folder: path, input: stream.bytes)
        guard let made = try await self.tip(branch) else { throw SubprocessError("fast-import made no commit on \(branch)") }
        return made
    }

    /// Where a branch stands; nil when there is none.
    package func tip(_ branch: String = "main") async throws -> ObjectID? {
        let result = try await Subprocess.run("git", ["rev-parse", "-q", "--verify", "refs/heads/\(branch)^{commit}"], environment: Self.environment, folder: path)
        return ObjectID(result.text.split(whereSeparator: \.isWhitespace).first ?? "")
    }

    /// An annotated tag where there is a message, a light one else.
    package func tag(_ name: String, at id: ObjectID, message: String? = nil) async throws {
        let annotation = message.map { ["-a", "-m", $0] } ?? []
        try await git(["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org", "tag", "-f"] + annotation + [name, id.description])
    }

    package func deleteBranch(_ name: String) async throws { try await git(["update-ref", "-d", "refs/heads/\(name)"]) }

    /// Installs a hook of the server's side (`pre-receive`, `update`, …), a script for sh; nil removes it.
    ///
    /// Git runs it in the repository's folder. A `pre-receive` hook that wants to move references itself
    /// must first `unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    package func setHook(_ name: String, _ script: String?) throws {
        let file = "\(path)/hooks/\(name)"
        unlink(file)
        guard let script else { return }
        mkdir("\(path)/hooks", 0o755)
        let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o755)
        guard descriptor >= 0 else { throw SubprocessError("cannot write \(file): error \(errno)") }
        defer { close(descriptor) }
        let bytes = Array("#!/bin/sh\n\(script)\n".utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw SubprocessError("cannot write \(file): error \(errno)") }
    }

    /// Any other git command in this repository.
    @discardableResult
    package func git(_ arguments: [String]) async throws -> String {
        try await Subprocess.check("git", arguments, environment: Self.environment, folder: path)
    }
}
