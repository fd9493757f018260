package import Document
internal import Template

/// Values files: read as Helm does, and laid over each other.
package enum ValuesFiles {
    /// A values file; one of several documents is each laid over the one before.
    package static func parse(_ bytes: [UInt8], file: String) throws(ChartError) -> Value {
        var result = Mapping()
        for document in try documents(bytes, file: file) {
            let value: Value
            do throws(DocumentError) {
                value = try YAML.parse(document.bytes, file: file, options: .values)
            } catch {
                let line = error.position.map { $0.line + document.line }
                throw ChartError(.values, file: file, line: line, message: "cannot unmarshal yaml document: \(goYAMLError(error))")
            }
            if value.isNull { continue }
            guard let mapping = value.mapping else {
                throw ChartError(
                    .values, file: file, line: document.line + 1,
                    message: "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                        + "\(value.jsonType) into Go value of type map[string]interface {}")
            }
            overlay(mapping, onto: &result, depth: 0)
        }
        return .mapping(result)
    }

    /// Divided at lines that begin with "---", as Kubernetes' reader of YAML streams does it:
    /// what may follow there is a comment. `line` is how many lines come before.
    private static func documents(_ bytes: [UInt8], file: String) throws(ChartError) -> [(bytes: [UInt8], line: Int)] {
        guard firstIndex(of: Array("---".utf8), in: bytes, from: 0) != nil else { return [(bytes, 0)] }
        var documents: [(bytes: [UInt8], line: Int)] = []
        var current: (bytes: [UInt8], line: Int) = ([], 0)
        for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.starts(with: "---".utf8) {
                let rest = trimmedSpace(String(decoding: line.dropFirst(3), as: UTF8.self))
                if !rest.isEmpty, !rest.hasPrefix("#") {
                    throw ChartError(
                        .values, file: file, line: number + 1,
                        message: "error reading yaml document: invalid Yaml document separator: \(rest)")
                }
                if !current.bytes.isEmpty {
                    documents.append(current)
                    current = ([], number + 1)
                    continue
                }
            }
            current.bytes += line + [UInt8(ascii: "\n")]
        }
        documents.append(current)
        return documents
    }

    /// As `helm -f a -f b`: maps are merged, anything else is replaced, null included.
    static func merged(_ files: [Value]) -> DatumMap {
        var result = Mapping()
        for file in files {
            guard let mapping = file.mapping else { continue }
            overlay(mapping, onto: &result, depth: 0)
        }
        return DatumMap(storage(of: result))
    }

    private static func overlay(_ mapping: Mapping, onto target: inout Mapping, depth: Int) {
        guard depth < depthOfValues else { return }
        for entry in mapping {
            if case .mapping(let inner) = entry.value, case .mapping(var existing)? = target[entry.key] {
                overlay(inner, onto: &existing, depth: depth + 1)
                target[entry.key] = .mapping(existing)
            } else {
                target[entry.key] = entry.value
            }
        }
    }
}
