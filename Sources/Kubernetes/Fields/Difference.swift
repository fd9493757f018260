package import Document

/// One field in which two objects differ.
package struct Difference: Sendable, Hashable {
    /// In the second object; in the first for what only it has.
    package var path: DocumentPath
    /// Nil: not there before.
    package var from: Value?
    /// Nil: not there any more.
    package var to: Value?

    package init(path: DocumentPath, from: Value?, to: Value?) {
        self.path = path
        self.from = from
        self.to = to
    }
}

extension Difference: CustomStringConvertible {
    /// `spec.replicas: 2 → 3`
    package var description: String {
        func text(_ value: Value?) -> String { value.map { JSON.text($0) } ?? "absent" }
        return "\(path): \(text(from)) → \(text(to))"
    }
}

/// Which fields a comparison looks at.
package enum DifferenceScope: Sendable, Hashable {
    /// Those the desired object says something about: what the server filled in is no difference.
    case said
    /// Those of both: for two answers of the same server, such as live and dry run.
    case all
}

/// How a live object differs from the desired one.
///
/// A field-by-field comparison of a manifest with what the server made of it
/// shows differences that are none: the server leaves out null, `{}`, `[]`, `""`,
/// 0 and false, rewrites quantities (`1000m` becomes `1`), and turns `stringData`
/// into `data`. So those are taken as equal, lists are compared by their merge
/// keys, and what the server sets is left out. Without a schema the one of the
/// built-in kind is taken, else items are told apart by their names.
package func differences(
    _ live: Value, _ desired: Value, schema: Schema? = nil, scope: DifferenceScope = .said
) -> [Difference] {
    let gvk = GroupVersionKind(apiVersion: desired["apiVersion"]?.string ?? "", kind: desired["kind"]?.string ?? "")
    var finder = DifferenceFinder(scope: scope)
    finder.compare(
        comparable(live), comparable(desired), schema ?? Schema.builtIn(for: gvk), at: DocumentPath())
    return finder.found
}

/// Metadata that only the server writes.
private let serverMetadata: Set<String> = [
    "managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "deletionTimestamp",
    "deletionGracePeriodSeconds",
]

/// Annotations that controllers and kubectl write by themselves.
private let serverAnnotations: Set<String> = [
    "kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation",
    "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller", "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
]

/// The part of an object that a comparison is about.
private func comparable(_ object: Value) -> Value {
    guard var mapping = object.mapping else { return object }
    mapping["status"] = nil
    mapping["apiVersion"] = nil
    mapping["kind"] = nil
    if var metadata = mapping["metadata"]?.mapping {
        metadata.removeAll { serverMetadata.contains($0.key) }
        if var annotations = metadata["annotations"]?.mapping {
            annotations.removeAll { serverAnnotations.contains($0.key) }
            metadata["annotations"] = .mapping(annotations)
        }
        mapping["metadata"] = .mapping(metadata)
    }
    if object["kind"]?.string == "Secret", object["apiVersion"]?.string == "v1", let texts = mapping["stringData"]?.mapping {
        var data = mapping["data"]?.mapping ?? [:]
        for entry in texts { data[entry.key] = .string(Base64.encode(Array((entry.value.string ?? "").utf8))) }
        mapping["stringData"] = nil
        mapping["data"] = .mapping(data)
    }
    return .mapping(mapping)
}
