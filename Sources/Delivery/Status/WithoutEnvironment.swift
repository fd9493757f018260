internal import Document
internal import Kubernetes

/// A value at a place of an object, without what environment variables are set to: people write passwords there, and
/// history is kept for long and told to many. Where a variable takes its value from is no secret.
func withoutEnvironment(_ value: Value, at path: DocumentPath) -> Value {
    guard let list = path.steps.lastIndex(of: .key("env")) else { return hidden(value, depth: 0) }
    switch path.steps.count - list {
    case 1: return hiddenVariables(value)
    case 2: return hiddenVariable(value)
    default: return path.steps.dropFirst(list + 2).first == .key("value") ? .string(secretMask) : value
    }
}

/// Objects of a cluster are not deep; what is deeper is not shown.
private let depthLimit = 40

private func hidden(_ value: Value, depth: Int) -> Value {
    guard depth < depthLimit else { return .string(secretMask) }
    switch value {
    case .sequence(let items): return .sequence(items.map { hidden($0, depth: depth + 1) })
    case .mapping(let mapping):
        return .mapping(
            Mapping(mapping.entries.map { entry in (entry.key, entry.key == "env" ? hiddenVariables(entry.value) : hidden(entry.value, depth: depth + 1)) }))
    default: return value
    }
}

private func hiddenVariables(_ value: Value) -> Value {
    guard let items = value.sequence else { return value.isNull ? value : .string(secretMask) }
    return .sequence(items.map(hiddenVariable))
}

private func hiddenVariable(_ value: Value) -> Value {
    guard value.mapping != nil else { return .string(secretMask) }
    var variable = value
    if variable["value"] != nil { variable["value"] = .string(secretMask) }
    return variable
}
