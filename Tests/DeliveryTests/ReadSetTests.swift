import Chart
import Delivery
import Testing

/// A new commit renders an application again only when it changed what the render read.
@Suite("Read sets") struct ReadSetTests {
    private static let chart: [String: String] = [
        "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n", "c/README.md": "old", "c/conf/a": "1", "c/prod.yaml": "x: 1",
        "c/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n{{ (.Files.Glob \"conf/*\").AsConfig | indent 2 }}",
    ]

    private static let changes: [(String, String, Bool)] = [
        ("c/README.md", "new", false), ("c/docs/more.md", "new", false), ("c/conf/a", "2", true), ("c/conf/b", "new", true),
        ("c/templates/b.yaml", "", true), ("c/values.yaml", "a: 1", true), ("c/prod.yaml", "x: 2", false),
    ]

    @Test(arguments: changes)
    func aChangeOfOneFile(_ path: String, _ content: String, _ counts: Bool) async throws {
        let before = try await desired(Self.chart)
        #expect(before.problems.isEmpty)
        let tree = TextTree(texts: Self.chart.merging([path: content]) { $1 })
        let part = try #require(try await scan(tree, root: "", name: "shop").parts.first)
        #expect((inputDigest(part, reads: before.reads) != before.inputDigest) == counts)
        #expect(inputDigest(part, reads: nil) != before.inputDigest)
    }

    @Test func aNamedValuesFileIsRead() async throws {
        var texts = Self.chart
        texts["martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  path: c\n  helm: {valuesFiles: [prod.yaml]}\n"
        let one = try await desired(texts)
        texts["c/prod.yaml"] = "x: 3"
        let other = try await desired(texts)
        #expect(one.problems.isEmpty && one.inputDigest != other.inputDigest)
        #expect(one.readSet.keys.contains("c/prod.yaml") && !one.readSet.keys.contains("c/README.md"))
    }
}
