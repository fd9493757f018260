package import Cluster
internal import Document
package import Kubernetes

/// A desired object, ready to be sent: its namespace decided, its owner written on it.
package struct Prepared: Sendable {
    package var object: Object
    package var origin: Origin
    package var policy: ObjectPolicy
    /// Nil while the server does not know the kind, for which a CRD may be on its way.
    package var resource: APIResource?
    package var digest: String

    package var key: ObjectKey { object.key }
}

/// What the server says about kinds; a function, so that planning needs no server.
package typealias ResourceLookup = @Sendable (GroupVersionKind) -> APIResource?

/// Puts namespace, label and tracking annotation on each object of a revision.
///
/// - Returns: The objects, and mistakes that only a server's knowledge of kinds shows.
package func prepare(
    _ desired: Desired, resources: ResourceLookup, digest: FingerprintKey
) -> (prepared: [Prepared], problems: [RenderProblem]) {
    var prepared: [Prepared] = []
    var problems: [RenderProblem] = []
    var places: [ObjectKey: Origin] = [:]
    var twice: Set<ObjectKey> = []
    // A custom resource in the same commit as its definition: the definition knows whether it has a namespace.
    var definitions: [GroupKind: Bool] = [:]
    for item in desired.objects where item.object.kind == "CustomResourceDefinition" {
        guard let group = item.object.value[path: "spec", "group"]?.string,
            let kind = item.object.value[path: "spec", "names", "kind"]?.string
        else { continue }
        definitions[GroupKind(group: group, kind: kind)] = item.object.value[path: "spec", "scope"]?.string == "Namespaced"
    }
    for item in desired.objects {
        var object = inAcceptedForm(item.object)
        let resource = resources(object.gvk)
        let isNamespaced = resource?.isNamespaced ?? definitions[object.groupKind] ?? !object.namespace.isEmpty
        if !isNamespaced {
            object.namespace = ""
        } else if object.namespace.isEmpty {
            object.namespace = desired.spec.namespace ?? "default"
        }
        if let other = places[object.key] {
            problems.append(
                RenderProblem(RenderError(.duplicate(object.key, other: other), origin: item.origin), isBlocking: false))
            // Which of the two is meant cannot be known: neither is touched.
            twice.insert(object.key)
            continue
        }
        places[object.key] = item.origin
        object.value[path: "metadata", "labels", MartletAnnotations.application] = .string(desired.spec.name)
        object.value[path: "metadata", "annotations", MartletAnnotations.tracking] = .string(
            Tracking(application: desired.spec.name, key: object.key).description)
        // What a server writes must not be applied: a copied live object carries it.
        object.dropServerFields()
        prepared.append(
            Prepared(
                object: object, origin: item.origin, policy: item.policy, resource: resource,
                digest: digest.digest(object.value)))
    }
    prepared.removeAll { twice.contains($0.key) }
    return (prepared, problems)
}
