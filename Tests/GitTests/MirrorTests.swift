import Basics
import Git
import HTTP
import TestKit
import Testing

/// Trees and history, fetched from a folder: no network in the way.
@Suite struct MirrorTests {
    let folder: TemporaryFolder
    let repository: TestRepository

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
    }

    private func mirror() async throws(GitError) -> Mirror {
        try await Mirror(path: folder.file("mirror"), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
    }

    @Test func trees() async throws {
        try await repository.commit("first", ["app/a.yaml": "a: 1\n", "app/run.sh": .executable([1]), "other/b.yaml": "b", "app/sub/c": "c"])
        let mirror = try await mirror()
        let tip = try await mirror.fetch(.branch("main")).tip
        let listing = try await mirror.tree(at: tip, under: "app/")
        #expect(listing.entries.map(\.path) == ["app/a.yaml", "app/run.sh", "app/sub/c"])
        #expect(listing.entries.map(\.kind) == [.file, .executable, .file])
        #expect(listing.entries.map(\.size) == [5, 1, 1])
        let blobs = try await mirror.blobs(listing.entries.map(\.blob))
        #expect(listing.entries.first.flatMap { blobs[$0.blob] } == Array("a: 1\n".utf8))
        #expect(try await mirror.tree(at: tip, under: "").entries.count == 4)
        #expect(try await mirror.tree(at: tip, under: "./app/a.yaml").entries.map(\.path) == ["app/a.yaml"])
        for path in ["nope", "app/nope", "../x", "app/a.yaml/x"] {
            await #expect("\(path)") { try await mirror.tree(at: tip, under: path) } throws: { error in
                if case .unknownPath = (error as? GitError)?.kind { true } else { false }
            }
        }
    }

    @Test func symlinks() async throws {
        try await repository.commit(
            "links",
            [
                "common/base.yaml": "base", "common/deep/x": "x",
                "app/file.yaml": .symlink("../common/base.yaml"), "app/folder": .symlink("../common"), "app/chain": .symlink("folder/deep/x"),
                "app/out": .symlink("../../etc/passwd"), "app/absolute": .symlink("/etc/passwd"), "app/nothing": .symlink("gone"),
                "app/self": .symlink("."), "app/up": .symlink(".."), "app/a": .symlink("b"), "app/b": .symlink("a"), "app/empty": .symlink("x/"),
            ])
        let mirror = try await mirror()
        let tip = try await mirror.fetch(.branch("main")).tip
        let listing = try await mirror.tree(at: tip, under: "app")
        #expect(listing.entries.map(\.path) == ["app/chain", "app/file.yaml", "app/folder/base.yaml", "app/folder/deep/x"])
        #expect(
            listing.entries.map(\.kind) == [
                .symlink(target: "common/deep/x"), .symlink(target: "common/base.yaml"), .file, .file,
            ])
        #expect(listing.entries.map(\.realPath) == ["common/deep/x", "common/base.yaml", "common/base.yaml", "common/deep/x"])
        let blob = try #require(listing.entries.dropFirst().first?.blob)
        #expect(try await mirror.blobs([blob])[blob] == Array("base".utf8))
        #expect(
            listing.refused.map(\.path) == ["app/a", "app/absolute", "app/b", "app/empty", "app/nothing", "app/out", "app/self", "app/up"])
        // A folder that is itself a link.
        #expect(try await mirror.tree(at: tip, under: "app/folder/deep").entries.map(\.path) == ["app/folder/deep/x"])
    }

    /// Two links to the next folder in each of forty: more names than anybody can read, and not one file.
    @Test func linksThatMultiplyEnd() async throws {
        var files: [String: TestRepository.Change] = ["a39/x": .symlink("gone")]
        for number in 0..<39 {
            for name in ["x", "y"] { files["a\(number)/\(name)"] = .symlink("../a\(number + 1)") }
        }
        try await repository.commit("links", files)
        let mirror = try await mirror()
        let tip = try await mirror.fetch(.branch("main")).tip
        await #expect { _ = try await mirror.tree(at: tip, under: "", steps: 50_000) } throws: { ($0 as? GitError)?.kind == .tooLarge }
        // Who asked may go away, and the mirror is there for others.
        let listing = Task { try await mirror.tree(at: tip, under: "") }
        listing.cancel()
        await #expect { _ = try await listing.value } throws: { ($0 as? GitError)?.kind == .cancelled }
        #expect(try await mirror.tree(at: tip, under: "a39").refused.map(\.path) == ["a39/x"])
    }

    @Test func twoThousandFiles() async throws {
        var files: [String: TestRepository.Change] = [:]
        for number in 0..<2000 { files["apps/app-\(number % 50)/file-\(number).yaml"] = .text("number: \(number)\n") }
        try await repository.commit("many", files)
        let mirror = try await mirror()
        let tip = try await mirror.fetch(.branch("main")).tip
        let clock = ContinuousClock()
        let start = clock.now
        let listing = try await mirror.tree(at: tip, under: "apps")
        let listed = clock.now
        #expect(listing.entries.count == 2000)
        let blobs = try await mirror.blobs(listing.entries.map(\.blob))
        #expect(blobs.count == 2000)
        #expect(clock.now - start < .seconds(60), "listed in \(listed - start), read in \(clock.now - listed)")
    }

    @Test func history() async throws {
        let date = Timestamp(milliseconds: 1_700_000_000_000)
        func at(_ minutes: Int64) -> Timestamp { Timestamp(milliseconds: date.milliseconds + minutes * 60_000) }
        let one = try await repository.commit("one", ["a/x": "1", "b/y": "1"], date: at(0))
        let two = try await repository.commit("two\n\nWhy: because.", ["a/x": "2"], author: "Grace Hopper", email: "grace@example.org", date: at(1))
        let side = try await repository.commit("side", ["b/y": "2"], branch: "side", parent: .commit(two), date: at(2))
        let three = try await repository.commit("three", ["a/z": "3"], date: at(3))
        let merge = try await repository.commit("merge", ["b/y": "2"], parent: .merge(side), date: at(4))
        let mirror = try await mirror()
        #expect(try await mirror.fetch(.branch("main")).tip == merge)

        let commit = try await mirror.commit(two)
        #expect(commit.author == Commit.Signature(name: "Grace Hopper", email: "grace@example.org", time: at(1)))
        #expect(commit.subject == "two" && commit.message == "two\n\nWhy: because." && commit.parents == [one])

        func ids(_ touching: Set<String>, after base: ObjectID? = nil, limit: Int = 100) async throws -> [ObjectID] {
            try await mirror.log(from: merge, notReachableFrom: base, touching: touching, limit: limit).map(\.id)
        }
        #expect(try await ids([]) == [merge, three, side, two, one])
        #expect(try await ids(["a"]) == [three, two, one])
        #expect(try await ids(["a/x"]) == [two, one])
        #expect(try await ids(["b/"]) == [side, one])
        #expect(try await ids(["a/x", "b/y"], after: two) == [side])
        #expect(try await ids(["gone"]).isEmpty)
        #expect(try await ids([], limit: 2) == [merge, three])
        #expect(try await mirror.isAncestor(one, of: merge))
        #expect(try await mirror.isAncestor(side, of: merge))
        #expect(try await mirror.isAncestor(merge, of: merge))
        #expect(try await !mirror.isAncestor(merge, of: one))
        let stranger = try #require(ObjectID(String(repeating: "1", count: 40)))
        await #expect(throws: GitError.self) { try await mirror.isAncestor(stranger, of: one) }
    }

    @Test func references() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let two = try await repository.commit("two", ["a": "2"], branch: "feature/x")
        try await repository.tag("v1", at: one, message: "first")
        try await repository.tag("light", at: two)
        let mirror = try await mirror()
        #expect(try await mirror.fetch(.tag("v1")) == FetchResult(tip: one, previous: nil, isRewritten: false))
        #expect(try await mirror.fetch(.tag("light")).tip == two)
        #expect(try await mirror.fetch(.branch("feature/x")).tip == two)
        #expect(try await mirror.fetch(.commit(one)).tip == one)
        let remote = try await mirror.remoteReferences()
        #expect(remote == RemoteReferences(defaultBranch: "main", branches: ["main": one, "feature/x": two], tags: ["v1": one, "light": two]))
        let error = await #expect(throws: GitError.self) { try await mirror.fetch(.branch("mian")) }
        #expect(error?.kind == .unknownReference(name: "mian", existing: ["feature/x", "main"]))
        #expect("\(try #require(error))".contains("did you mean \"main\"?"))
        let missing = await #expect(throws: GitError.self) { try await mirror.fetch(.commit(try #require(ObjectID(String(repeating: "2", count: 40))))) }
        if case .unknownReference = missing?.kind {} else { Issue.record("\(String(describing: missing))") }
        // A branch that stands where a folder of branches stood.
        try await repository.deleteBranch("feature/x")
        let three = try await repository.commit("three", ["a": "3"], branch: "feature", parent: .none)
        #expect(try await mirror.fetch(.branch("feature")).tip == three)
    }

    @Test func rewritten() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        let two = try await repository.commit("two", ["a": "2"])
        let mirror = try await mirror()
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: two, previous: nil, isRewritten: false))
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: two, previous: two, isRewritten: false))
        let three = try await repository.commit("three", ["a": "3"])
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: three, previous: two, isRewritten: false))
        let other = try await repository.commit("other", ["a": "4"], parent: .commit(one))
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: other, previous: three, isRewritten: true))
        // What was there before can still be read.
        #expect(try await mirror.commit(three).subject == "three")
    }

    @Test func emptyAndMissing() async throws {
        let mirror = try await mirror()
        await #expect { try await mirror.fetch(.branch("main")) } throws: { ($0 as? GitError)?.kind == .emptyRepository }
        let other = try await Mirror(path: folder.file("m2"), remote: GitRemote(url: "file:///nowhere/at/all", allowedSchemes: ["file"]))
        await #expect { try await other.fetch(.branch("main")) } throws: { ($0 as? GitError)?.kind == .notFound }
    }

    @Test func packsArePutTogether() async throws {
        let mirror = try await mirror()
        var tips: [ObjectID] = []
        for number in 0..<40 {
            tips.append(try await repository.commit("\(number)", ["a": .text("\(number)"), "f\(number)": .text("\(number)")]))
            _ = try await mirror.fetch(.branch("main"))
        }
        let packs = try await Subprocess.check("ls", [folder.file("mirror/objects/pack")]).split(separator: "\n").filter { $0.hasSuffix(".pack") }
        #expect(packs.count < 20, "\(packs.count)")
        let last = try #require(tips.last)
        #expect(try await mirror.log(from: last, notReachableFrom: nil, touching: ["a"], limit: 100).map(\.id) == tips.reversed())
        for (number, tip) in tips.enumerated() {
            let listing = try await mirror.tree(at: tip, under: "")
            #expect(listing.entries.count == number + 2)
            #expect(try await mirror.blobs(listing.entries.map(\.blob)).values.contains(Array("\(number)".utf8)))
        }
        // git's own opinion.
        try await Subprocess.check("git", ["fsck", "--strict"], environment: TestRepository.environment, folder: folder.file("mirror"))
    }

    @Test func sweepAndReopen() async throws {
        let one = try await repository.commit("one", ["a": "1"])
        var first: Mirror? = try await mirror()
        _ = try await first?.fetch(.branch("main"))
        await #expect("one at a time") { try await mirror() } throws: { "\($0)".contains("in use") }
        first = nil
        let left = ["mirror/objects/pack/tmp_pack_abc", "mirror/objects/pack/pack_git2_abc", "mirror/refs/heads/main.lock", "mirror/HEAD.lock", "mirror/packed-refs.lock"]
        for name in left { try folder.write(name, "x".utf8) }
        // The last reference to the first may still be on its thread.
        var second: Mirror?
        for _ in 0..<6000 where second == nil {
            second = try? await mirror()
            if second == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        for name in left { #expect(throws: (any Error).self, "\(name)") { try TemporaryFolder.read(folder.file(name)) } }
        let two = try await repository.commit("two", ["a": "2"])
        #expect(try await second?.fetch(.branch("main")) == FetchResult(tip: two, previous: one, isRewritten: false))
    }
}
