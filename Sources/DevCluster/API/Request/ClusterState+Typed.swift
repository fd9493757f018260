import Document
import Kubernetes

extension ClusterState {
    /// A document read as the resource's type, and what field validation says of the rest (KEP 2885).
    func typed(
        _ value: Value, type: ResourceType, version: String, options: WriteOptions, warnings: inout [String]
    ) throws(APIFailure) -> Value {
        let prefix = "\(type.kind) in version \"\(version)\" cannot be handled as a \(type.kind): "
        var unknown: [String]
        var read: Value
        if let custom = type.custom {
            (read, unknown) = try custom.read(value, version: version, prefix: prefix)
        } else {
            guard let schema = type.schema(version), case .object = schema.shape else { return value }
            var reader = TypedReader()
            do {
                read = try reader.read(value, schema, path: "", owner: "") ?? [:]
            } catch {
                throw APIFailure(error.code, error.reason, prefix + error.message)
            }
            unknown = reader.unknownFields
            // The type's own name fields stay first, as Go prints them.
            if read["metadata"] == nil { read["metadata"] = [:] }
        }
        guard !unknown.isEmpty, options.fieldValidation != .ignore else { return read }
        let texts = unknown.map { "unknown field \"\($0)\"" }
        if options.fieldValidation == .strict {
            throw .badRequest("\(prefix)strict decoding error: \(texts.joined(separator: ", "))")
        }
        warnings += texts
        return read
    }
}
