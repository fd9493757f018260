import Document

/// Reads Kubernetes' protobuf form of a built-in kind: `k8s\0`, then a `runtime.Unknown` that says which
/// kind its bytes are. Empty fields are left out, as the JSON form would. Whatever the table of
/// `ProtobufTypes` does not name is refused, never dropped.
struct ProtobufReader {
    private var rest: ArraySlice<UInt8>

    private init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func object(_ bytes: [UInt8]) throws(APIFailure) -> Value {
        guard bytes.starts(with: [0x6b, 0x38, 0x73, 0]) else { throw malformed }
        var reader = ProtobufReader(bytes.dropFirst(4))
        var apiVersion = "", kind = ""
        var raw: ArraySlice<UInt8> = []
        while let (number, field) = try reader.next() {
            switch (number, field) {
            case (1, .bytes(let bytes)):
                var type = ProtobufReader(bytes)
                while let (number, field) = try type.next() {
                    guard case .bytes(let text) = field else { throw malformed }
                    if number == 1 { apiVersion = String(decoding: text, as: UTF8.self) }
                    if number == 2 { kind = String(decoding: text, as: UTF8.self) }
                }
            case (2, .bytes(let bytes)): raw = bytes
            default: break
            }
        }
        var value: Value = ["apiVersion": .string(apiVersion), "kind": .string(kind)]
        var body = ProtobufReader(raw)
        try body.read(kind, into: &value, depth: 0)
        return value
    }

    private enum Field {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private mutating func read(_ message: String, into value: inout Value, depth: Int) throws(APIFailure) {
        guard depth < 20, let fields = ProtobufTypes.shared.fields(of: message) else { throw Self.unsupported(message) }
        while let (number, field) = try next() {
            guard let known = fields[number] else {
                // Structs are sent also when nothing is in them.
                if case .bytes(let bytes) = field, Self.isBlank(bytes, depth: depth) { continue }
                if case .number(0) = field { continue }
                throw Self.unsupported("\(message), field \(number)")
            }
            switch known.kind {
            case .list(let item):
                guard let read = try Self.value(field, item, depth: depth, keepsEmpty: true) else { continue }
                value[known.name] = .sequence((value[known.name]?.sequence ?? []) + [read])
            case .map(let item):
                guard case .bytes(let entry) = field else { throw Self.malformed }
                let (key, read) = try Self.entry(entry, item, depth: depth)
                var map = value[known.name]?.mapping ?? [:]
                map[key] = read
                value[known.name] = .mapping(map)
            case .message(let inner) where known.name.isEmpty:
                guard case .bytes(let bytes) = field else { throw Self.malformed }
                var reader = ProtobufReader(bytes)
                try reader.read(inner, into: &value, depth: depth + 1)
            default:
                if let read = try Self.value(field, known.kind, depth: depth, keepsEmpty: false) { value[known.name] = read }
            }
        }
    }

    private static func value(_ field: Field, _ kind: ProtobufTypes.Kind, depth: Int, keepsEmpty: Bool) throws(APIFailure) -> Value? {
        switch (kind, field) {
        case (.text, .bytes(let bytes)): return bytes.isEmpty && !keepsEmpty ? nil : .string(String(decoding: bytes, as: UTF8.self))
        case (.bytes, .bytes(let bytes)): return .string(Base64.encode(Array(bytes)))
        case (.number, .number(let number)): return .int(Int64(bitPattern: number))
        case (.boolean, .number(let number)): return number == 0 && !keepsEmpty ? nil : .bool(number != 0)
        case (.quantity, .bytes(let bytes)):
            var reader = ProtobufReader(bytes)
            guard let (_, inner) = try reader.next(), case .bytes(let text) = inner else { return "0" }
            return .string(String(decoding: text, as: UTF8.self))
        case (.intOrString, .bytes(let bytes)):
            var reader = ProtobufReader(bytes)
            var isText = false, number: Int64 = 0, text = ""
            while let (place, field) = try reader.next() {
                switch (place, field) {
                case (1, .number(let type)): isText = type == 1
                case (2, .number(let value)): number = Int64(bitPattern: value)
                case (3, .bytes(let bytes)): text = String(decoding: bytes, as: UTF8.self)
                default: break
                }
            }
            return isText ? .string(text) : .int(number)
        case (.message(let name), .bytes(let bytes)):
            var reader = ProtobufReader(bytes)
            var value: Value = [:]
            try reader.read(name, into: &value, depth: depth + 1)
            return value
        default: throw malformed
        }
    }

    private static func entry(_ bytes: ArraySlice<UInt8>, _ kind: ProtobufTypes.Kind, depth: Int) throws(APIFailure) -> (String, Value) {
        var reader = ProtobufReader(bytes)
        var key = ""
        var value: Value?
        while let (number, field) = try reader.next() {
            if number == 1, case .bytes(let text) = field { key = String(decoding: text, as: UTF8.self) }
            if number == 2 { value = try self.value(field, kind, depth: depth, keepsEmpty: true) }
        }
        return (key, value ?? "")
    }

    /// Whether a field of unknown form says nothing: empty, or only fields that say nothing.
    private static func isBlank(_ bytes: ArraySlice<UInt8>, depth: Int) -> Bool {
        if bytes.isEmpty { return true }
        guard depth < 20 else { return false }
        var reader = ProtobufReader(bytes)
        do {
            while let (_, field) = try reader.next() {
                switch field {
                case .number(let number): if number != 0 { return false }
                case .bytes(let inner): if !isBlank(inner, depth: depth + 1) { return false }
                }
            }
            return true
        } catch {
            return false
        }
    }

    /// The next field; nil at the end.
    private mutating func next() throws(APIFailure) -> (UInt64, Field)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try varint()))
        case 2:
            guard let length = Int(exactly: try varint()), length <= rest.count else { throw Self.malformed }
            let bytes = rest.prefix(length)
            rest = rest.dropFirst(length)
            return (tag >> 3, .bytes(bytes))
        default: throw Self.malformed
        }
    }

    private mutating func varint() throws(APIFailure) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw Self.malformed
    }

    private static let malformed = APIFailure.badRequest("the body of the request is not Kubernetes' protobuf form of an object")

    private static func unsupported(_ what: String) -> APIFailure {
        APIFailure(
            415, "UnsupportedMediaType",
            "the embedded API server reads \(what) as JSON or YAML only, not as protobuf: write it to a file and use \"kubectl apply -f\"")
    }
}
