import Basics
import Git
import TestKit
import Testing

/// Commits in the mirror, judged by git itself.
@Suite struct CommitTests {
    let folder: TemporaryFolder
    let repository: TestRepository

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
    }

    static let person = Commit.Signature(name: "Grace Hopper", email: "grace@example.org", time: Timestamp(milliseconds: 1_700_000_000_000))
    static let robot = Commit.Signature(name: "martlet", email: "martlet@example.org", time: Timestamp(milliseconds: 1_700_000_060_000))

    private func mirror(_ name: String = "mirror") async throws(GitError) -> Mirror {
        try await Mirror(path: folder.file(name), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
    }

    private func change(_ mirror: Mirror, _ changes: [String: [UInt8]?], on parent: ObjectID, _ message: String = "change\n") async throws(GitError) -> ObjectID? {
        try await mirror.commit(changes, on: parent, message: message, author: Self.person, committer: Self.robot)
    }

    private func git(_ arguments: [String]) async throws -> String {
        try await Subprocess.check("git", arguments, environment: TestRepository.environment, folder: folder.file("mirror"))
    }

    @Test func contentAndModes() async throws {
        let windows = Array("a: 1\r\nb: 2\r\n".utf8)
        let binary = (0...255).map { UInt8($0) }
        let one = try await repository.commit(
            "one", ["keep": "k", "run.sh": .executable(Array("#!".utf8)), "d/a": "1", "d/e/b": "2", "d-x": "3", "d.y": "4", "alone/f": "5"])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        let two = try #require(
            try await change(
                mirror,
                [
                    "run.sh": Array("#!/bin/sh".utf8), "d/a": windows, "d/e/b": binary, "d/e/new": Array("n".utf8), "d-x": Array("33".utf8),
                    "d.y": Array("44".utf8), "alone/f": nil, "not/there": nil, "x/y/z": [],
                ], on: one, "Release \u{e9}\n\nMartlet-Policy: x\n"))
        let listing = try await git(["ls-tree", "-r", "--format=%(objectmode) %(path)", two.description])
        #expect(
            listing.split(separator: "\n").sorted()
                == ["100644 d-x", "100644 d.y", "100644 d/a", "100644 d/e/b", "100644 d/e/new", "100644 keep", "100644 x/y/z", "100755 run.sh"])
        // No folder stays that is empty.
        #expect(!(try await git(["ls-tree", two.description])).contains("alone"))
        let entries = try await mirror.tree(at: two, under: "d").entries
        let blobs = try await mirror.blobs(entries.map(\.blob))
        #expect(entries.first { $0.path == "d/a" }.flatMap { blobs[$0.blob] } == windows)
        #expect(entries.first { $0.path == "d/e/b" }.flatMap { blobs[$0.blob] } == binary)
        let commit = try await mirror.commit(two)
        #expect(commit.parents == [one] && commit.author == Self.person && commit.committer == Self.robot)
        #expect(commit.message == "Release \u{e9}\n\nMartlet-Policy: x\n")
        try await Subprocess.check("git", ["fsck", "--strict"], environment: TestRepository.environment, folder: folder.file("mirror"))
        // Nothing moved, here or there.
        #expect(try await repository.tip() == one)
        #expect(try await git(["for-each-ref", "--format=%(objectname)"]) == "\(one)\n")
    }

    @Test func noChange() async throws {
        let one = try await repository.commit("one", ["a": "1", "b/c": .executable([2])])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        #expect(try await change(mirror, [:], on: one) == nil)
        #expect(try await change(mirror, ["a": Array("1".utf8), "b/c": [2], "none": nil], on: one) == nil)
        #expect(try await change(mirror, ["a": Array("2".utf8)], on: one) != nil)
    }

    @Test func inTheWay() async throws {
        let one = try await repository.commit("one", ["real": "1", "link": .symlink("real"), "folder/x": "1", "to-folder": .symlink("folder")])
        let tree = try await repository.git(["ls-tree", one.description]) + "160000 commit \(one)\tmodule\n"
        let made = try await Subprocess.check(
            "git", ["mktree"], environment: TestRepository.environment, folder: repository.path, input: Array(tree.utf8))
        let two = try await repository.git(
            ["-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-p", one.description, "-m", "m", made.filter { !$0.isNewline }])
        try await repository.git(["update-ref", "refs/heads/main", two.filter { !$0.isNewline }])
        let mirror = try await mirror()
        let tip = try await mirror.fetch(.branch("main")).tip
        for (path, says) in [
            ("link", "symbolic link"), ("to-folder/x", "\"to-folder\" is a symbolic link"), ("module", "submodule"), ("module/a", "submodule"),
            ("folder", "folder"), ("real/x", "\"real\" is a file"), ("", "not the path"), ("/a", "not the path"), ("a/../b", "not the path"),
            ("a//b", "not the path"), (".git/config", "not the path"), ("a/.GIT/x", "not the path"), ("a\0b", "not the path"),
        ] {
            let error = await #expect(throws: GitError.self, "\(path)") { try await change(mirror, [path: [1]], on: tip) }
            #expect(error?.kind == .blocked(path: path))
            #expect(error?.description.contains(says) == true, "\(String(describing: error))")
        }
        let stranger = try #require(ObjectID(String(repeating: "1", count: 40)))
        await #expect(throws: GitError.self) { try await change(mirror, ["a": [1]], on: stranger) }
        // What is beside a submodule and links is written, and they are kept.
        let three = try #require(try await change(mirror, ["real": [1]], on: tip))
        #expect(try await git(["ls-tree", three.description]).contains("160000 commit \(one)\tmodule"))
    }

    @Test func oddNames() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        for (name, expected) in [("Eve <eve@x>\n", "Eve eve@x"), ("", "unknown"), (" . ", "unknown"), ("Ünï", "Ünï")] {
            let author = Commit.Signature(name: name, email: "a<b>@c\u{7}", time: Self.person.time)
            let made = try #require(try await mirror.commit(["a": [3]], on: one, message: "a\0b", author: author, committer: Self.robot))
            let commit = try await mirror.commit(made)
            #expect(commit.author.name == expected && commit.author.email == "ab@c" && commit.message == "ab")
        }
    }

    /// The compaction after fetches must not take away a commit that waits for its push.
    @Test func outlivesCompaction() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        var made: [ObjectID] = []
        for number in 0..<20 {
            let files = (0..<300).map { ("w/\($0)", [UInt8]?.some(Array("\(number) \($0)".utf8))) }
            made.append(try #require(try await change(mirror, Dictionary(uniqueKeysWithValues: files), on: one)))
        }
        for number in 0..<34 {
            try await repository.commit("\(number)", ["f\(number)": .text("\(number)")], branch: "side")
            _ = try await mirror.fetch(.branch("side"))
        }
        let count = try await git(["count-objects", "-v"])
        let loose = count.split(separator: "\n").first.flatMap { Int($0.dropFirst("count: ".count)) }
        #expect(try #require(loose) < 1500, "\(count)")
        for id in made { #expect(try await mirror.tree(at: id, under: "w").entries.count == 300) }
        let last = try #require(made.last)
        #expect(try await mirror.push(last, to: "main", expecting: one) == .accepted)
        #expect(try await repository.tip() == last)
        try await repository.git(["fsck", "--strict"])
    }

    /// Into a folder, as tests and demonstrations have it.
    @Test func pushIntoAFolder() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let mirror = try await mirror()
        _ = try await mirror.fetch(.branch("main"))
        let two = try #require(try await change(mirror, ["a": [2]], on: one))
        let other = try #require(try await change(mirror, ["a": [3]], on: one))
        #expect(try await mirror.push(two, to: "main", expecting: one) == .accepted)
        #expect(try await mirror.push(two, to: "main", expecting: one) == .accepted)
        #expect(try await mirror.push(other, to: "main", expecting: one) == .moved)
        #expect(try await mirror.push(other, to: "gone", expecting: one) == .moved)
        #expect(try await repository.tip() == two)
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: two, previous: one, isRewritten: false))
        // Never more than one commit, nor one that stands elsewhere.
        let three = try #require(try await change(mirror, ["a": [4]], on: two))
        let four = try #require(try await change(mirror, ["a": [5]], on: three))
        await #expect(throws: GitError.self) { try await mirror.push(four, to: "main", expecting: two) }
        for name in ["", "a..b", "x y", "-/../x"] {
            await #expect(throws: GitError.self, "\(name)") { try await mirror.push(three, to: name, expecting: two) }
        }
        #expect(try await repository.tip() == two)
        try await repository.git(["fsck", "--strict"])
    }
}
