import Document
import Kubernetes

/// `…/scale`: the replicas of a workload as an autoscaler sees them (`autoscaling/v1 Scale`).
extension ClusterState {
    mutating func scale(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let paths = call.type.scale else { throw .noSuchResource }
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        let shown = scaleObject(current.object, paths)
        let wanted: Value
        switch call.request.method {
        case "GET": return APIResponse(shown)
        case "PUT": wanted = call.payload.value ?? .null
        case "PATCH":
            guard let patch = call.payload.value else { throw .badRequest("the patch is empty") }
            if call.request.contentType == "application/json-patch+json" {
                do { wanted = try jsonPatch(shown, patch) } catch { throw .badRequest("\(error)") }
            } else {
                wanted = mergePatch(shown, patch)
            }
        default: throw .methodNotAllowed
        }
        let version = wanted[path: "metadata", "resourceVersion"]?.string ?? ""
        if !version.isEmpty, version != current.object.resourceVersion { throw .modified(call.type.id, call.key.name) }
        let replicas = wanted[path: "spec", "replicas"]?.int ?? 0
        guard replicas >= 0, replicas <= Int64(Int32.max) else {
            throw .invalid(
                group: "autoscaling", kind: "Scale", name: call.key.name,
                [.invalid("spec.replicas", .int(replicas), "must be greater than or equal to 0")])
        }
        var object = call.type.converted(current.object, to: call.version)
        object.value[path: paths.specReplicas] = .int(replicas)
        let options = try WriteOptions(call.request)
        let result = try update(
            current, to: object, type: call.type, version: call.version, part: .main, options: options, applied: nil)
        return APIResponse(scaleObject(result.stored.object, paths))
    }

    private func scaleObject(_ object: Object, _ paths: ScalePaths) -> Value {
        var metadata: Mapping = ["name": .string(object.name)]
        if !object.namespace.isEmpty { metadata["namespace"] = .string(object.namespace) }
        metadata["uid"] = .string(object.uid)
        metadata["resourceVersion"] = .string(object.resourceVersion)
        metadata["creationTimestamp"] = object.value[path: "metadata", "creationTimestamp"] ?? .null
        var status: Mapping = ["replicas": object.value[path: paths.statusReplicas] ?? 0]
        if let path = paths.selector, let selector = object.value[path: path] {
            let text = selector.string ?? (try? LabelSelector(selector))?.query ?? ""
            if !text.isEmpty { status["selector"] = .string(text) }
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .mapping(metadata),
            "spec": ["replicas": object.value[path: paths.specReplicas] ?? 0], "status": .mapping(status),
        ]
    }
}
