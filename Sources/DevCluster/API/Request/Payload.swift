import Document

/// A request's body, read before the store is locked.
struct Payload: Sendable {
    var value: Value?
    /// Names of keys that stood twice in a mapping, where a strict reader refuses them.
    var duplicateKey: String?

    init(_ request: APIRequest) throws(APIFailure) {
        guard !request.body.isEmpty else { return }
        switch request.contentType {
        case "application/apply-patch+yaml", "application/yaml", "text/yaml":
            do {
                value = try YAML.parse(request.body, file: "", options: .manifest)
            } catch {
                if case .duplicateKey(let key) = error.problem { duplicateKey = key }
                var lenient = YAML.Options.manifest
                lenient.duplicateKeys = .last
                guard duplicateKey != nil, let again = try? YAML.parse(request.body, file: "", options: lenient) else {
                    throw .badRequest("error decoding YAML: \(error)")
                }
                value = again
            }
        case "", "application/json", "application/merge-patch+json", "application/strategic-merge-patch+json",
            "application/json-patch+json", "application/apply-patch+cbor":
            do {
                value = try JSON.parse(request.body)
            } catch {
                throw .badRequest("couldn't get version/kind; json parse error: \(error)")
            }
        case "application/vnd.kubernetes.protobuf": value = try ProtobufReader.object(request.body)
        default:
            throw APIFailure(
                415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml")
        }
    }
}
