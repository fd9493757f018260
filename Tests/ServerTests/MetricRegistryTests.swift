import Metrics
import Server
import Testing

/// Prometheus' text format.
@Suite struct MetricRegistryTests {
    @Test func kindsAndOrder() {
        let registry = MetricRegistry()
        registry.makeMeter(label: "b", dimensions: []).set(2.5)
        let counter = registry.makeCounter(label: "a_total", dimensions: [("x", "2")])
        counter.increment(by: 1)
        counter.increment(by: 2)
        registry.makeCounter(label: "a_total", dimensions: [("x", "1")]).increment(by: 1)
        registry.makeTimer(label: "c_seconds", dimensions: [("y", "z")]).recordNanoseconds(1_500_000_000)
        registry.makeTimer(label: "c_seconds", dimensions: [("y", "z")]).recordNanoseconds(500_000_000)
        #expect(
            registry.exposition() == """
                # TYPE a_total counter
                a_total{x="1"} 1
                a_total{x="2"} 3
                # TYPE b gauge
                b 2.5
                # TYPE c_seconds summary
                c_seconds_sum{y="z"} 2
                c_seconds_count{y="z"} 2

                """)
        counter.reset()
        #expect(!registry.exposition().contains("x=\"2\""))
    }

    @Test func help() {
        let registry = MetricRegistry(help: ["a": "One \\ two\nthree \"four\".", "b": "Not there."])
        for (label, x) in [("a", "1"), ("a", "2"), ("c", "1")] { registry.makeMeter(label: label, dimensions: [("x", x)]).set(Int64(1)) }
        #expect(registry.exposition() == "# HELP a One \\\\ two\\nthree \"four\".\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\n# TYPE c gauge\nc{x=\"1\"} 1\n")
    }

    /// swift-metrics' `Gauge` is a recorder that does not aggregate.
    @Test func gauges() {
        let registry = MetricRegistry()
        let gauge = registry.makeRecorder(label: "a", dimensions: [], aggregate: false)
        for value in [3.0, 1.5] { gauge.record(value) }
        registry.makeRecorder(label: "b", dimensions: [], aggregate: true).record(Int64(2))
        #expect(registry.exposition() == "# TYPE a gauge\na 1.5\n# TYPE b summary\nb_sum 2\nb_count 1\n")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\"b", "a\\\"b"), ("a\\b", "a\\\\b"), ("a\nb", "a\\nb"), ("a\r\nb", "a\r\\nb"), ("ä{},=", "ä{},="), ("", ""),
    ]) func escaping(_ value: String, _ written: String) {
        let registry = MetricRegistry()
        registry.makeCounter(label: "a_total", dimensions: [("x", value)]).increment(by: 1)
        #expect(registry.exposition() == "# TYPE a_total counter\na_total{x=\"\(written)\"} 1\n")
    }

    @Test(arguments: [("http.requests", "http_requests"), ("1a", "_1a"), ("a:b", "a:b"), ("ä-b", "__b")])
    func names(_ name: String, _ written: String) {
        let registry = MetricRegistry()
        registry.makeCounter(label: name, dimensions: []).increment(by: 1)
        #expect(registry.exposition() == "# TYPE \(written) counter\n\(written) 1\n")
    }

    @Test(arguments: [(Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (.nan, "NaN"), (0.1, "0.1"), (1e300, "1e+300"), (-3, "-3")])
    func numbers(_ value: Double, _ written: String) {
        let registry = MetricRegistry()
        registry.makeMeter(label: "a", dimensions: []).set(value)
        #expect(registry.exposition() == "# TYPE a gauge\na \(written)\n")
    }
}
