import Basics
import FoundationEssentials
import Registry
import TestKit
import Testing

@Suite struct TagStoreTests {
    let folder: TemporaryFolder
    let repository = ImageRepository(registry: "r.io", path: "a/b")

    init() throws { folder = try TemporaryFolder("martlet-tags") }

    static let moment = Timestamp(milliseconds: 1_700_000_000_123)

    @Test func survivesARestart() async throws {
        let list = TagList(repository: repository, tags: [ImageTag("1"), ImageTag("2", digest: "sha256:ab", builtAt: Self.moment)], fetchedAt: Self.moment)
        let details = ImageDetails(digest: "sha256:ab", builtAt: nil, platforms: ["linux/amd64", "linux/arm64"])
        do {
            let store = try TagStore(path: folder.file("tags.sqlite"))
            #expect(await store.list(of: repository) == nil)
            await store.save(list)
            await store.save(details, of: repository)
        }
        let store = try TagStore(path: folder.file("tags.sqlite"))
        #expect(await store.list(of: repository) == list)
        #expect(await store.details(of: "sha256:ab", in: repository) == details)
        #expect(await store.details(of: "sha256:ab", in: ImageRepository(registry: "r.io", path: "other")) == nil)
        await store.dropDetails(of: repository, except: [])
        #expect(await store.details(of: "sha256:ab", in: repository) == nil)
        await store.dropRepositories(except: [])
        #expect(await store.list(of: repository) == nil)
        #expect(store.problem == nil)
    }

    @Test(arguments: [Array("this is not a database, however long it may be".utf8), Array("SQLite format 3\0".utf8) + Array(repeating: 0xff, count: 8192)])
    func aDamagedFileIsMadeAnew(_ bytes: [UInt8]) async throws {
        try folder.write("tags.sqlite", bytes)
        let store = try TagStore(path: folder.file("tags.sqlite"))
        await store.save(TagList(repository: repository, tags: [ImageTag("1")], fetchedAt: Self.moment))
        #expect(await store.list(of: repository)?.tags == [ImageTag("1")])
        #expect(try TemporaryFolder.read(folder.file("tags.sqlite.damaged")) == bytes)
    }

    @Test func keepsAtMostTwentyThousandTags() async throws {
        let store = try TagStore(path: nil)
        await store.save(TagList(repository: repository, tags: (0..<20_001).map { ImageTag("t\($0)") }, fetchedAt: Self.moment))
        #expect(await store.list(of: repository)?.tags.count == 20_000)
    }

    /// The first start of a machine.
    @Test func makesItsFolder() async throws {
        let store = try TagStore(path: folder.file("cache/martlet/tags.sqlite"))
        await store.save(TagList(repository: repository, tags: [ImageTag("1")], fetchedAt: Self.moment))
        #expect(store.problem == nil)
        #expect(await store.list(of: repository)?.tags == [ImageTag("1")])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("cache/martlet"))[.posixPermissions]
        #expect("\(mode ?? 0)" == "\(0o700)")
    }

    @Test func saysWhereItCannotBe() throws {
        try folder.write("file", [])
        #expect(throws: RegistryError.self) { try TagStore(path: folder.file("file/tags.sqlite")) }
    }
}
