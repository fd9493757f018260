import Basics
import Document
import Kubernetes

/// Reads a document as Go's typed decoder would: fields the type does not have
/// are dropped and noted, values of a wrong type are an error, quantities take
/// their canonical form, and what `omitempty` leaves out is left out.
struct TypedReader {
    private(set) var unknownFields: [String] = []

    /// - Parameter depth: how far the value may still nest.
    mutating func read(_ value: Value, _ schema: Schema, path: String, owner: String, depth: Int = 200) throws(APIFailure) -> Value? {
        guard depth > 0 else { throw .badRequest("\(path): nested too deeply") }
        if value.isNull { return nil }
        switch schema.shape {
        case .any, .anyAtomic, .reference: return value
        case .scalar(let scalar): return try Self.scalar(value, scalar, path: path, owner: owner)
        case .object(let object):
            guard case .mapping(let mapping) = value else { throw mismatch(value, path, owner, "v1.\(object.name)") }
            var entries: [Mapping.Entry] = []
            entries.reserveCapacity(mapping.count)
            for entry in mapping {
                let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                guard let field = schema.field(entry.key) else {
                    unknownFields.append(inner)
                    continue
                }
                guard let read = try read(entry.value, field, path: inner, owner: object.name, depth: depth - 1) else { continue }
                if Omission.omits(entry.key, read, field) { continue }
                entries.append(Mapping.Entry(key: entry.key, value: read))
            }
            return .mapping(Mapping(uniqueEntries: entries))
        case .map(let item, _):
            guard case .mapping(let mapping) = value else { throw mismatch(value, path, owner, "map[string]\(Self.goName(item))") }
            var entries: [Mapping.Entry] = []
            for entry in mapping {
                // A null in a map of strings is the empty string.
                let read = try read(entry.value, item, path: path, owner: owner, depth: depth - 1) ?? Self.zero(item)
                entries.append(Mapping.Entry(key: entry.key, value: read))
            }
            return .mapping(Mapping(uniqueEntries: entries))
        case .list(let list):
            guard case .sequence(let items) = value else { throw mismatch(value, path, owner, "[]\(Self.goName(list.item))") }
            var read: [Value] = []
            read.reserveCapacity(items.count)
            for (index, item) in items.enumerated() {
                read.append(
                    try self.read(item, list.item, path: "\(path)[\(index)]", owner: owner, depth: depth - 1) ?? Self.zero(list.item))
            }
            return .sequence(read)
        }
    }

