/// What a plain scalar means, exactly as sigs.k8s.io/yaml has it for Kubernetes
/// and Helm: go-yaml v2's reading of YAML 1.1, so `yes`, `on` and `y` are
/// booleans, `0755` and `0o755` are octal, `1_000` is a number and `08` is 8.0.
enum PlainScalar {
    /// Nil where the text stays a string.
    @inline(__always)
    static func resolve(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        guard let first = bytes.first else { return .null }
        // Most scalars of manifests start with a letter no special word starts with.
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"):
            return number(bytes)
        case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"), UInt8(ascii: "~"):
            return bytes.count <= 5 ? word(bytes) : nil
        case UInt8(ascii: "."):
            return specialFloat(bytes) ?? fraction(bytes)
        default: return nil
        }
    }

    /// As `resolve`, of a text that comes from elsewhere.
    static func resolve(_ text: String) -> Value? {
        var text = text
        return text.withUTF8 { resolve($0) }
    }

    /// At most five bytes, compared as one number: `name` and `type` come by often.
    private static func word(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        switch bytes.reduce(UInt64(0), { $0 << 8 | UInt64($1) }) {
        case packed("true"), packed("True"), packed("TRUE"), packed("y"), packed("Y"), packed("yes"), packed("Yes"),
            packed("YES"), packed("on"), packed("On"), packed("ON"):
            .bool(true)
        case packed("false"), packed("False"), packed("FALSE"), packed("n"), packed("N"), packed("no"), packed("No"),
            packed("NO"), packed("off"), packed("Off"), packed("OFF"):
            .bool(false)
        case packed("~"), packed("null"), packed("Null"), packed("NULL"): .null
        default: nil
        }
    }

    @inline(__always)
    private static func packed(_ word: StaticString) -> UInt64 {
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func specialFloat(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        guard bytes.count == 4 || bytes.count == 5 else { return nil }
        return switch String(decoding: bytes, as: UTF8.self) {
        case ".nan", ".NaN", ".NAN": .double(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": .double(.infinity)
        case "-.inf", "-.Inf", "-.INF": .double(-.infinity)
        default: nil
        }
    }

    @inline(never)
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        // Up to 18 decimal digits without a leading zero: what nearly every number is.
        var index = 0
        let isNegative = bytes[0] == UInt8(ascii: "-")
        if isNegative || bytes[0] == UInt8(ascii: "+") { index = 1 }
        let start = index
        guard start < bytes.count else { return nil }
        if bytes[start] != UInt8(ascii: "0") || bytes.count == start &+ 1 {
            var value: Int64 = 0
            while index < bytes.count, index &- start < 18, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
                value = value &* 10 &+ Int64(digit)
                index &+= 1
            }
            if index == bytes.count, index > start { return .int(isNegative ? -value : value) }
            // A version, an address, a quantity or a date ends here.
            if index < bytes.count, index > start || isNegative {
                let byte = bytes[index]
                let mayBeNumber =
                    byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte | 0x20 == UInt8(ascii: "e")
                if !mayBeNumber { return nil }
            }
        }
        if let special = specialFloat(bytes) { return special }
        guard bytes.contains(UInt8(ascii: "_")) else { return rareNumber(bytes) }
        return bytes.filter { $0 != UInt8(ascii: "_") }.withUnsafeBufferPointer { rareNumber($0) }
    }

    /// Go's `strconv.ParseInt(s, 0, 64)`, then `ParseUint`, then a float.
    private static func rareNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        guard let first = bytes.first else { return nil }
        let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        let start = isSigned ? 1 : 0
        var base: UInt64 = 10
        var digits = start
        if bytes.count > start &+ 1, bytes[start] == UInt8(ascii: "0") {
            (base, digits) = (8, start &+ 1)
            if bytes.count > start &+ 2 {
                switch bytes[start &+ 1] | 0x20 {
                case UInt8(ascii: "x"): (base, digits) = (16, start &+ 2)
                case UInt8(ascii: "o"): (base, digits) = (8, start &+ 2)
                case UInt8(ascii: "b"): (base, digits) = (2, start &+ 2)
                default: break
                }
            }
        }
        if let magnitude = Number.unsigned(bytes, from: digits, base: base) {
            if first == UInt8(ascii: "-") {
                if magnitude <= UInt64(1) << 63 { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
            } else if let value = Int64(exactly: magnitude) {
                return .int(value)
            } else if !isSigned {
                return .double(Double(magnitude))
            }
        }
        return isFloat(bytes) ? Number.double(bytes).map(Value.double) : nil
    }

    /// A number that begins with its point; Go's `ParseFloat` allows underscores
    /// between two digits.
    private static func fraction(_ bytes: UnsafeBufferPointer<UInt8>) -> Value? {
        guard bytes.contains(UInt8(ascii: "_")) else { return isFloat(bytes) ? Number.double(bytes).map(Value.double) : nil }
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard index > 0, index &+ 1 < bytes.count, bytes[index &- 1] &- UInt8(ascii: "0") < 10,
                bytes[index &+ 1] &- UInt8(ascii: "0") < 10
            else { return nil }
        }
        return bytes.filter { $0 != UInt8(ascii: "_") }.withUnsafeBufferPointer { fraction($0) }
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isFloat(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
            return index &- start
        }
        func skip(_ characters: UInt8...) -> Bool {
            guard index < bytes.count, characters.contains(bytes[index]) else { return false }
            index &+= 1
            return true
        }
        _ = skip(UInt8(ascii: "-"), UInt8(ascii: "+"))
        let whole = digits()
        if skip(UInt8(ascii: ".")) {
            let fraction = digits()
            if whole == 0, fraction == 0 { return false }
        } else if whole == 0 {
            return false
        }
        if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "-"), UInt8(ascii: "+"))
            if digits() == 0 { return false }
        }
        return index == bytes.count
    }
}
