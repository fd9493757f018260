package import Basics
package import Delivery
package import HTTP
internal import Prometheus

/// A metrics server that answers every query with the one number it was told.
package final class MetricDouble: HTTPTransport {
    private let number = Locked(0.0)

    package init() {}

    package func set(_ value: Double) { number.withLock { $0 = value } }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let value = number.withLock { $0 }
        let text = #"{"status":"success","data":{"resultType":"scalar","result":[0,"\#(value)"]}}"#
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: HTTPBody(Array(text.utf8)))
    }

    /// For one operator; the next begins with nothing remembered.
    package func analysis(time: any TimeSource) throws -> RolloutAnalysis {
        RolloutAnalysis(
            watch: MetricWatch(client: try PrometheusClient(transport: self, settings: PrometheusSettings(url: "http://metrics.invalid")), time: time), defaults: [])
    }
}
