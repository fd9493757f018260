import Chart
import Kubernetes
import Testing

@testable import Delivery

@Suite struct InputDigestTests {
    private static func part(_ path: String, _ files: [SourceFile]) -> Layout.Part {
        Layout.Part(spec: ApplicationSpec(name: "web", path: path, origin: Origin(file: "martlet.yaml", line: 1)), form: .chart, files: files)
    }

    /// Another archive under the same name is another release, whatever the last render read of it.
    @Test func packedCharts() {
        let path = "charts/web.tgz"
        let digests = ["1", "2"].map { inputDigest(Self.part(path, [SourceFile(path: path, digest: $0)]), reads: ReadSet()) }
        #expect(digests.first != digests.last)
    }

    /// Of a folder only what was read counts.
    @Test(arguments: [("templates/a.yaml", true), ("values.yaml", true), ("README.md", false)])
    func folders(_ name: String, _ counts: Bool) {
        let digests = ["1", "2"].map { inputDigest(Self.part("web", [SourceFile(path: "web/\(name)", digest: $0)]), reads: ReadSet()) }
        #expect((digests.first != digests.last) == counts)
    }
}
