package import Document

/// A JSON merge patch (RFC 7386): mappings are joined, null removes, the rest replaces.
package func mergePatch(_ original: Value, _ patch: Value) -> Value {
    guard let changes = patch.mapping else { return patch }
    var result = original.mapping ?? [:]
    for entry in changes {
        if entry.value.isNull {
            result[entry.key] = nil
        } else {
            result[entry.key] = mergePatch(result[entry.key] ?? .null, entry.value)
        }
    }
    return .mapping(result)
}
