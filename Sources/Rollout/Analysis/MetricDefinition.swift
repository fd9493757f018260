/// A metric by which both versions are judged: built in, or from a `Metric` document.
package struct MetricDefinition: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Failed requests, from whatever series there are for these pods and Services.
        case errors
        /// Requests slower than the stable version's 99th percentile at the start.
        case latency
        /// Two counters; with `max` their ratio is held against it, else against the stable version's.
        case counts(requests: QueryTemplate, bad: QueryTemplate, max: Double?)
        /// One number with limits.
        case value(QueryTemplate, max: Double?, min: Double?)
    }

    package var name: String
    package var kind: Kind

    package init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }

    package static let errors = MetricDefinition(name: "errors", kind: .errors)
    package static let latency = MetricDefinition(name: "latency", kind: .latency)
    package static let builtIn = [errors, latency]
}
