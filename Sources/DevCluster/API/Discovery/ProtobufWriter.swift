/// Length-delimited fields of protobuf's wire format (protobuf.dev/programming-guides/encoding), all that a
/// document of texts and messages needs.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func text(_ field: UInt8, _ text: String) { append(field, Array(text.utf8)) }

    mutating func message(_ field: UInt8, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        append(field, inner.bytes)
    }

    private mutating func append(_ field: UInt8, _ content: [UInt8]) {
        bytes.append(field << 3 | 2)
        var length = content.count
        while length >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 128)
            length >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: length))
        bytes += content
    }
}
