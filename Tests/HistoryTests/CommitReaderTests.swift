import Delivery
import Git
import TestKit
import Testing

@testable import History

/// Whose commit a deploy is.
@Suite struct CommitReaderTests {
    private let folder: TemporaryFolder
    private let reader: CommitReader
    private var commits: [String] = []

    init() async throws {
        folder = try TemporaryFolder("commit-reader")
        let repository = try await TestRepository(in: folder)
        let files = ["web.yaml", "other.yaml", "web.yaml", "other.yaml"]
        for (number, file) in files.enumerated() { commits.append("\(try await repository.commit("\(number)", [file: .init(stringLiteral: "a: \(number)\n")]))") }
        let mirror = SharedMirror(
            path: folder.file("mirror.git"), remote: GitRemote(url: "file://\(repository.path)", credentials: .none, allowedSchemes: ["file"]))
        _ = try await mirror.open().fetch(.branch("main"))
        reader = CommitReader(mirror: mirror)
    }

    /// Commits by their number: what was applied before (-1: nothing), what is, the files, and who is named.
    static let cases: [(Int, Int, [String], [Int])] = [
        (0, 3, ["web.yaml"], [2]), (0, 3, ["web.yaml", "other.yaml"], [3, 2, 1]), (1, 2, ["web.yaml"], [2]),
        // None of them touched it: nobody.
        (2, 3, ["web.yaml"], []), (0, 3, ["nothing.yaml"], []), (0, 3, [], []),
        // Applied again.
        (2, 2, ["web.yaml"], [2]), (3, 3, ["web.yaml"], []),
        // The first deploy.
        (-1, 3, ["web.yaml"], [2]), (-1, 3, ["nothing.yaml"], [3]), (-1, 3, [], [3]),
    ]

    @Test(arguments: cases) func who(_ previous: Int, _ commit: Int, _ files: [String], _ expected: [Int]) async throws {
        let base = commits.indices.contains(previous) ? commits[previous] : ""
        for _ in 0..<2 {
            let found = await reader.between(base, commits[commit], touching: files)
            #expect(found.map(\.subject) == expected.map(String.init))
        }
    }

    @Test func whatCannotBeReadIsNobodys() async throws {
        let unknown = String(repeating: "d", count: 40)
        #expect(await reader.between(unknown, commits[3], touching: ["web.yaml"]).isEmpty)
        #expect(await reader.between(commits[0], unknown, touching: ["web.yaml"]).isEmpty)
    }
}
