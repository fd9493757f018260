import Basics
import Document
import Kubernetes

/// How a delete is asked for (`metav1.DeleteOptions`, in the body or the query).
struct DeleteOptions: Sendable {
    enum Propagation: String, Sendable { case orphan = "Orphan", background = "Background", foreground = "Foreground" }

    var propagation: Propagation = .background
    var gracePeriodSeconds: Int64?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    init(_ call: ResourceCall) throws(APIFailure) {
        let body = call.payload.value ?? .null
        isDryRun = try WriteOptions(call.request).isDryRun || body["dryRun"]?.sequence?.first?.string == "All"
        gracePeriodSeconds =
            body["gracePeriodSeconds"]?.int ?? call.request.parameter("gracePeriodSeconds").flatMap { Int64($0) }
        uid = body[path: "preconditions", "uid"]?.string
        resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
        if let text = body["propagationPolicy"]?.string ?? call.request.parameter("propagationPolicy") {
            guard let policy = Propagation(rawValue: text) else {
                throw .invalid(
                    group: "meta.k8s.io", kind: "DeleteOptions", name: "",
                    [.notSupported("propagationPolicy", .string(text), ["Foreground", "Background", "Orphan", "nil"])])
            }
            propagation = policy
        } else if body["orphanDependents"]?.bool ?? (call.request.parameter("orphanDependents") == "true") {
            propagation = .orphan
        }
    }
}

extension ClusterState {
    mutating func delete(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        let options = try DeleteOptions(call)
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        let kept = try delete(current, type: call.type, options: options)
        if let kept {
            var response = answer(WriteResult(stored: kept), call, status: 200)
            if call.type.id == ResourceID(group: "", plural: "pods") || call.type.id.plural == "namespaces" { return response }
            response.status = 200
            return response
        }
        var details: Mapping = ["name": .string(call.key.name)]
        if !call.type.group.isEmpty { details["group"] = .string(call.type.group) }
        details["kind"] = .string(call.type.plural)
        details["uid"] = .string(current.object.uid)
        return APIResponse([
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": .mapping(details),
        ])
    }

    mutating func deleteCollection(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        let options = try DeleteOptions(call)
        let filter = try filter(call)
        let doomed = (tables[call.type.storage]?.objects ?? SortedObjects()).slice(namespace: call.namespace).filter { filter.matches($0) }
        var items: [Value] = []
        for object in doomed {
            guard let current = stored(call.type.storage, object.key) else { continue }
            items.append(current.object.value)
            _ = try delete(current, type: call.type, options: options)
        }
        return APIResponse([
            "kind": .string("\(call.type.kind)List"), "apiVersion": .string(call.type.apiVersion(call.version)),
            "metadata": ["resourceVersion": .string("\(revision)")], "items": .sequence(items),
        ])
    }

    /// Deletes one object, or starts to.
    ///
    /// - Returns: the object where it stays for now: it has finalizers, or a grace period that the node ends.
    @discardableResult
    mutating func delete(_ current: StoredObject, type: ResourceType, options: DeleteOptions) throws(APIFailure) -> StoredObject? {
        let object = current.object
        let shown = ResourceID(group: type.group, plural: type.kind)
        if let uid = options.uid, uid != object.uid {
            throw .conflict(
                shown, object.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). The object might have been deleted and then recreated"
            )
        }
        if let version = options.resourceVersion, version != object.resourceVersion {
            throw .conflict(
                shown, object.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record (\(object.resourceVersion)). The object might have been modified"
            )
        }
        if type.id == Self.namespaces, ["default", "kube-system", "kube-public"].contains(object.name) {
            throw .forbidden(type.id, object.name, "this namespace may not be deleted")
        }
        if options.isDryRun { return nil }
        var doomed = object
        var finalizers = object.finalizers
        switch options.propagation {
        case .foreground where !owners.dependents(of: object.uid).isEmpty:
            if !finalizers.contains("foregroundDeletion") { finalizers.append("foregroundDeletion") }
        case .orphan where !owners.dependents(of: object.uid).isEmpty:
            if !finalizers.contains("orphan") { finalizers.append("orphan") }
        default: break
        }
        if !object.isBeingDeleted || finalizers != object.finalizers { doomed.finalizers = finalizers }
        let grace = graceFor(object, type: type, asked: options.gracePeriodSeconds)
        if finalizers.isEmpty, grace == 0, type.id != Self.namespaces, type.id != Self.definitions {
            finishDeletion(current, type: type)
            return nil
        }
        if !object.isBeingDeleted {
            let moment = time.now.milliseconds &+ grace &* 1000
            doomed.value[path: "metadata", "deletionTimestamp"] = .string(Timestamp(milliseconds: moment).description)
            doomed.value[path: "metadata", "deletionGracePeriodSeconds"] = .int(grace)
            if let generation = doomed.generation { doomed.value[path: "metadata", "generation"] = .int(generation + 1) }
        } else if let before = doomed.value[path: "metadata", "deletionGracePeriodSeconds"]?.int, grace < before {
            doomed.value[path: "metadata", "deletionGracePeriodSeconds"] = .int(grace)
            doomed.value[path: "metadata", "deletionTimestamp"] = .string(Timestamp(milliseconds: time.now.milliseconds &+ grace &* 1000).description)
        }
        if type.id == Self.namespaces { doomed.value[path: "status", "phase"] = "Terminating" }
        let marked = doomed == object ? current : commit(doomed, in: type)
        switch options.propagation {
        case .foreground: deleteDependents(of: marked, foreground: true)
        case .orphan: orphanDependents(of: marked)
        case .background: break
        }
        continueDeletion(of: marked, type: type)
        return stored(type.storage, current.key)
    }

    /// Seconds a pod keeps to end well; 0 for all other kinds, and for pods no node runs (registry/core/pod, CheckGracefulDelete).
    private func graceFor(_ object: Object, type: ResourceType, asked: Int64?) -> Int64 {
        guard type.id == ResourceID(group: "", plural: "pods") else { return 0 }
        var grace = asked ?? object.value[path: "spec", "terminationGracePeriodSeconds"]?.int ?? 30
        if (object.value[path: "spec", "nodeName"]?.string ?? "").isEmpty { grace = 0 }
        let phase = object.value[path: "status", "phase"]?.string
        if phase == "Succeeded" || phase == "Failed" { grace = 0 }
        return max(0, min(grace, 1_000_000_000))
    }
}
