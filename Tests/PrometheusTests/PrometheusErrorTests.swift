import Testing

@testable import Prometheus

@Suite struct PrometheusErrorTests {
    @Test func anErrorSaysItself() {
        #expect("\(PrometheusError(.query, "unknown function"))" == "unknown function")
    }
}
