internal import Document
internal import Template

/// What `toYamlPretty` gives: sequences indented under their keys, as yaml.v3 writes them.
///
/// The lines are those of `toYaml`; each belongs to as many sequences under keys as
/// lie open above it, and moves right by two for each.
func prettyYAML(_ value: Datum) throws -> String {
    var lines: [String] = []
    try write(try Value(value), indent: 0, isAfterKey: false, into: &lines)
    return lines.joined(separator: "\n")
}

private func write(_ value: Value, indent: Int, isAfterKey: Bool, into lines: inout [String]) throws {
    let pad = String(repeating: " ", count: indent)
    switch value {
    case .mapping(let mapping) where !mapping.isEmpty:
        for entry in mapping.sorted {
            let head = YAML.write(.mapping([entry.key: .null])).dropLast(" null\n".count)
            var inner: [String] = []
            try write(entry.value, indent: isBlock(entry.value) ? 2 : 0, isAfterKey: true, into: &inner)
            if isBlock(entry.value) {
                lines.append(pad + head)
                lines += inner.map { pad + $0 }
            } else {
                lines.append(pad + head + " " + (inner.first ?? ""))
                lines += inner.dropFirst().map { $0.isEmpty ? "" : pad + $0 }
            }
        }
    case .sequence(let items) where !items.isEmpty:
        for item in items {
            var inner: [String] = []
            try write(item, indent: 0, isAfterKey: false, into: &inner)
            lines.append(pad + "- " + (inner.first ?? ""))
            lines += inner.dropFirst().map { $0.isEmpty ? "" : pad + "  " + $0 }
        }
    default: lines += goSplit(String(YAML.write(value).dropLast()), "\n").map { pad + $0 }
    }
}

/// A value that begins on the line after its key.
private func isBlock(_ value: Value) -> Bool {
    switch value {
    case .mapping(let mapping): !mapping.isEmpty
    case .sequence(let items): !items.isEmpty
    default: false
    }
}
