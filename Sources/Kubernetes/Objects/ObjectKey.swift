/// An API group and kind, without a version: what an object is, whichever
/// version someone speaks of it in. The core group is "".
package struct GroupKind: Sendable, Hashable, CustomStringConvertible {
    package var group: String
    package var kind: String

    package init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }

    /// `Deployment.apps`, `Service`: as kubectl writes it.
    package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
}

package struct GroupVersionKind: Sendable, Hashable, CustomStringConvertible {
    package var group: String
    package var version: String
    package var kind: String

    package init(group: String, version: String, kind: String) {
        self.group = group
        self.version = version
        self.kind = kind
    }

    /// From `apps/v1` and `Deployment`.
    package init(apiVersion: String, kind: String) {
        if let slash = apiVersion.lastIndex(of: "/") {
            self.init(
                group: String(apiVersion[..<slash]), version: String(apiVersion[apiVersion.index(after: slash)...]), kind: kind)
        } else {
            self.init(group: "", version: apiVersion, kind: kind)
        }
    }

    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
    package var description: String { "\(apiVersion) \(kind)" }
}

/// The identity of an object in a cluster; the namespace is "" for one that has none.
package struct ObjectKey: Sendable, Hashable {
    package var group: String
    package var kind: String
    package var namespace: String
    package var name: String

    package init(group: String, kind: String, namespace: String, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
}

extension ObjectKey: CustomStringConvertible {
    /// `deployment.apps/front-end -n sock-shop`: what a user can paste behind kubectl.
    package var description: String {
        let noun = kind.lowercased() + (group.isEmpty ? "" : ".\(group)")
        return "\(noun)/\(name)" + (namespace.isEmpty ? "" : " -n \(namespace)")
    }
}

extension ObjectKey: Comparable {
    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.group, left.kind, left.namespace, left.name) < (right.group, right.kind, right.namespace, right.name)
    }
}
