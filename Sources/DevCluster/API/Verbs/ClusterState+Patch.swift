import Document
import Kubernetes

extension ClusterState {
    mutating func patch(_ call: ResourceCall, subresource: String) throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(call.request)
        guard let patch = call.payload.value else { throw .badRequest("the patch is empty") }
        if call.request.contentType == "application/apply-patch+yaml" {
            return try apply(call, patch, subresource: subresource, options: options)
        }
        if options.force {
            throw .invalid(
                group: "meta.k8s.io", kind: "PatchOptions", name: "",
                [.forbidden("force", "may not be specified for non-apply patch")])
        }
        guard let current = stored(call.type.storage, call.key) else { throw .notFound(call.type.id, call.key.name) }
        let base = call.type.converted(current.object, to: call.version).value
        let patched = try Self.patched(base, patch, call)
        var warnings: [String] = []
        let value: Value
        do {
            value = try typed(patched, type: call.type, version: call.version, options: options, warnings: &warnings)
        } catch {
            guard error.reason == "BadRequest", let range = error.message.firstRange(of: "strict decoding error") else { throw error }
            throw .invalid(
                group: "", kind: "", name: "",
                [.invalid("patch", patch, String(error.message[range.lowerBound...]))])
        }
        guard let object = Object(value) else { throw .badRequest("the patched object has no apiVersion or kind") }
        if object.name != call.key.name {
            throw .badRequest("the name of the object (\(object.name)) does not match the name on the URL (\(call.key.name))")
        }
        var result = try update(
            current, to: object, type: call.type, version: call.version, part: WrittenPart(subresource: subresource),
            options: options, applied: nil)
        result.warnings = warnings + result.warnings
        return answer(result, call)
    }

    /// A patch over a value, by the request's content type.
    static func patched(_ base: Value, _ patch: Value, _ call: ResourceCall) throws(APIFailure) -> Value {
        switch call.request.contentType {
        case "application/merge-patch+json":
            guard case .mapping = patch else { throw .badRequest("a JSON merge patch must be an object") }
            return mergePatch(base, patch)
        case "application/json-patch+json":
            do {
                return try jsonPatch(base, patch)
            } catch {
                var failure = APIFailure.invalid(group: "", kind: "", name: "", [])
                failure.message = "the server rejected our request due to an error in our request"
                failure.causes = [.init(reason: "", message: "\(error)", field: "")]
                if "\(error)".contains("test") { failure.message = "the server rejected our request: \(error)" }
                throw failure
            }
        case "application/strategic-merge-patch+json":
            guard call.type.custom == nil, let schema = call.type.schema(call.version) else {
                throw APIFailure(
                    415, "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                )
            }
            do {
                return try strategicMergePatch(base, patch, schema: schema)
            } catch {
                throw .badRequest("\(error)")
            }
        default:
            throw APIFailure(
                415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"
            )
        }
    }
}
