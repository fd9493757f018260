/// JSON as Go's encoding/json reads and writes it for Kubernetes.
package enum JSON {
    /// The one value of a text. Of duplicate keys the last wins, whole numbers
    /// beyond 64 bits become doubles, a lone surrogate becomes U+FFFD.
    package static func parse(
        _ bytes: [UInt8], file: String = "", maxDepth: Int = 1000
    ) throws(DocumentError) -> Value {
        let outcome: Result<Value, DocumentError> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer, maxDepth: maxDepth)
            do throws(JSONReader.Failure) {
                return .success(try reader.read())
            } catch {
                let position = SourceText.position(of: error.offset, in: buffer)
                return .failure(DocumentError(error.problem, file: file, position: position, expected: error.expected))
            }
        }
        return try outcome.get()
    }

    package static func parse(
        _ text: String, file: String = "", maxDepth: Int = 1000
    ) throws(DocumentError) -> Value {
        try parse(Array(text.utf8), file: file, maxDepth: maxDepth)
    }

    /// Compact, keys in their own order or sorted bytewise as Go sorts them.
    /// `<`, `>` and `&` stand as they are (Go with HTML escaping off).
    package static func write(_ value: Value, sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter(indent: nil, sortedKeys: sortedKeys)
        writer.write(value)
        return writer.output
    }

    /// As `write`, as text; with `indent` spaces per level as Go's `MarshalIndent`.
    package static func text(_ value: Value, indent: Int? = nil, sortedKeys: Bool = false) -> String {
        var writer = JSONWriter(indent: indent, sortedKeys: sortedKeys)
        writer.write(value)
        return String(decoding: writer.output, as: UTF8.self)
    }
}
