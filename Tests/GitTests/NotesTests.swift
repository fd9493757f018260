import Basics
import Git
import HTTP
import TestKit
import Testing

/// Notes, as `git notes` writes and shows them.
@Suite struct NotesTests {
    let folder: TemporaryFolder
    let repository: TestRepository
    static let reference = "refs/notes/martlet"

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
    }

    private func mirror(_ name: String = "m") async throws(GitError) -> Mirror {
        try await Mirror(path: folder.file(name), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
    }

    private func add(_ text: String, to commit: ObjectID, _ mirror: Mirror) async throws(GitError) {
        try await mirror.addNote(text, to: commit, reference: Self.reference, author: CommitTests.robot)
    }

    private func gitNotes(_ arguments: [String]) async throws -> String {
        try await repository.git(["-c", "user.name=x", "-c", "user.email=x", "notes", "--ref=martlet"] + arguments)
    }

    @Test func ownAndOthers() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let two = try await repository.commit("two", ["a": "2"])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        #expect(try await mirror.fetchNotes(reference: Self.reference) == nil)
        #expect(try await mirror.note(of: one, reference: Self.reference) == nil)
        try await add("{\"a\": \"é\"}", to: one, mirror)
        #expect(try await gitNotes(["show", one.description]) == "{\"a\": \"é\"}\n")
        #expect(try await mirror.note(of: one, reference: Self.reference) == "{\"a\": \"é\"}\n")
        // Others write too: on another commit, and on the same.
        _ = try await gitNotes(["add", "-m", "by hand", two.description])
        _ = try await gitNotes(["append", "-m", "a remark", one.description])
        try await add("again", to: one, mirror)
        try await add("again", to: one, mirror)
        #expect(try await gitNotes(["show", one.description]) == "{\"a\": \"é\"}\n\na remark\n\nagain\n")
        #expect(try await gitNotes(["show", two.description]) == "by hand\n")
        #expect(try await mirror.note(of: two, reference: Self.reference) == "by hand\n")
        #expect(try await repository.git(["log", "-1", "--format=%N", "--notes=martlet", two.description]).contains("by hand"))
        try await repository.git(["fsck", "--strict"])
        // Notes taken away there are taken away here.
        try await repository.git(["update-ref", "-d", Self.reference])
        #expect(try await mirror.fetchNotes(reference: Self.reference) == nil)
        #expect(try await mirror.note(of: one, reference: Self.reference) == nil)
        for name in ["refs/heads/main", "notes", "refs/notes/", "refs/notes/a..b"] {
            await #expect(throws: GitError.self, "\(name)") { try await mirror.addNote("x", to: one, reference: name, author: CommitTests.robot) }
        }
    }

    /// Git makes folders once there are many notes.
    @Test func fannedOut() async throws {
        var ids: [ObjectID] = []
        let one = try await repository.commit("one", ["a": "1"])
        var stream = ""
        for number in 0..<400 {
            stream += "commit refs/heads/many\nmark :\(number + 1)\ncommitter x <x> 1700000000 +0000\ndata 1\nx\n"
        }
        stream += "commit refs/notes/martlet\ncommitter x <x> 1700000000 +0000\ndata 5\nnotes\n"
        for number in 0..<400 { stream += "N inline :\(number + 1)\ndata <<E\nnote \(number)\nE\n" }
        try await Subprocess.check(
            "git", ["fast-import", "--quiet"], environment: TestRepository.environment, folder: repository.path, input: Array(stream.utf8))
        for line in try await repository.git(["rev-list", "--reverse", "many"]).split(separator: "\n") { ids.append(try #require(ObjectID(line))) }
        #expect(try await repository.git(["ls-tree", "refs/notes/martlet"]).contains("040000 tree"), "git fans out")
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        _ = try await mirror.fetchNotes(reference: Self.reference)
        for (number, id) in ids.enumerated() { #expect(try await mirror.note(of: id, reference: Self.reference) == "note \(number)\n") }
        try await add("ours", to: one, mirror)
        let first = try #require(ids.first)
        try await add("ours", to: first, mirror)
        #expect(try await gitNotes(["show", one.description]) == "ours\n")
        #expect(try await gitNotes(["show", first.description]) == "note 0\n\nours\n")
        #expect(try await gitNotes(["list"]).split(separator: "\n").count == 401)
    }

    @Test func twoWriters() async throws {
        var commits: [ObjectID] = []
        for number in 0..<10 { commits.append(try await repository.commit("\(number)", ["a": .text("\(number)")])) }
        let certificates = try TestCertificates()
        let server = try await GitServer(root: folder.path, certificates: certificates)
        try await withThrowingTaskGroup { group in
            for name in ["w1", "w2"] {
                let mirror = try await Mirror(path: folder.file(name), remote: GitRemote(url: server.url(), tls: certificates.trust))
                _ = try await mirror.fetch(.branch("main"))
                group.addTask { [commits] in
                    for commit in commits {
                        try await mirror.addNote("by \(name)", to: commit, reference: Self.reference, author: CommitTests.robot)
                    }
                }
            }
            try await group.waitForAll()
        }
        for commit in commits {
            #expect(try await gitNotes(["show", commit.description]).split(separator: "\n").sorted() == ["by w1", "by w2"])
        }
        await server.stop()
    }

    @Test func refusedAndLost() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let certificates = try TestCertificates()
        let server = try await GitServer(root: folder.path, certificates: certificates)
        let mirror = try await Mirror(path: folder.file("r"), remote: GitRemote(url: server.url(), tls: certificates.trust))
        _ = try await mirror.fetch(.branch("main"))
        try repository.setHook("pre-receive", Hooks.refuse)
        await #expect { try await add("x", to: one, mirror) } throws: { "\($0)".contains("no image from that registry") }
        // The answer is lost once, and the note is there once.
        try repository.setHook("pre-receive", nil)
        try repository.setHook("reference-transaction", "[ \"$1\" = committed ] && { rm hooks/reference-transaction; kill -9 $PPID; }; exit 0")
        try await add("once", to: one, mirror)
        #expect(try await gitNotes(["show", one.description]) == "once\n")
        #expect(try await repository.git(["rev-list", "--count", Self.reference]) == "1\n")
        await server.stop()
    }
}
