internal import Document
package import Kubernetes

/// The line a failed object's mistake stands on: the server names a field, the
/// file has it somewhere below the line where the object begins.
///
/// - Parameters:
///   - origin: where the object begins.
///   - bytes: the file of that origin.
///   - field: what the server named, such as `.spec.template.spec.containers[name="carts"].imge` or `spec.selector`.
package func mistakeLine(_ origin: Origin, bytes: [UInt8], field: String) -> Int? {
    guard let start = origin.line, let documents = try? YAML.documents(bytes, file: origin.file, options: .cluster),
        let document = documents.first(where: { $0.range.start.line == start })
    else { return nil }
    var path = documentPath(field, in: document.value)
    // The field itself may be missing from the file; then the nearest parent that is there.
    while !path.steps.isEmpty {
        if let node = try? YAML.locate(path, document: document.index, in: bytes) { return (node.key ?? node.value).start.line }
        path.steps.removeLast()
    }
    return nil
}

/// Reads a field path as the API server writes it, with associative keys resolved in the document.
func documentPath(_ field: String, in document: Value) -> DocumentPath {
    var path = DocumentPath()
    var value: Value? = document
    var rest = Substring(field)
    while let first = rest.first {
        if first == "." {
            rest = rest.dropFirst()
        } else if first == "[" {
            guard let close = rest.firstIndex(of: "]") else { break }
            let inside = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
            if let index = Int(inside) {
                path.steps.append(.index(index))
                value = value?[index]
            } else if let index = itemIndex(inside, value) {
                path.steps.append(.index(index))
                value = value?[index]
            } else {
                path.steps.append(.key(String(inside)))
                value = value?[String(inside)]
            }
        } else {
            let name = rest.prefix { $0 != "." && $0 != "[" }
            rest = rest.dropFirst(name.count)
            path.steps.append(.key(String(name)))
            value = value?[String(name)]
        }
    }
    return path
}

/// `name="carts"` or `containerPort=80,protocol="TCP"`: which item that is.
private func itemIndex(_ keys: Substring, _ list: Value?) -> Int? {
    guard let items = list?.sequence, keys.contains("=") else { return nil }
    let wanted = keys.split(separator: ",").compactMap { pair -> (String, String)? in
        guard let equals = pair.firstIndex(of: "=") else { return nil }
        return (String(pair[..<equals]), pair[pair.index(after: equals)...].filter { $0 != "\"" })
    }
    return items.firstIndex { item in
        wanted.allSatisfy { name, text in
            switch item[name] {
            case .string(let value)?: value == text
            case .int(let value)?: String(value) == text
            // A default of the server's, such as the protocol TCP.
            case nil: true
            default: false
            }
        }
    }
}

/// The field a server's message speaks of, where its answer has no cause with one.
package func fieldNamed(in message: String) -> String? {
    // Server-side apply: `failed to create typed patch object (…): .spec.x: field not declared in schema`;
    // strict decoding: `unknown field "spec.x"`.
    if let quoted = message.firstRange(of: "unknown field \"") {
        return String(message[quoted.upperBound...].prefix { $0 != "\"" })
    }
    for word in message.split(separator: " ") where word.hasPrefix(".") && word.count > 1 {
        return word.hasSuffix(":") ? String(word.dropLast()) : String(word)
    }
    return nil
}
