package import Document

/// A JSON patch (RFC 6902): operations on places named by JSON pointers, all or none.
package func jsonPatch(_ original: Value, _ operations: Value) throws(KubernetesError) -> Value {
    guard let list = operations.sequence else { throw KubernetesError(.patch("expected a list of operations, found \(operations.kindName)")) }
    guard list.count <= JSONPatch.operationLimit else {
        throw KubernetesError(.patch("\(list.count) operations, the limit is \(JSONPatch.operationLimit)"))
    }
    var patch = JSONPatch(document: original)
    for (index, operation) in list.enumerated() { try patch.perform(operation, index: index) }
    return patch.document
}

private struct JSONPatch {
    /// The API server's own limit.
    static let operationLimit = 10_000
    /// Values that `copy` may make: a handful of copies of copies would fill any memory.
    static let copyLimit = 1_000_000

    var document: Value
    private var copied = 0

    init(document: Value) { self.document = document }

    mutating func perform(_ operation: Value, index: Int) throws(KubernetesError) {
        let name = operation["op"]?.string ?? ""
        func fail(_ text: String) -> KubernetesError { KubernetesError(.patch("operation \(index) (\"\(name)\"): \(text)")) }
        func pointer(_ field: String) throws(KubernetesError) -> Pointer {
            guard let text = operation[field]?.string else { throw fail("\"\(field)\" is missing") }
            guard let pointer = Pointer(text) else { throw fail("\"\(text)\" is no JSON pointer") }
            return pointer
        }
        func wanted() throws(KubernetesError) -> Value {
            guard let value = operation["value"] else { throw fail("\"value\" is missing") }
            return value
        }
        func found(_ pointer: Pointer) throws(KubernetesError) -> Value {
            guard let value = pointer.value(in: document) else { throw fail("\"\(pointer.text)\" does not exist") }
            return value
        }
        func change(_ pointer: Pointer, _ edit: Edit) throws(KubernetesError) {
            guard let changed = edit.applied(to: document, pointer.steps[...]) else { throw fail("\"\(pointer.text)\" does not exist") }
            document = changed
        }
        let path = try pointer("path")
        switch name {
        case "add": try change(path, .add(try wanted()))
        case "remove":
            _ = try found(path)
            try change(path, .remove)
        case "replace":
            let value = try wanted()
            _ = try found(path)
            try change(path, .replace(value))
        case "move":
            let from = try pointer("from")
            let value = try found(from)
            if path.steps != from.steps, path.steps.starts(with: from.steps) { throw fail("\"\(from.text)\" cannot move into itself") }
            try change(from, .remove)
            try change(path, .add(value))
        case "copy":
            let value = try found(try pointer("from"))
            copied += value.size(limit: Self.copyLimit)
            guard copied <= Self.copyLimit else { throw fail("copies over \(Self.copyLimit) values") }
            try change(path, .add(value))
        case "test":
            let value = try wanted()
            guard try found(path) == value else { throw fail("testing value \"\(path.text)\" failed") }
        default: throw fail("unexpected kind")
        }
    }
}

/// A JSON pointer (RFC 6901).
private struct Pointer {
    let text: String
    let steps: [String]

    init?(_ text: String) {
        self.text = text
        if text.isEmpty {
            steps = []
            return
        }
        guard text.hasPrefix("/") else { return nil }
        steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(Self.unescaped)
    }

    private static func unescaped(_ step: Substring) -> String {
        guard step.contains("~") else { return String(step) }
        var result = ""
        var isTilde = false
        for character in step {
            if isTilde {
                result.append(character == "1" ? "/" : character == "0" ? "~" : character)
                isTilde = false
            } else if character == "~" {
                isTilde = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    func value(in document: Value) -> Value? {
        var value = document
        for step in steps {
            let next: Value? = value.sequence == nil ? value[step] : arrayIndex(step).flatMap { value[$0] }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

/// Digits without a leading zero.
private func arrayIndex(_ step: String) -> Int? {
    guard step == "0" || !step.hasPrefix("0"), !step.isEmpty, step.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int(step)
}

private enum Edit {
    case add(Value), replace(Value), remove

    /// The value with the place some steps down changed; nil where the way there does not exist.
    func applied(to value: Value, _ steps: ArraySlice<String>) -> Value? {
        guard let step = steps.first else {
            switch self {
            case .add(let new), .replace(let new): return new
            case .remove: return .null
            }
        }
        let rest = steps.dropFirst()
        switch value {
        case .mapping(var mapping):
            if rest.isEmpty {
                switch self {
                case .add(let new), .replace(let new): mapping[step] = new
                case .remove: mapping[step] = nil
                }
            } else {
                guard let inner = mapping[step], let changed = applied(to: inner, rest) else { return nil }
                mapping[step] = changed
            }
            return .mapping(mapping)
        case .sequence(var items):
            let index = step == "-" ? items.count : arrayIndex(step)
            guard let index else { return nil }
            if !rest.isEmpty {
                guard items.indices.contains(index), let changed = applied(to: items[index], rest) else { return nil }
                items[index] = changed
                return .sequence(items)
            }
            switch self {
            case .add(let new):
                guard index <= items.count else { return nil }
                items.insert(new, at: index)
            case .replace(let new):
                guard items.indices.contains(index) else { return nil }
                items[index] = new
            case .remove:
                guard items.indices.contains(index) else { return nil }
                items.remove(at: index)
            }
            return .sequence(items)
        default: return nil
        }
    }
}

extension Value {
    /// How many values it is made of, counted no further than `limit`.
    fileprivate func size(limit: Int) -> Int {
        var count = 0
        var waiting = [self]
        while let value = waiting.popLast(), count <= limit {
            count += 1
            switch value {
            case .mapping(let mapping): waiting += mapping.map(\.value)
            case .sequence(let items): waiting += items
            default: break
            }
        }
        return count
    }
}
