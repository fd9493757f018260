internal import Document

extension Object {
    /// Which pods are a workload's, by its `spec.selector`, labels and expressions alike.
    ///
    /// Nil where it has none, or one that nobody can read: an empty selector would mean all of the namespace.
    package var podSelector: LabelSelector? {
        guard let value = value[path: "spec", "selector"], let selector = try? LabelSelector(value), !selector.isEmpty else { return nil }
        return selector
    }
}
