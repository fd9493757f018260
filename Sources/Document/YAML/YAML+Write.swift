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

    /// As yaml.v3 with an indentation of two: sequences indented under their key, no folding.
    package static func writePretty(_ value: Value) -> String {
        var writer = YAMLWriter(isPretty: true)
        writer.write(value)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// What becomes of a value that goes through JSON first, as sigs.k8s.io/yaml sends it:
    /// nil where a text has a character that YAML refuses, and U+0085 folded like any line break in quotes.
    package static func writeThroughJSON(_ value: Value) -> String? {
        var writer = YAMLWriter()
        writer.write(value)
        if writer.hasForbidden { return nil }
        return writer.hasNextLine ? write(value.withFoldedNextLines) : String(decoding: writer.output, as: UTF8.self)
    }
}

extension Value {
    fileprivate var withFoldedNextLines: Value {
        switch self {
        case .string(let text): return .string(Self.folded(text))
        case .sequence(let items): return .sequence(items.map(\.withFoldedNextLines))
        case .mapping(let mapping):
            var result = Mapping()
            for entry in mapping { result[Self.folded(entry.key)] = entry.value.withFoldedNextLines }
            return .mapping(result)
        default: return self
        }
    }

    /// One break becomes a space, more become one less newlines; blanks around them go.
    private static func folded(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{85}") else { return text }
        let lines = text.unicodeScalars.split(separator: "\u{85}", omittingEmptySubsequences: false)
        var result = String.UnicodeScalarView()
        var breaks = 0
        for (index, line) in lines.enumerated() {
            var line = line
            if index > 0 { line = line.drop { $0 == " " } }
            if index < lines.count - 1 { while line.last == " " { line.removeLast() } }
            if index > 0 { breaks += 1 }
            if line.isEmpty, index < lines.count - 1 { continue }
            if breaks == 1 { result.append(" ") } else if breaks > 1 { result.append(contentsOf: repeatElement("\n", count: breaks - 1)) }
            breaks = 0
            result.append(contentsOf: line)
        }
        return String(result)
    }
}
