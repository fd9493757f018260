/// Equality and hash that a deep tree cannot make overflow a thread's stack.
extension Value: Hashable {
    package static func == (left: Value, right: Value) -> Bool {
        if let answer = isEqualScalar(left, right) { return answer }
        var pending = [(left, right)]
        while let (left, right) = pending.popLast() {
            switch (left, right) {
            case (.sequence(let left), .sequence(let right)):
                guard left.count == right.count else { return false }
                for (left, right) in zip(left, right) {
                    guard let answer = isEqualScalar(left, right) else {
                        pending.append((left, right))
                        continue
                    }
                    if !answer { return false }
                }
            case (.mapping(let left), .mapping(let right)):
                guard left.count == right.count else { return false }
                for (entry, other) in zip(left.entries, right.entries) {
                    // Two mappings of one origin mostly share their order.
                    guard let other = other.key == entry.key ? other.value : right[entry.key] else { return false }
                    guard let answer = isEqualScalar(entry.value, other) else {
                        pending.append((entry.value, other))
                        continue
                    }
                    if !answer { return false }
                }
            default: return false
            }
        }
        return true
    }

    /// Nil for two collections of one kind, whose items decide.
    private static func isEqualScalar(_ left: Value, _ right: Value) -> Bool? {
        switch (left, right) {
        case (.string(let left), .string(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null): true
        case (.sequence, .sequence), (.mapping, .mapping): nil
        default: false
        }
    }

    /// Looks eight levels deep: enough to tell objects apart, whatever hangs below.
    package func hash(into hasher: inout Hasher) { hash(into: &hasher, levels: 8) }

    fileprivate func hash(into hasher: inout Hasher, levels: Int) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .sequence(let items):
            hasher.combine(items.count)
            guard levels > 0 else { return }
            for item in items { item.hash(into: &hasher, levels: levels - 1) }
        case .mapping(let mapping):
            hasher.combine(mapping.count)
            guard levels > 0 else { return }
            // The order of keys must not matter.
            var sum = 0
            for entry in mapping.entries {
                var one = Hasher()
                one.combine(entry.key)
                entry.value.hash(into: &one, levels: levels - 1)
                sum ^= one.finalize()
            }
            hasher.combine(sum)
        }
    }
}

extension Mapping: Hashable {
    package static func == (left: Mapping, right: Mapping) -> Bool { Value.mapping(left) == Value.mapping(right) }

    package func hash(into hasher: inout Hasher) { Value.mapping(self).hash(into: &hasher) }
}
