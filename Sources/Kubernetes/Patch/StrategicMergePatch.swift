package import Document

/// A strategic merge patch (`application/strategic-merge-patch+json`): a merge
/// patch that joins lists by their merge keys and obeys the `$patch`,
/// `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` directives.
package func strategicMergePatch(_ original: Value, _ patch: Value, schema: Schema) throws(KubernetesError) -> Value {
    try StrategicMerge.mapping(original, patch, schema)
}

private enum StrategicMerge {
    static func mapping(_ original: Value, _ patch: Value, _ schema: Schema) throws(KubernetesError) -> Value {
        guard var changes = patch.mapping else { return patch }
        switch changes.removeValue(forKey: "$patch")?.string {
        case nil, "merge": break
        case "replace": return .mapping(changes)
        case "delete": return [:]
        case let directive?: throw KubernetesError(.patch("unknown patch type \"\(directive)\" in map"))
        }
        var result = original.mapping ?? [:]
        if let retained = changes.removeValue(forKey: "$retainKeys")?.sequence {
            let keys = Set(retained.compactMap(\.string))
            for entry in changes where !keys.contains(entry.key) && !entry.key.hasPrefix("$") {
                throw KubernetesError(.patch("key \"\(entry.key)\" is not in $retainKeys"))
            }
            result.removeAll { !keys.contains($0.key) }
        }
        for entry in changes where !entry.key.hasPrefix("$") || entry.key == "$ref" || entry.key == "$schema" {
            if entry.value.isNull {
                result[entry.key] = nil
                continue
            }
            let field = schema.field(entry.key) ?? .any
            guard let old = result[entry.key], !old.isNull else {
                result[entry.key] = try cleaned(entry.value, field)
                continue
            }
            if case .list(let list) = field.shape, let items = entry.value.sequence {
                result[entry.key] = .sequence(try join(old.sequence ?? [], items, list, named: entry.key))
            } else if entry.value.mapping != nil, old.mapping != nil {
                result[entry.key] = try mapping(old, entry.value, field)
            } else {
                result[entry.key] = entry.value
            }
        }
        for entry in changes {
            if let name = entry.key.after("$deleteFromPrimitiveList/"), let doomed = entry.value.sequence {
                result[name] = result[name]?.sequence.map { items in .sequence(items.filter { !doomed.contains($0) }) }
            } else if let name = entry.key.after("$setElementOrder/"), let order = entry.value.sequence,
                let items = result[name]?.sequence
            {
                let key: String? = if case .list(let list)? = schema.field(name)?.shape, case .mergeByKey(let key) = list.patch { key } else { nil }
                result[name] = .sequence(ordered(items, by: order, before: original[name]?.sequence ?? [], key: key))
            }
        }
        return .mapping(result)
    }

    /// A patch where nothing was before: its directives and nulls mean nothing to the result.
    private static func cleaned(_ patch: Value, _ schema: Schema) throws(KubernetesError) -> Value {
        switch patch {
        case .mapping: return try mapping([:], patch, schema)
        case .sequence(let items):
            guard case .list(let list) = schema.shape else { return patch }
            return .sequence(try join([], items, list, named: ""))
        default: return patch
        }
    }

    private static func join(
        _ old: [Value], _ patch: [Value], _ list: ListSchema, named name: String
    ) throws(KubernetesError) -> [Value] {
        switch list.patch {
        case .replace: return patch
        case .merge: return old + patch.filter { !old.contains($0) }
        case .mergeByKey(let key):
            var result = old
            if patch.contains(where: { $0["$patch"]?.string == "replace" }) {
                return patch.filter { $0["$patch"] == nil }
            }
            for item in patch {
                guard let identity = item[key] else {
                    throw KubernetesError(.patch("an item of \"\(name)\" does not contain declared merge key: \(key)"))
                }
                let index = result.firstIndex { $0[key] == identity }
                if item["$patch"]?.string == "delete" {
                    result.removeAll { $0[key] == identity }
                } else if let index {
                    result[index] = try mapping(result[index], item, list.item)
                } else {
                    result.append(try mapping([:], item, list.item))
                }
            }
            return result
        }
    }

    /// Items in the order the patch asks for; those it does not name keep their place
    /// relative to the ones that were there before.
    private static func ordered(_ items: [Value], by order: [Value], before: [Value], key: String?) -> [Value] {
        func identity(_ item: Value) -> Value { key.flatMap { item[$0] } ?? item }
        let wanted = order.map(identity)
        let places = Dictionary(before.enumerated().map { (identity($1), $0) }, uniquingKeysWith: { first, _ in first })
        var named = wanted.compactMap { wish in items.first { identity($0) == wish } }[...]
        var others = items.filter { !wanted.contains(identity($0)) }[...]
        var result: [Value] = []
        while let left = named.first, let right = others.first {
            if let leftPlace = places[identity(left)], let rightPlace = places[identity(right)], rightPlace < leftPlace {
                result.append(right)
                others.removeFirst()
            } else {
                result.append(left)
                named.removeFirst()
            }
        }
        return result + named + others
    }
}

extension String {
    fileprivate func after(_ prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
