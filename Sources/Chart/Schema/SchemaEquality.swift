internal import Template

/// Equality of JSON: `1` and `1.0` are one number, a map has no order.
extension Datum {
    /// True for a number without fraction.
    var isWhole: Bool {
        switch self {
        case .int: true
        case .float(let value): value.isFinite && value == value.rounded(.towardZero)
        default: false
        }
    }

    /// The same as a constant of a schema.
    func equals(_ constant: SchemaValue) -> Bool {
        switch (self, constant) {
        case (.undefined, .null), (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)): return left == right
        case (.int, .number(let text)), (.float, .number(let text)):
            guard let left = ExactNumber(self), let right = ExactNumber(text) else { return false }
            return left.compare(right) == 0
        case (.list(let left, _), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.map(let left), .object(let right)):
            return left.count == right.count && right.allSatisfy { entry in left[entry.key]?.equals(entry.value) ?? false }
        default: return false
        }
    }

    /// The first two equal items: the later one earliest in the list, and the first it equals.
    static func firstEqual(_ items: [Datum]) -> (Int, Int)? {
        guard items.count > 1 else { return nil }
        var seen: [DatumKey: Int] = [:]
        seen.reserveCapacity(items.count)
        for (index, item) in items.enumerated() {
            let key = DatumKey(item, depth: 0)
            if let first = seen[key] { return (first, index) }
            seen[key] = index
        }
        return nil
    }
}

/// A value in a form that hashes and compares by JSON's equality.
private indirect enum DatumKey: Hashable {
    case null
    case bool(Bool)
    case number(Bool, [UInt8], Int)
    case string(String)
    case list([DatumKey])
    case map([String: DatumKey])

    init(_ value: Datum, depth: Int) {
        switch value {
        case .undefined, .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .string(let text): self = .string(text)
        case .int, .float:
            let number = ExactNumber(value)
            self = .number(number?.isNegative ?? false, number?.digits ?? [255], number?.exponent ?? 0)
        case .list(let items, _) where depth < depthOfValues: self = .list(items.map { DatumKey($0, depth: depth + 1) })
        case .map(let map) where depth < depthOfValues: self = .map(map.storage.mapValues { DatumKey($0, depth: depth + 1) })
        // No values file is that deep, and an object with methods is no value of one.
        default: self = .null
        }
    }
}
