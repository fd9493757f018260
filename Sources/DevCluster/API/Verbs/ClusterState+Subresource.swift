import Document
import Kubernetes

extension ClusterState {
    mutating func subresource(_ name: String, _ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let first = name.split(separator: "/").first.map(String.init),
            call.type.subresources.contains(where: { $0.name == first })
        else { throw .noSuchResource }
        switch (first, call.request.method) {
        case ("status", "GET"):
            guard let stored = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
            return answer(WriteResult(stored: stored), call)
        case ("status", "PUT"): return try replace(call, subresource: "status")
        case ("status", "PATCH"): return try patch(call, subresource: "status")
        case ("scale", _): return try scale(call)
        case ("binding", "POST"): return try bind(call)
        case ("eviction", "POST"): return try evict(call)
        case ("finalize", "PUT"): return try finalize(call)
        case ("log", "GET"):
            guard let stored = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
            let container = call.request.parameter("container").map { " (container \"\($0)\")" } ?? ""
            return APIResponse(
                text: "no logs here: pod \"\(stored.object.name)\"\(container) runs on a simulated node of the embedded cluster, which starts no containers\n"
            )
        default: throw .methodNotAllowed
        }
    }

    /// Binds a pod to a node, as the scheduler does.
    private mutating func bind(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        let node = call.payload.value?[path: "target", "name"]?.string ?? ""
        guard !node.isEmpty else {
            throw .invalid(group: "", kind: "Binding", name: call.key.name, [.required("target.name")])
        }
        if current.object.isBeingDeleted {
            throw .conflict(ResourceID(group: "", plural: "pods/binding"), call.key.name, "pod \(call.key.name) is being deleted, cannot be assigned to a host")
        }
        if let assigned = current.object.value[path: "spec", "nodeName"]?.string, !assigned.isEmpty {
            throw .conflict(
                ResourceID(group: "", plural: "pods/binding"), call.key.name,
                "pod \(call.key.name) is already assigned to node \"\(assigned)\"")
        }
        var object = current.object
        object.value[path: "spec", "nodeName"] = .string(node)
        var conditions = (object.value[path: "status", "conditions"]?.sequence ?? []).filter { $0["type"]?.string != "PodScheduled" }
        conditions.append(["type": "PodScheduled", "status": "True", "lastProbeTime": nil, "lastTransitionTime": now])
        object.value[path: "status", "conditions"] = .sequence(conditions)
        let options = try WriteOptions(call.request)
        _ = try update(
            current, to: object, type: call.type, version: call.version, part: .all, options: options, applied: nil)
        return APIResponse(status: 201, ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201])
    }

    /// Deletes a pod unless a PodDisruptionBudget says no (KEP 85).
    private mutating func evict(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        var options = DeleteOptions()
        let asked = call.payload.value?["deleteOptions"]
        options.gracePeriodSeconds = asked?["gracePeriodSeconds"]?.int
        options.uid = asked?[path: "preconditions", "uid"]?.string
        options.isDryRun = try WriteOptions(call.request).isDryRun
        let budgets = ResourceID(group: "policy", plural: "poddisruptionbudgets")
        for budget in (tables[budgets]?.objects ?? SortedObjects()).slice(namespace: call.namespace) {
            guard let selector = budget.object.value[path: "spec", "selector"], let match = try? LabelSelector(selector),
                match.matches(current.object.labels),
                (budget.object.value[path: "status", "disruptionsAllowed"]?.int ?? 0) <= 0
            else { continue }
            var failure = APIFailure.tooMany(
                "Cannot evict pod as it would violate the pod's disruption budget.", retryAfterSeconds: 10)
            let healthy = budget.object.value[path: "status", "currentHealthy"]?.int ?? 0
            let desired = budget.object.value[path: "status", "desiredHealthy"]?.int ?? 0
            failure.causes = [
                .init(
                    reason: "DisruptionBudget",
                    message: "The disruption budget \(budget.object.name) needs \(desired) healthy pods and has \(healthy) currently",
                    field: "")
            ]
            throw failure
        }
        try delete(current, type: call.type, options: options)
        return APIResponse(status: 201, ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201])
    }

    /// Sets a namespace's `spec.finalizers`, the one thing this subresource may change.
    private mutating func finalize(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        var object = current.object
        object.value["spec"] = call.payload.value?["spec"] ?? [:]
        let new = object == current.object ? current : commit(object, in: call.type)
        finishNamespaceIfEmpty(new.object.name)
        return answer(WriteResult(stored: new), call)
    }
}
