internal import Basics
internal import Delivery
internal import Document
internal import Kubernetes

/// Who set what git does not say.
extension Past {
    static func add(_ live: Object, to report: inout BlameReport, _ lineage: Lineage) {
        let managed = (try? ManagedFields(of: live)) ?? ManagedFields()
        var wanted = lineage.sight.object
        if wanted.namespace.isEmpty { wanted.namespace = live.namespace }
        let said = Dictionary(report.fields.enumerated().map { ($1.path, $0) }) { first, _ in first }
        let differing = differences(live.value, wanted.value).map(\.path)
        let shown = Mask().shown(live)
        for leaf in FieldTree(live).leaves where !isServers(leaf.path) {
            let path = text(leaf.path)
            let value = JSON.text(shown.value[leaf.place] ?? .string(secretMask))
            if let index = said[path] {
                guard lineage.tree.leaves.indices.contains(index) else { continue }
                let place = lineage.tree.leaves[index].place.steps
                guard differing.contains(where: { place.starts(with: $0.steps) || $0.steps.starts(with: place) }) else { continue }
                let git = report.fields[index].text
                let owner = owner(of: leaf.path, managed)
                report.fields[index].text = value
                report.fields[index].origin += " says \(git)"
                (report.fields[index].manager, report.fields[index].managedAt) = (owner?.manager ?? serverDefault, owner?.time)
            } else {
                let owner = owner(of: leaf.path, managed)
                report.fields.append(
                    BlameReport.Field(
                        path: path, text: value, commit: nil, manager: owner?.manager ?? serverDefault, managedAt: owner?.time, origin: "the cluster"))
            }
        }
    }

    private static let serverDefault = "server default"

    /// What every object has from the server, and what it says of itself.
    private static func isServers(_ path: FieldPath) -> Bool {
        guard case .field(let first)? = path.elements.first else { return true }
        if first == "status" { return true }
        guard first == "metadata", case .field(let second)? = path.elements.dropFirst().first else { return false }
        return ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"].contains(second)
    }

    /// The last one that wrote it; where a list or mapping is owned whole, its owner.
    private static func owner(of path: FieldPath, _ managed: ManagedFields) -> ManagedFields.Entry? {
        let entries = managed.entries.filter { $0.subresource != "status" }
        for length in stride(from: path.elements.count, to: 0, by: -1) {
            let prefix = FieldPath(Array(path.elements.prefix(length)))
            let owners = entries.filter { entry in
                length == path.elements.count ? entry.fields.contains(prefix) : entry.fields.leaves.contains(prefix)
            }
            if let owner = owners.max(by: { $0.time ?? "" < $1.time ?? "" }) { return owner }
        }
        return nil
    }
}
