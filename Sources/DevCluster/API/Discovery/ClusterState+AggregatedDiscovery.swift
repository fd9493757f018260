import Document
import Kubernetes

extension ClusterState {
    /// All groups, versions and resources in one answer (KEP 3352); nil where the client did not ask for it.
    func aggregatedDiscovery(_ request: APIRequest, core: Bool) -> APIResponse? {
        var version: String?
        for choice in request.accept.split(separator: ",") {
            let parts = choice.split(separator: ";").map(\.trimmingSpaces)
            if parts.contains("as=APIGroupDiscoveryList"), parts.contains("g=apidiscovery.k8s.io"),
                let asked = parts.first(where: { $0.hasPrefix("v=") })?.dropFirst(2), asked == "v2" || asked == "v2beta1"
            {
                version = String(asked)
                break
            }
        }
        guard let version else { return nil }
        let items = types.groups.filter { $0.name.isEmpty == core }.map { group -> Value in
            let versions = group.versions.map { version -> Value in
                let resources = types.all.filter { $0.group == group.name && $0.versions.contains(version) }
                return [
                    "version": .string(version), "freshness": "Current",
                    "resources": .sequence(resources.map { resourceDiscovery($0, version: version) }),
                ]
            }
            var metadata: Mapping = [:]
            if !core { metadata["name"] = .string(group.name) }
            return ["metadata": .mapping(metadata), "versions": .sequence(versions)]
        }
        var response = APIResponse([
            "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:],
            "items": .sequence(items),
        ])
        response.contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
        return response
    }

    private func resourceDiscovery(_ type: ResourceType, version: String) -> Value {
        func kind(_ gvk: GroupVersionKind) -> Value {
            ["group": .string(gvk.group), "version": .string(gvk.version), "kind": .string(gvk.kind)]
        }
        var entry: Mapping = [
            "resource": .string(type.plural), "responseKind": kind(type.gvk(version)),
            "scope": .string(type.isNamespaced ? "Namespaced" : "Cluster"), "singularResource": .string(type.singular),
            "verbs": .sequence(type.verbs.map { .string($0) }),
        ]
        if !type.shortNames.isEmpty { entry["shortNames"] = .sequence(type.shortNames.map { .string($0) }) }
        if !type.categories.isEmpty { entry["categories"] = .sequence(type.categories.map { .string($0) }) }
        if !type.subresources.isEmpty {
            entry["subresources"] = .sequence(
                type.subresources.map {
                    [
                        "subresource": .string($0.name), "responseKind": kind($0.kind),
                        "verbs": .sequence($0.verbs.map { .string($0) }),
                    ]
                })
        }
        return .mapping(entry)
    }
}
