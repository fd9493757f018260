internal import Basics
package import Kubernetes

/// The metrics that a workload's `martlet.dev/analysis` names, in its order.
///
/// - Parameter documents: the `Metric` documents that hold for its application.
/// - Throws: for a name that nobody knows, with the nearest one; before anything is applied.
package func metricDefinitions(
    named names: [String], documents: [MetricDefinition], workload: ObjectKey
) throws(RolloutError) -> [MetricDefinition] {
    let known = MetricDefinition.builtIn + documents
    var definitions: [MetricDefinition] = []
    for name in names {
        if let definition = known.first(where: { $0.name == name }) {
            definitions.append(definition)
            continue
        }
        throw RolloutError(unknownMetric(name, known: known.map(\.name)), workload: workload, annotation: MartletAnnotations.analysis)
    }
    return definitions
}

/// What to say of a metric that is neither built in nor written in a `martlet.yaml`.
package func unknownMetric(_ name: String, known: [String]) -> String {
    if let near = nearest(to: name, among: known) { return "there is no metric \"\(name)\", did you mean \"\(near)\"?" }
    let names = known.map { "\"\($0)\"" }.joined(separator: ", ")
    return "there is no metric \"\(name)\": there are \(names); write a document of the kind Metric in martlet.yaml for others"
}
