import Basics
import Chart
import Delivery
import Testing

/// What is too large to be rendered is not read either.
@Suite struct LargePartTests {
    @Test(arguments: [(1, true), (20, false), (16, true)]) func nothingOfATooLargePartIsRead(_ mebibytes: Int, _ fits: Bool) throws {
        let files = ["a.yaml", "b.yaml"].map { SourceFile(path: $0, digest: "digest of \($0)", size: mebibytes << 20) }
        let part = try #require(Layout.divide(files, root: "", name: "shop", declared: []).parts.first)
        #expect(part.filesToRead == (fits ? files : []))
        guard !fits else { return }
        let desired = render(part, bytes: [:], revision: SourceRevision(reference: "main", commit: ""), context: RenderContext(now: Timestamp(milliseconds: 0)))
        #expect(desired.isBlocked)
        #expect(desired.problems.contains { "\($0)".contains("over 32 MiB") })
    }
}
