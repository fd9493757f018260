extension YAML {
    /// What sigs.k8s.io/yaml's `Marshal` prints, byte for byte (Helm's `toYaml`
    /// before it drops the last line break): sorted keys, two spaces, sequences
    /// not indented under their key, go-yaml v2's quoting and folding.
    package static func write(_ value: Value) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    /// Several documents with `---` between them.
    package static func write(documents: [Value]) -> String {
        documents.map { write($0) }.joined(separator: "---\n")
    }

    /// As `write`, as bytes.
    package static func bytes(_ value: Value) -> [UInt8] {
        var writer = YAMLWriter()
        writer.write(value)
        return writer.output
    }
}
