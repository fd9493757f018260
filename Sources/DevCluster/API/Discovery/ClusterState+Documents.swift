import Document
import Kubernetes

/// Everything a client asks before it touches a resource.
extension ClusterState {
    func document(_ segments: [String], _ request: APIRequest) throws(APIFailure) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        switch segments {
        case []:
            return APIResponse(["paths": ["/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]])
        case ["healthz"], ["readyz"], ["livez"]: return APIResponse(text: "ok")
        case ["version"]: return APIResponse(version)
        case ["metrics"]: return APIResponse(text: metricsText)
        case ["api"]: return aggregatedDiscovery(request, core: true) ?? APIResponse(coreVersions)
        case ["apis"]: return aggregatedDiscovery(request, core: false) ?? APIResponse(groupList)
        case ["api", "v1"]: return APIResponse(resourceList(group: "", version: "v1"))
        default: break
        }
        if segments.first == "apis", segments.count == 2, let name = segments.last {
            guard let group = types.groups.first(where: { $0.name == name && !name.isEmpty }) else { throw .noSuchResource }
            var document = groupDocument(group)
            document["kind"] = "APIGroup"
            document["apiVersion"] = "v1"
            return APIResponse(.mapping(document))
        }
        if segments.first == "apis", segments.count == 3, let version = segments.last, let group = segments.dropFirst().first {
            guard types.groups.contains(where: { $0.name == group && $0.versions.contains(version) }) else {
                throw .noSuchResource
            }
            return APIResponse(resourceList(group: group, version: version))
        }
        if segments.first == "openapi", let answer = openAPI(Array(segments.dropFirst()), request) { return answer }
        return APIResponse(text: "404 page not found\n", status: 404)
    }

    private var version: Value {
        let numbers = options.version.drop { $0 == "v" }.split(separator: ".").map(String.init)
        return [
            "major": .string(numbers.first ?? "1"), "minor": .string(numbers.dropFirst().first ?? "32"),
            "gitVersion": .string(options.version), "gitCommit": "", "gitTreeState": "clean",
            "buildDate": "2024-12-11T18:04:20Z", "goVersion": "", "compiler": "swiftc", "platform": "linux/amd64",
        ]
    }

    private var metricsText: String {
        var text = "# HELP apiserver_storage_objects Number of stored objects by resource.\n"
        text += "# TYPE apiserver_storage_objects gauge\n"
        for id in tables.keys.sorted() {
            text += "apiserver_storage_objects{resource=\"\(id)\"} \(tables[id]?.objects.all.count ?? 0)\n"
        }
        return text
    }

    private var coreVersions: Value {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": ""]],
        ]
    }

    private var groupList: Value {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .sequence(types.groups.filter { !$0.name.isEmpty }.map { .mapping(groupDocument($0)) }),
        ]
    }

    private func groupDocument(_ group: (name: String, versions: [String])) -> Mapping {
        let versions: [Value] = group.versions.map {
            ["groupVersion": .string("\(group.name)/\($0)"), "version": .string($0)]
        }
        return ["name": .string(group.name), "versions": .sequence(versions), "preferredVersion": versions.first ?? [:]]
    }

    private func resourceList(group: String, version: String) -> Value {
        var resources: [Value] = []
        for type in types.all where type.group == group && type.versions.contains(version) {
            var entry: Mapping = [
                "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
                "kind": .string(type.kind), "verbs": .sequence(type.verbs.map { .string($0) }),
            ]
            if !type.shortNames.isEmpty { entry["shortNames"] = .sequence(type.shortNames.map { .string($0) }) }
            if !type.categories.isEmpty { entry["categories"] = .sequence(type.categories.map { .string($0) }) }
            resources.append(.mapping(entry))
            for subresource in type.subresources {
                var entry: Mapping = [
                    "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(type.isNamespaced), "kind": .string(subresource.kind.kind),
                    "verbs": .sequence(subresource.verbs.map { .string($0) }),
                ]
                if subresource.kind.group != group {
                    entry["group"] = .string(subresource.kind.group)
                    entry["version"] = .string(subresource.kind.version)
                }
                resources.append(.mapping(entry))
            }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .sequence(resources),
        ]
    }
}
