import Document

/// The JSONPath of printer columns: fields, indices, `[*]` and filters on equality
/// (`.status.conditions[?(@.type=="Ready")].status`).
struct JSONPath: Sendable {
    private enum Step: Sendable {
        case field(String)
        case index(Int)
        case all
        case filter(path: [String], equals: String)
    }

    private var steps: [Step] = []

    init?(_ text: String) {
        var rest = Substring(text)
        while let character = rest.first {
            switch character {
            case ".":
                rest.removeFirst()
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(name.count)
                // A backslash keeps a dot inside a name: `.metadata.labels.app\.kubernetes\.io/name`.
                var whole = String(name)
                while whole.last == "\\", rest.first == "." {
                    rest.removeFirst()
                    let more = rest.prefix { $0 != "." && $0 != "[" }
                    rest = rest.dropFirst(more.count)
                    whole = String(whole.dropLast()) + "." + more
                }
                if !whole.isEmpty { steps.append(.field(whole)) }
            case "[":
                guard let end = Self.closing(rest) else { return nil }
                let inside = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
                guard let step = Self.step(inside) else { return nil }
                steps.append(step)
            default: return nil
            }
        }
    }

    private static func closing(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "]" {
                return index
            }
        }
        return nil
    }

    private static func step(_ text: Substring) -> Step? {
        if text == "*" { return .all }
        if let index = Int(text) { return .index(index) }
        if let first = text.first, first == "'" || first == "\"" { return .field(String(text.dropFirst().dropLast())) }
        guard text.hasPrefix("?(@."), text.hasSuffix(")") else { return nil }
        let condition = text.dropFirst(4).dropLast()
        guard let equals = condition.firstRange(of: "==") else { return nil }
        let path = String(condition[..<equals.lowerBound]).trimmingSpaces.split(separator: ".").map(String.init)
        let value = String(condition[equals.upperBound...]).trimmingSpaces
        let bare = value.hasPrefix("'") || value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
        return .filter(path: path, equals: bare)
    }

    func first(in value: Value) -> Value? { all(in: value).first }

    func all(in value: Value) -> [Value] {
        var values = [value]
        for step in steps {
            switch step {
            case .field(let name): values = values.compactMap { $0[name] }
            case .index(let index):
                values = values.compactMap { $0[index < 0 ? ($0.sequence?.count ?? 0) + index : index] }
            case .all: values = values.flatMap { $0.sequence ?? $0.mapping?.entries.map(\.value) ?? [] }
            case .filter(let path, let wanted):
                values = values.flatMap { ($0.sequence ?? []).filter { Self.text($0[path: path]) == wanted } }
            }
        }
        return values
    }

    private static func text(_ value: Value?) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let bool): "\(bool)"
        case .int(let int): "\(int)"
        default: nil
        }
    }
}
