internal import Document
package import Kubernetes
package import Rollout

/// A document of the kind `Metric` in a `martlet.yaml`: a name for a query, so
/// that `martlet.dev/analysis` can name it.
///
///     apiVersion: martlet.dev/v1alpha1
///     kind: Metric
///     metadata: {name: queue-lag}
///     spec:
///       query: max(queue_lag_seconds{namespace="{{namespace}}"})
///       max: 30
///
/// With `requests` and `bad` in place of `query`, two counters are compared
/// between both versions, or held against the share `max`. It holds for the
/// applications of its file, and for those in its folder and below.
package struct MetricDocument: Sendable, Hashable {
    package var definition: MetricDefinition
    package var origin: Origin

    package init(definition: MetricDefinition, origin: Origin) { (self.definition, self.origin) = (definition, origin) }

    /// Of several of one name the one in the innermost folder.
    static func holding(for spec: ApplicationSpec, among metrics: [MetricDocument]) -> [MetricDefinition] {
        var nearest: [String: MetricDocument] = [:]
        for metric in metrics {
            let home = folder(of: metric.origin.file)
            guard isInside(spec.path, home) || isInside(spec.origin.file, home) else { continue }
            if let other = nearest[metric.definition.name], folder(of: other.origin.file).count >= home.count { continue }
            nearest[metric.definition.name] = metric
        }
        return nearest.values.map(\.definition).sorted { $0.name < $1.name }
    }
}

extension ApplicationFile {
    static func metric(_ root: FieldReader) throws(RenderError) -> MetricDocument {
        let metadata = try root.mapping("metadata", required: true)
        try metadata.allow(["name"])
        let name = try metadata.string("name", required: true) ?? ""
        guard isLabelName(name) else {
            throw metadata.error("name", "\"\(name)\" is no name for a metric: lower case letters, digits and \"-\", at most 50")
        }
        guard !MetricDefinition.builtIn.contains(where: { $0.name == name }) else {
            throw metadata.error("name", "the metric \"\(name)\" is built in: choose another name")
        }
        let fields = try root.mapping("spec", required: true)
        try fields.allow(["query", "requests", "bad", "max", "min"])
        let max = try fields.number("max"), min = try fields.number("min")
        let kind: MetricDefinition.Kind
        if let query = try template("query", fields) {
            for key in ["requests", "bad"] where fields.value[key] != nil {
                throw fields.error(key, "a metric has either \"query\" or \"requests\" and \"bad\"")
            }
            guard max != nil || min != nil else { throw fields.error("query", "\"spec\" has neither \"max\" nor \"min\", so the value can never be wrong") }
            if let max, let min, min > max { throw fields.error("min", "\"min\" is above \"max\", so the value can never be right") }
            kind = .value(query, max: max, min: min)
        } else {
            guard let requests = try template("requests", fields), let bad = try template("bad", fields) else {
                throw fields.error("spec", "\"spec\" needs a \"query\", or \"requests\" and \"bad\"")
            }
            for (key, query) in [("requests", requests), ("bad", bad)] where !query.namesArm {
                throw fields.error(key, "the query does not tell the new version from the old: write pod=~\"{{pods}}\" in it, for example")
            }
            if fields.value["min"] != nil { throw fields.error("min", "\"min\" goes with \"query\" alone") }
            if let max, max <= 0 || max >= 1 { throw fields.error("max", "\"max\" is a share of the requests here, between 0 and 1") }
            kind = .counts(requests: requests, bad: bad, max: max)
        }
        return MetricDocument(definition: MetricDefinition(name: name, kind: kind), origin: root.origin)
    }

    private static func template(_ key: String, _ fields: FieldReader) throws(RenderError) -> QueryTemplate? {
        guard let text = try fields.string(key) else { return nil }
        do throws(QueryTemplate.Problem) {
            return try QueryTemplate(text)
        } catch {
            throw fields.error(key, "\"\(key)\" is no query: \(error)")
        }
    }
}
