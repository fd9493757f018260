import Basics
import Document
import HTTP
import Kubernetes

/// One request against a resource, all names resolved.
struct ResourceCall: Sendable {
    var request: APIRequest
    var payload: Payload
    var type: ResourceType
    var version: String
    var namespace: String?
    var name: String?
    var subresource: String?
    var form: ObjectForm
    var watchLimit: Int?

    /// The key of the object the URL names.
    var key: StorageKey { StorageKey(namespace: namespace ?? "", name: name ?? "") }
}

extension ClusterState {
    /// The whole server as one function: a request and the state make an answer and the next state.
    mutating func answer(_ request: APIRequest, payload: Payload, watchLimit: Int?) throws(APIFailure) -> APIResponse {
        let resource: ResourceRoute
        switch Route(request.segments) {
        case .document(let segments): return try document(segments, request)
        case .resource(let route): resource = route
        }
        guard let type = types.find(group: resource.group, version: resource.version, plural: resource.plural) else {
            throw .noSuchResource
        }
        if type.isNamespaced {
            if resource.namespace == nil, resource.name != nil { throw .noSuchResource }
        } else if resource.namespace != nil {
            throw .noSuchResource
        }
        let call = ResourceCall(
            request: request, payload: payload, type: type, version: resource.version, namespace: resource.namespace,
            name: resource.name, subresource: resource.subresource, form: ObjectForm(accept: request.accept, request: request),
            watchLimit: watchLimit)
        guard type.isStored else { return try review(call) }
        if type.id == ResourceID(group: "", plural: "componentstatuses") { return try componentStatuses(call) }
        if let subresource = call.subresource { return try self.subresource(subresource, call) }
        return try verb(call)
    }

    private mutating func verb(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        switch (call.request.method, call.name != nil) {
        case ("GET", true):
            if call.request.query["watch"] != nil, call.request.flag("watch") { return try watch(call) }
            return try get(call)
        case ("GET", false):
            if call.request.query["watch"] != nil, call.request.flag("watch") { return try watch(call) }
            return try list(call)
        case ("POST", false): return try create(call)
        case ("PUT", true): return try replace(call, subresource: "")
        case ("PATCH", true): return try patch(call, subresource: "")
        case ("DELETE", true): return try delete(call)
        case ("DELETE", false): return try deleteCollection(call)
        default: throw .methodNotAllowed
        }
    }

    private func get(_ call: ResourceCall) throws(APIFailure) -> APIResponse {
        guard let stored = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        return APIResponse(bytes: call.type.encoded(stored, version: call.version, form: call.form, now: time.now) + [10])
    }

    /// The answer of a write: the object as it now is, in the form and version the client speaks.
    func answer(_ result: WriteResult, _ call: ResourceCall, status: Int = 200) -> APIResponse {
        var response = APIResponse(
            status: status, bytes: call.type.encoded(result.stored, version: call.version, form: call.form, now: time.now) + [10])
        response.warnings = result.warnings
        return response
    }
}

/// What a write made.
struct WriteResult: Sendable {
    var stored: StoredObject
    var warnings: [String] = []
    var isCreated = false
}

extension ObjectForm {
    /// From `Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json`: the first form we have.
    init(accept: String, request: APIRequest) {
        self = .whole
        for choice in accept.split(separator: ",") {
            let parts = choice.split(separator: ";").map(\.trimmingSpaces)
            if parts.contains("as=Table") {
                let include: TableObject =
                    switch request.parameter("includeObject") {
                    case "None": .none
                    case "Object": .whole
                    default: .metadata
                    }
                self = .table(includesObject: include)
                return
            }
            if parts.contains("as=PartialObjectMetadata") || parts.contains("as=PartialObjectMetadataList") {
                self = .metadata
                return
            }
            if parts.first == "application/json" || parts.first == "*/*" { return }
        }
    }
}