    private static func scalar(_ value: Value, _ scalar: Schema.Scalar, path: String, owner: String) throws(APIFailure) -> Value {
        func refuse(_ type: String) -> APIFailure { TypedReader().mismatch(value, path, owner, type) }
        switch scalar {
        case .string:
            guard value.string != nil else { throw refuse("string") }
            return value
        case .boolean:
            guard value.bool != nil else { throw refuse("bool") }
            return value
        case .int32:
            guard let number = value.int, Int32(exactly: number) != nil else { throw refuse("int32") }
            return .int(number)
        case .int64:
            guard let number = value.int else { throw refuse("int64") }
            return .int(number)
        case .number:
            guard value.double != nil else { throw refuse("float64") }
            return value
        case .intOrString:
            switch value {
            case .string: return value
            case .int(let number) where Int32(exactly: number) != nil: return value
            default: throw refuse("intstr.IntOrString")
            }
        case .quantity:
            guard let quantity = Quantity(value) else {
                throw .badRequest(
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
            }
            return .string(quantity.canonical)
        case .time:
            guard let text = value.string else { throw refuse("Time") }
            guard let moment = Timestamp(text) else {
                throw .badRequest(
                    "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\" as \"2006\"")
            }
            return .string(moment.description)
        case .microTime:
            guard let text = value.string else { throw refuse("MicroTime") }
            guard Timestamp(text) != nil else {
                throw .badRequest(
                    "parsing time \"\(text)\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"\(text)\" as \"2006\"")
            }
            return value
        case .bytes:
            guard let text = value.string else { throw refuse("[]uint8") }
            if let index = Base64Check.firstFault(text) { throw .badRequest("illegal base64 data at input byte \(index)") }
            return value
        }
    }

    /// Go's `json.UnmarshalTypeError`.
    private func mismatch(_ value: Value, _ path: String, _ owner: String, _ type: String) -> APIFailure {
        var field = ""
        var isIndex = false
        for character in path {
            if character == "[" { isIndex = true }
            if !isIndex { field.append(character) }
            if character == "]" { isIndex = false }
        }
        let place = owner.isEmpty ? "Go value" : "Go struct field \(owner).\(field)"
        return .badRequest("json: cannot unmarshal \(value.jsonType) into \(place) of type \(type)")
    }

    private static func goName(_ schema: Schema) -> String {
        switch schema.shape {
        case .scalar(.boolean): "bool"
        case .scalar(.int32): "int32"
        case .scalar(.int64): "int64"
        case .scalar(.quantity): "resource.Quantity"
        case .scalar(.bytes): "[]uint8"
        case .scalar: "string"
        case .object(let object): "v1.\(object.name)"
        case .list(let list): "[]\(goName(list.item))"
        case .map(let item, _): "map[string]\(goName(item))"
        case .any, .anyAtomic, .reference: "interface {}"
        }
    }

    private static func zero(_ schema: Schema) -> Value {
        switch schema.shape {
        case .scalar(.boolean): false
        case .scalar(.int32), .scalar(.int64), .scalar(.number): 0
        case .scalar: ""
        case .object, .map: [:]
        case .list: []
        case .any, .anyAtomic, .reference: .null
        }
    }
}

/// What Go's `omitempty` leaves out. Whether a field is a pointer (and keeps its
/// zero) is not in OpenAPI; these lists are from the types of k8s.io/api.
private enum Omission {
    private static let keptEmptyStrings: Set<String> = [
        "storageClassName", "ingressClassName", "apiGroup", "roleRef", "volumeAttributesClassName", "key", "operator",
    ]
    private static let droppedZeros: Set<String> = [
        "minReadySeconds", "initialDelaySeconds", "hostPort", "nodePort", "failureThreshold", "timeoutSeconds", "periodSeconds",
        "successThreshold", "observedGeneration", "updatedReplicas", "readyReplicas", "availableReplicas",
        "unavailableReplicas", "terminatingReplicas", "fullyLabeledReplicas", "active", "succeeded", "failed", "currentReplicas",
    ]
    private static let droppedFalse: Set<String> = [
        "hostNetwork", "hostPID", "hostIPC", "readOnly", "tty", "stdin", "stdinOnce", "paused", "publishNotReadyAddresses",
        "unschedulable", "globalDefault",
    ]

    static func omits(_ key: String, _ value: Value, _ schema: Schema) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty && !keptEmptyStrings.contains(key)
        case .sequence(let items): items.isEmpty && key != "items" && key != "rules" && key != "conditions"
        case .mapping(let mapping):
            if case .map = schema.shape { mapping.isEmpty } else { false }
        case .int(0): droppedZeros.contains(key)
        case .bool(false): droppedFalse.contains(key)
        default: false
        }
    }
}

/// Standard base 64 with padding (RFC 4648, 4), as encoding/base64 reads it: line ends are skipped.
private enum Base64Check {
    static func firstFault(_ text: String) -> Int? {
        var count = 0
        var padding = 0
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case 10, 13: continue
            case UInt8(ascii: "="):
                padding += 1
                if padding > 2 || count % 4 < 2 { return index }
                count += 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "/"):
                if padding > 0 { return index }
                count += 1
            default: return index
            }
        }
        return count % 4 == 0 ? nil : text.utf8.count
    }
}
