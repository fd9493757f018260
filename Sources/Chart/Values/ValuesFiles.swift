internal import Document
internal import Template

/// Values files laid over each other.
enum ValuesFiles {
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
