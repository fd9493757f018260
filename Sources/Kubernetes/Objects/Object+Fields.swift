package import Document

/// What many kinds have below `metadata`, `spec` and `status`.
extension Object {
    /// RFC 3339 in UTC, which sorts as text; "" for none.
    package var creationTimestamp: String { value[path: "metadata", "creationTimestamp"]?.string ?? "" }

    /// A number of objects or seconds: never negative, and held to the 32 bits that Kubernetes' own types have, so that sums
    /// of them do not overflow.
    package func count(_ path: String...) -> Int? { value[path: path]?.int.map { Int(min(max($0, 0), Int64(Int32.max))) } }

    /// Its controller has seen what was last written of it.
    package var isObserved: Bool { (value[path: "status", "observedGeneration"]?.int ?? 0) >= (generation ?? 0) }

    /// Whether the object with this `uid` is its controller.
    package func isControlled(by uid: String) -> Bool {
        guard !uid.isEmpty else { return false }
        return (value[path: "metadata", "ownerReferences"]?.sequence ?? []).contains {
            $0["uid"]?.string == uid && $0["controller"]?.bool == true
        }
    }
}

extension Value {
    /// The items of a `List`, `DeploymentList` and the like, as `kubectl get -o yaml` writes them; nil for any other document.
    package var listItems: [Value]? {
        guard let kind = self["kind"]?.string, kind.hasSuffix("List"), case .sequence(let items)? = self["items"] else { return nil }
        return items
    }
}
