internal import Document

/// What a secret value is shown as.
package let secretMask = "***"

/// Whether the values of such objects are masked wherever they would be seen.
package func hasMaskedValues(_ kind: GroupKind) -> Bool { kind == GroupKind(group: "", kind: "Secret") }

/// The object without the values of a Secret, for people's eyes and for logs.
///
/// `digest` gets each value's text (the base 64 where it is no text) and gives a short text that stands behind the
/// mask, so that changed values look different; it must be keyed, because short
/// secrets can be guessed from a plain digest. The same text in `data` and in
/// `stringData` look the same.
package func masked(_ object: Object, digest: (String) -> String = { _ in "" }) -> Object {
    guard hasMaskedValues(object.groupKind) else { return object }
    var result = object
    func mask(_ text: String) -> Value {
        let suffix = digest(text)
        return .string(suffix.isEmpty ? secretMask : "\(secretMask) \(suffix)")
    }
    for field in ["data", "stringData"] {
        guard let values = object.value[field] else { continue }
        guard let mapping = values.mapping else {
            // Not what it should be, and all the more not to be shown.
            if !values.isNull { result.value[field] = .string(secretMask) }
            continue
        }
        result.value[field] = .mapping(
            mapping.mapValues { value in
                guard let text = value.string else { return value.isNull ? .null : .string(secretMask) }
                guard field == "data", let bytes = Base64.decode(text) else { return mask(text) }
                return mask(String(validating: bytes, as: UTF8.self) ?? text)
            })
    }
    // A misspelt "stringdata" holds no less of a secret.
    for entry in object.value.mapping?.entries ?? [] where !["apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData"].contains(entry.key) {
        if !entry.value.isNull { result.value[entry.key] = .string(secretMask) }
    }
    // kubectl keeps the whole manifest here, values and all.
    let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
    if object.annotations.contains(lastApplied) { result.annotations[lastApplied] = .string(secretMask) }
    return result
}
