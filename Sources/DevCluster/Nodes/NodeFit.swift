internal import Document
package import Kubernetes

/// Which nodes a pod may run on: node name, selector, required node affinity and taints.
///
/// Requests and limits do not count: simulated nodes are as large as they need to be.
package struct NodeFit: Sendable {
    private let selector: Mapping
    private let terms: [Value]?
    private let tolerations: [Value]

    package init(_ pod: Object) {
        selector = pod.mapping("spec", "nodeSelector")
        let required = pod.value[path: "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        terms = required?["nodeSelectorTerms"]?.sequence
        tolerations = pod.sequence("spec", "tolerations")
    }

    /// The one node the affinity names, as a DaemonSet's pods have it.
    package var pinned: String? {
        for term in terms ?? [] {
            for field in term["matchFields"]?.sequence ?? [] where field["key"]?.string == "metadata.name" {
                if let name = field["values"]?[0]?.string { return name }
            }
        }
        return nil
    }

    /// - Parameter daemon: a DaemonSet's pod also goes to nodes that are cordoned.
    package func admits(_ node: Object, asDaemon daemon: Bool = false) -> Bool { refusal(node, asDaemon: daemon) == nil }

    /// Why a node is no place for the pod, in the scheduler's words; nil when it is.
    package func refusal(_ node: Object, asDaemon daemon: Bool = false) -> String? {
        if node.bool("spec", "unschedulable"), !daemon, !tolerates("node.kubernetes.io/unschedulable", "", "NoSchedule") {
            return "node(s) were unschedulable"
        }
        let labels = node.labels
        let matches = selector.allSatisfy { labels[$0.key]?.string == $0.value.string }
        if !matches || !(terms.map { $0.contains { term in self.matches(term, node) } } ?? true) {
            return "node(s) didn't match Pod's node affinity/selector"
        }
        for taint in node.sequence("spec", "taints") {
            let key = taint["key"]?.string ?? "", effect = taint["effect"]?.string ?? ""
            // The node's own state: a simulated node is well as soon as it is registered.
            if key.hasPrefix("node.kubernetes.io/") || effect == "PreferNoSchedule" { continue }
            if !tolerates(key, taint["value"]?.string ?? "", effect) { return "node(s) had untolerated taint {\(key): \(taint["value"]?.string ?? "")}" }
        }
        return nil
    }

    private func tolerates(_ key: String, _ value: String, _ effect: String) -> Bool {
        tolerations.contains { toleration in
            if let wanted = toleration["effect"]?.string, !wanted.isEmpty, wanted != effect { return false }
            let wantedKey = toleration["key"]?.string ?? ""
            let exists = toleration["operator"]?.string == "Exists"
            if wantedKey.isEmpty { return exists }
            return wantedKey == key && (exists || toleration["value"]?.string ?? "" == value)
        }
    }

    private func matches(_ term: Value, _ node: Object) -> Bool {
        let expressions = term["matchExpressions"]?.sequence ?? []
        let fields = term["matchFields"]?.sequence ?? []
        if expressions.isEmpty, fields.isEmpty { return false }
        return expressions.allSatisfy { holds($0, actual: node.label($0["key"]?.string ?? "")) }
            && fields.allSatisfy { holds($0, actual: $0["key"]?.string == "metadata.name" ? node.name : nil) }
    }

    private func holds(_ requirement: Value, actual: String?) -> Bool {
        let values = (requirement["values"]?.sequence ?? []).compactMap(\.string)
        switch requirement["operator"]?.string {
        case "In": return actual.map(values.contains) ?? false
        case "NotIn": return actual.map { !values.contains($0) } ?? true
        case "Exists": return actual != nil
        case "DoesNotExist": return actual == nil
        case "Gt", "Lt":
            guard let number = actual.flatMap({ Int64($0) }), let limit = values.first.flatMap({ Int64($0) }) else { return false }
            return requirement["operator"]?.string == "Gt" ? number > limit : number < limit
        default: return false
        }
    }
}
