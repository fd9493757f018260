import Cluster
import Document
import Kubernetes

/// A resource whatever its version: where its objects are stored.
struct ResourceID: Sendable, Hashable, CustomStringConvertible, Comparable {
    var group: String
    var plural: String

    /// `deployments.apps`, `services`: as the server's texts write it.
    var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

    static func < (left: ResourceID, right: ResourceID) -> Bool {
        (left.group, left.plural) < (right.group, right.plural)
    }
}

/// What the server knows of a resource: its names, versions and subresources.
struct ResourceType: Sendable {
    var id: ResourceID
    /// Served versions, the preferred one first.
    var versions: [String]
    /// The version objects are stored in.
    var storageVersion: String
    var kind: String
    var singular: String
    var shortNames: [String]
    var categories: [String]
    var isNamespaced: Bool
    var hasStatus: Bool
    var scale: ScalePaths?
    /// Objects carry `metadata.generation`, which counts changes of what users ask for.
    var hasGeneration: Bool
    /// A reviewing resource only takes creates and stores nothing.
    var isStored = true
    /// Set for a resource that a CustomResourceDefinition made.
    var custom: CustomDefinition?

    /// Where objects live: the resource itself, except for Events, which two groups share.
    var storage: ResourceID { id == Self.newEvents ? Self.coreEvents : id }

    static let coreEvents = ResourceID(group: "", plural: "events")
    static let newEvents = ResourceID(group: "events.k8s.io", plural: "events")

    var group: String { id.group }
    var plural: String { id.plural }
    var verbs: [String] {
        isStored ? ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] : ["create"]
    }

    func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }
    func gvk(_ version: String) -> GroupVersionKind { GroupVersionKind(group: group, version: version, kind: kind) }

    /// Subresources that discovery lists besides the resource itself, with their verbs.
    var subresources: [Subresource] {
        var list: [Subresource] = []
        if hasStatus { list.append(Subresource(name: "status", kind: gvk(storageVersion), verbs: ["get", "patch", "update"])) }
        if scale != nil {
            let kind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
            list.append(Subresource(name: "scale", kind: kind, verbs: ["get", "patch", "update"]))
        }
        if group.isEmpty, plural == "pods" {
            let core = { GroupVersionKind(group: "", version: "v1", kind: $0) }
            list.append(Subresource(name: "binding", kind: core("Binding"), verbs: ["create"]))
            list.append(
                Subresource(
                    name: "eviction", kind: GroupVersionKind(group: "policy", version: "v1", kind: "Eviction"), verbs: ["create"]))
            list.append(Subresource(name: "log", kind: core("Pod"), verbs: ["get"]))
        }
        if group.isEmpty, plural == "namespaces" {
            list.append(Subresource(name: "finalize", kind: gvk("v1"), verbs: ["update"]))
        }
        return list
    }

    struct Subresource: Sendable {
        var name: String
        var kind: GroupVersionKind
        var verbs: [String]
    }
}

/// Where a scalable resource keeps what its scale subresource shows.
struct ScalePaths: Sendable {
    var specReplicas: [String]
    var statusReplicas: [String]
    /// A label selector as an object (built-in kinds) or as text (custom resources).
    var selector: [String]?
}
