package import Document
package import Kubernetes

/// What an API server serves, at one moment: every resource type, and the parts it could not tell about.
package struct Discovery: Sendable {
    /// Groups in the server's order, in each group the preferred version first.
    package private(set) var resources: [APIResource] = []
    /// Group versions (`metrics.k8s.io/v1beta1`, or a group's name) whose server did not answer: what
    /// they hold is not known, which is not the same as nothing.
    package private(set) var failures: [String: ClusterError] = [:]

    private var byKind: [GroupVersionKind: Int] = [:]
    private var preferred: [GroupKind: Int] = [:]

    package init() {}

    /// Types come in order of preference; the first of a group and kind is its preferred version.
    package mutating func add(_ resource: APIResource) {
        guard byKind[resource.gvk] == nil else { return }
        resources.append(resource)
        byKind[resource.gvk] = resources.count - 1
        if preferred[resource.gvk.groupKind] == nil { preferred[resource.gvk.groupKind] = resources.count - 1 }
    }

    package mutating func fail(_ groupVersion: String, _ error: ClusterError) { failures[groupVersion] = error }

    package subscript(_ gvk: GroupVersionKind) -> APIResource? { byKind[gvk].map { resources[$0] } }
    package subscript(_ groupKind: GroupKind) -> APIResource? { preferred[groupKind].map { resources[$0] } }

    /// The failure that hides a group, where there is one.
    package func failure(ofGroup group: String) -> ClusterError? {
        failures.first { name, _ in name == group || name.hasPrefix("\(group)/") }?.value
    }

    /// Takes over from an older answer what this one could not ask for.
    package mutating func keep(from older: Discovery) {
        guard !failures.isEmpty else { return }
        for resource in older.resources where failures[resource.gvk.apiVersion] != nil || failures[resource.gvk.group] != nil {
            add(resource)
        }
    }
}

/// Reading the answers of the discovery API.
extension Discovery {
    /// An aggregated answer (KEP-3352), v2 or v2beta1, of `/api` or `/apis`.
    package mutating func add(aggregated list: Value) {
        for group in list["items"]?.sequence ?? [] {
            let name = group[path: "metadata", "name"]?.string ?? ""
            for version in group["versions"]?.sequence ?? [] {
                guard let versionName = version["version"]?.string else { continue }
                if version["freshness"]?.string == "Stale" {
                    let groupVersion = name.isEmpty ? versionName : "\(name)/\(versionName)"
                    fail(
                        groupVersion,
                        ClusterError(.unreachable, code: 503, message: "the server behind \"\(groupVersion)\" does not answer"))
                }
                for entry in version["resources"]?.sequence ?? [] {
                    guard let plural = entry["resource"]?.string,
                        let kind = entry[path: "responseKind", "kind"]?.string, !kind.isEmpty
                    else { continue }
                    add(
                        APIResource(
                            gvk: GroupVersionKind(group: name, version: versionName, kind: kind), name: plural,
                            singularName: entry["singularResource"]?.string ?? "", shortNames: strings(entry["shortNames"]),
                            categories: strings(entry["categories"]), isNamespaced: entry["scope"]?.string == "Namespaced",
                            verbs: Set(strings(entry["verbs"])),
                            subresources: Set((entry["subresources"]?.sequence ?? []).compactMap { $0["subresource"]?.string })))
                }
            }
        }
    }

    /// One group version's `APIResourceList`.
    package mutating func add(resourceList list: Value, groupVersion: String) {
        let entries = list["resources"]?.sequence ?? []
        var subresources: [String: Set<String>] = [:]
        for name in entries.compactMap({ $0["name"]?.string }) {
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            if let resource = parts.first, parts.count == 2 { subresources[resource, default: []].insert(parts[1]) }
        }
        for entry in entries {
            guard let plural = entry["name"]?.string, !plural.contains("/"), let kind = entry["kind"]?.string else { continue }
            add(
                APIResource(
                    gvk: GroupVersionKind(apiVersion: groupVersion, kind: kind), name: plural,
                    singularName: entry["singularName"]?.string ?? "", shortNames: strings(entry["shortNames"]),
                    categories: strings(entry["categories"]), isNamespaced: entry["namespaced"]?.bool ?? false,
                    verbs: Set(strings(entry["verbs"])), subresources: subresources[plural] ?? []))
        }
    }

    /// The group versions of an `APIVersions` or an `APIGroupList`, each group's preferred one first.
    package static func groupVersions(_ answer: Value) -> [String] {
        if let core = answer["versions"] { return strings(core) }
        return (answer["groups"]?.sequence ?? []).flatMap { group in
            let all = (group["versions"]?.sequence ?? []).compactMap { $0["groupVersion"]?.string }
            guard let first = group[path: "preferredVersion", "groupVersion"]?.string, all.contains(first) else { return all }
            return [first] + all.filter { $0 != first }
        }
    }
}

private func strings(_ value: Value?) -> [String] { (value?.sequence ?? []).compactMap(\.string) }
