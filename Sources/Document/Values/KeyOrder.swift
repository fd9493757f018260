/// go-yaml v2's order of keys: numbers inside them by value, letters behind
/// everything else, then by length.
///
/// It is no strict order (`a10`, `a1b` and `a9` go in a circle); what comes out
/// for such keys is as arbitrary in go-yaml, which starts from a random order.
enum KeyOrder {
    static func precedes(_ left: String, _ right: String) -> Bool {
        var left = left, right = right
        return left.withUTF8 { a in
            right.withUTF8 { b in
                // Where the first difference is between two ASCII letters, the rest does not matter.
                var index = 0
                while index < a.count, index < b.count, a[index] == b[index] { index &+= 1 }
                if index == a.count || index == b.count { return a.count < b.count }
                if isLetter(a[index]), isLetter(b[index]) { return a[index] < b[index] }
                return compare(scalars(a), scalars(b))
            }
        }
    }

    private static func scalars(_ bytes: UnsafeBufferPointer<UInt8>) -> [Unicode.Scalar] {
        Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }

    private static func compare(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Bool {
        guard let first = zip(a, b).enumerated().first(where: { $1.0 != $1.1 }) else { return a.count < b.count }
        let index = first.offset
        let (left, right) = first.element
        let isLeftLetter = left.properties.isLetter, isRightLetter = right.properties.isLetter
        if isLeftLetter, isRightLetter { return left < right }
        if isLeftLetter || isRightLetter { return isRightLetter }
        // A zero inside a longer number must not be read as a small one of its own.
        var start: Int64 = 0
        if left == "0" || right == "0" {
            let digits = a[..<index].reversed().prefix { $0.properties.isDigit }
            if digits.contains(where: { $0 != "0" }) { start = 1 }
        }
        let (leftNumber, leftEnd) = number(in: a, from: index, start)
        let (rightNumber, rightEnd) = number(in: b, from: index, start)
        if leftNumber != rightNumber { return leftNumber < rightNumber }
        if leftEnd != rightEnd { return leftEnd < rightEnd }
        return left < right
    }

    private static func number(in text: [Unicode.Scalar], from index: Int, _ start: Int64) -> (value: Int64, end: Int) {
        var value = start
        var end = index
        for scalar in text[index...] {
            guard scalar.properties.isDigit else { break }
            // Go's arithmetic wraps, too.
            value = value &* 10 &+ (Int64(scalar.value) &- 0x30)
            end &+= 1
        }
        return (value, end)
    }
}

extension Unicode.Scalar.Properties {
    /// Unicode's category L, as Go's `unicode.IsLetter`.
    fileprivate var isLetter: Bool {
        switch generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// Unicode's category Nd, as Go's `unicode.IsDigit`.
    fileprivate var isDigit: Bool { generalCategory == .decimalNumber }
}
