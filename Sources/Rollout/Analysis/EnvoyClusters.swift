internal import Document
package import Kubernetes

/// The names that Envoy Gateway gives to the clusters of an HTTPRoute that lead to one arm alone.
///
/// It makes one cluster for each rule, `httproute/NAMESPACE/NAME/rule/0`, and one
/// for each backend of a rule, with `/backend/0` behind it, where a rule's
/// backends differ in more than weight. Of a rule with both arms only the latter can be told apart.
/// Copies go to a cluster `httproute/NAMESPACE/NAME/rule/0-mirror-0`.
///
/// - Parameters:
///   - route: as it is in the cluster, the overlay in it.
///   - services: the arm's, in the route's namespace.
package func envoyClusters(_ route: Object, leadingTo services: Set<String>) -> [String] {
    let key = route.key
    let prefix = "\(key.kind.lowercased())/\(key.namespace)/\(key.name)/rule/"
    var clusters: [String] = []
    for (index, rule) in (route.value[path: "spec", "rules"]?.sequence ?? []).enumerated() {
        func leads(_ backend: Value) -> Bool {
            let kind = backend["kind"]?.string ?? "Service", namespace = backend["namespace"]?.string ?? key.namespace
            return kind == "Service" && namespace == key.namespace && services.contains(backend["name"]?.string ?? "")
        }
        let backends = (rule["backendRefs"]?.sequence ?? []).map(leads)
        if backends.contains(true), !backends.contains(false) { clusters.append("\(prefix)\(index)") }
        for (backend, isOurs) in backends.enumerated() where isOurs { clusters.append("\(prefix)\(index)/backend/\(backend)") }
        let mirrors = (rule["filters"]?.sequence ?? []).enumerated().filter { $0.element["type"]?.string == "RequestMirror" }
        for (count, mirror) in mirrors.enumerated() where mirror.element["requestMirror"]?["backendRef"].map(leads) ?? false {
            // By its place among the filters, or among those that mirror.
            clusters += Set([mirror.offset, count]).sorted().map { "\(prefix)\(index)-mirror-\($0)" }
        }
    }
    return clusters
}
