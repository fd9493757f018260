import Delivery
import Document
import Kubernetes
import Rollout
import Testing

/// Documents of the kind `Metric` in `martlet.yaml`.
@Suite struct MetricDocumentTests {
    private func read(_ spec: String, name: String = "queue-lag", path: String = "apps/martlet.yaml") throws -> [MetricDocument] {
        let text = "apiVersion: martlet.dev/v1alpha1\nkind: Metric\nmetadata: {name: \(name)}\nspec:\n  \(spec.replacing("\n", with: "\n  "))\n"
        return try ApplicationFile.read(Array(text.utf8), path: path).metrics
    }

    @Test func bothForms() throws {
        let value = try #require(try read("query: max(lag{namespace=\"{{namespace}}\"})\nmax: 30\nmin: -1.5").first)
        #expect(value.origin.description == "apps/martlet.yaml:1")
        #expect(value.definition == MetricDefinition(name: "queue-lag", kind: .value(try QueryTemplate("max(lag{namespace=\"{{namespace}}\"})"), max: 30, min: -1.5)))
        let counts = try #require(try read("requests: jobs_total{pod=~\"{{pods}}\"}\nbad: jobs_failed_total{pod=~\"{{pods}}\"}\nmax: 0.02").first)
        let requests = try QueryTemplate("jobs_total{pod=~\"{{pods}}\"}"), bad = try QueryTemplate("jobs_failed_total{pod=~\"{{pods}}\"}")
        #expect(counts.definition.kind == .counts(requests: requests, bad: bad, max: 0.02))
    }

    static let mistakes: [(String, Int, String)] = [
        ("query: up\nmaxx: 3", 6, "unknown field \"spec.maxx\", did you mean \"max\"?"),
        ("query: up", 5, "neither \"max\" nor \"min\""),
        ("query: up\nmax: high", 6, "\"spec.max\" is a string, expected a number"),
        ("query: up\nmax: 1\nmin: 2", 7, "\"min\" is above \"max\""),
        ("query: up\nmax: 1\nbad: x", 7, "either \"query\" or \"requests\" and \"bad\""),
        ("max: 1", 4, "needs a \"query\", or \"requests\" and \"bad\""),
        ("query: 5\nmax: 1", 5, "\"spec.query\" is an integer, expected a string"),
        ("query: \"\"\nmax: 1", 5, "\"query\" is no query: it is empty"),
        ("query: up{a=\"{{namespce}}\"}\nmax: 1", 5, "there is no {{namespce}}, did you mean {{namespace}}?"),
        ("query: up{a={{namespace}}}\nmax: 1", 5, "stands outside of a string"),
        ("query: up{a=\"{{pods}}\"}\nmax: 1", 5, "{{pods}} is a pattern: write =~ before it"),
        ("requests: a\nbad: b{pod=~\"{{pods}}\"}", 5, "does not tell the new version from the old"),
        ("requests: a{pod=~\"{{pods}}\"}\nbad: b{pod=~\"{{pods}}\"}\nmax: 2", 7, "\"max\" is a share"),
        ("requests: a{pod=~\"{{pods}}\"}\nbad: b{pod=~\"{{pods}}\"}\nmin: 0.1", 7, "\"min\" goes with \"query\" alone"),
    ]

    @Test(arguments: mistakes) func mistakesHaveTheirPlace(_ spec: String, _ line: Int, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try read(spec) }
        #expect(error.description.contains(says), "\(error)")
        #expect(error.origin?.line == line, "\(error)")
    }

    @Test(arguments: [("errors", "is built in"), ("Lag", "no name for a metric"), ("\"\"", "no name for a metric")])
    func names(_ name: String, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try read("query: up\nmax: 1", name: name) }
        #expect(error.description.contains(says) && error.origin?.line == 3, "\(error)")
    }

    @Test func twiceInOneFile() throws {
        let one = "apiVersion: martlet.dev/v1alpha1\nkind: Metric\nmetadata: {name: a}\nspec: {query: up, max: 1}\n"
        let error = try #require(throws: RenderError.self) { try ApplicationFile.read(Array((one + "---\n" + one).utf8), path: "martlet.yaml") }
        #expect(error.description.contains("metric \"a\" is declared twice, the other time in martlet.yaml:1"), "\(error)")
        let unknown = try #require(throws: RenderError.self) { try ApplicationFile.read(Array(one.replacing("Metric", with: "Metrik").utf8), path: "martlet.yaml") }
        #expect(unknown.description.contains("kind is \"Metrik\", did you mean \"Metric\"?") && unknown.origin?.line == 2, "\(unknown)")
    }

    private func metric(_ name: String, _ file: String, max: Double = 1) throws -> MetricDocument {
        MetricDocument(definition: MetricDefinition(name: name, kind: .value(try QueryTemplate("up"), max: max, min: nil)), origin: Origin(file: file, line: 1))
    }

    @Test func theyHoldForTheirFolder() throws {
        var web = ApplicationSpec(name: "web", path: "charts/web", origin: Origin(file: "apps/martlet.yaml", line: 1))
        web.annotations = ["martlet.dev/analysis": "errors, lag"]
        let metrics = [
            try metric("lag", "martlet.yaml"), try metric("lag", "apps/martlet.yaml", max: 2), try metric("other", "db/martlet.yaml"), try metric("own", "charts/web/martlet.yaml"),
        ]
        let layout = Layout.divide(files("charts/web/a.yaml", "db/b.yaml"), root: "", name: "rest", declared: [web], metrics: metrics)
        #expect(layout.problems.isEmpty)
        #expect(layout.parts.map(\.spec.name) == ["rest", "web"])
        #expect(layout.parts.last?.spec.metrics == [metrics[1].definition, metrics[3].definition])
        #expect(layout.parts.first?.spec.metrics.map(\.name) == ["lag"])
    }

    @Test func whatNobodyKnowsIsRefused() throws {
        var web = ApplicationSpec(name: "web", path: "web", origin: Origin(file: "web/martlet.yaml", line: 7))
        web.annotations = ["martlet.dev/analysis": "errors,lg"]
        let layout = Layout.divide(files("web/a.yaml"), root: "", name: "rest", declared: [web], metrics: [try metric("lag", "martlet.yaml")])
        let problem = try #require(layout.problems["web"]?.first)
        #expect(problem.description.contains("there is no metric \"lg\", did you mean \"lag\"?") && problem.origin?.line == 7, "\(problem)")
    }
}
