internal import Document
package import Kubernetes

/// The names that Envoy Gateway gives to the clusters of an HTTPRoute that lead to one arm alone.
///
/// It makes one cluster for each rule, `httproute/NAMESPACE/NAME/rule/0`, and one
/// for each backend of a rule, with `/backend/0` behind it, where a rule's
/// backends differ in more than weight. Of a rule with both arms only the latter can be told apart.
///
/// - Parameters:
///   - route: as it is in the cluster, the overlay in it.
///   - services: the arm's, in the route's namespace.
package func envoyClusters(_ route: Object, leadingTo services: Set<String>) -> [String] {
    let key = route.key
    let prefix = "\(key.kind.lowercased())/\(key.namespace)/\(key.name)/rule/"
    var clusters: [String] = []
    for (index, rule) in (route.value[path: "spec", "rules"]?.sequence ?? []).enumerated() {
        let leads = (rule["backendRefs"]?.sequence ?? []).map { backend in
            let kind = backend["kind"]?.string ?? "Service", namespace = backend["namespace"]?.string ?? key.namespace
            return kind == "Service" && namespace == key.namespace && services.contains(backend["name"]?.string ?? "")
        }
        guard leads.contains(true) else { continue }
        if !leads.contains(false) { clusters.append("\(prefix)\(index)") }
        for (backend, isOurs) in leads.enumerated() where isOurs { clusters.append("\(prefix)\(index)/backend/\(backend)") }
    }
    return clusters
}
