internal import Document
internal import Template

/// Go's `%v` of one value: `map[a:1 b:[x y]]`, `<nil>`, `1.5e+07`.
func printed(_ value: Datum) -> String {
    switch value {
    case .undefined, .null: "<nil>"
    case .object: goSprint([value])
    default: value.printed
    }
}

/// A map may hold itself (`set $m "self" $m`); nothing walks deeper than this.
let depthOfValues = 1000

/// Go's `%v` of a float64.
func goFloat(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return GoNumber.general(number)
}

/// Sprig's `strval`: texts and bytes as they are, the rest as Go prints it.
func plainText(_ value: Datum) -> String {
    switch value {
    case .string(let text): return text
    case .list(let items, .uint8): return goString(bytes(of: items))
    default: return printed(value)
    }
}

/// The items of a slice of bytes.
func bytes(of items: [Datum]) -> [UInt8] {
    items.map { item in
        if case .int(let number, _) = item { return UInt8(truncatingIfNeeded: number) }
        return 0
    }
}

/// A Go string may hold any bytes, one of ours is UTF-8. Each byte that is none
/// becomes a scalar of a private plane, so that what is encoded or digested
/// afterwards (`.Files.Get "key.jks" | b64enc`) is the original again.
func goString(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var result = String.UnicodeScalarView()
    var index = 0
    while index < bytes.count {
        let width = [4, 3, 2, 1].first { width in
            index + width <= bytes.count && isScalar(bytes[index..<(index + width)])
        }
        if let width {
            result.append(contentsOf: String(decoding: bytes[index..<(index + width)], as: UTF8.self).unicodeScalars)
            index += width
        } else {
            if let scalar = Unicode.Scalar(rawBytePlane + UInt32(bytes[index])) { result.append(scalar) }
            index += 1
        }
    }
    return String(result)
}

/// The bytes a Go string would hold.
func goBytes(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    // The private scalars begin with F4 8F BC…BF.
    guard firstIndex(of: [0xf4, 0x8f], in: bytes, from: 0) != nil else { return bytes }
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
        if scalar.value >= rawBytePlane + 0x80, scalar.value <= rawBytePlane + 0xff {
            result.append(UInt8(scalar.value - rawBytePlane))
        } else {
            result += String(scalar).utf8
        }
    }
    return result
}

/// A text as it is shown: a replacement character for each byte that is no UTF-8.
func shownText(_ text: String) -> String {
    guard text.utf8.contains(0xf4) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map {
        (rawBytePlane + 0x80...rawBytePlane + 0xff).contains($0.value) ? "\u{FFFD}" : $0
    }))
}

private let rawBytePlane: UInt32 = 0x10ff00

private func isScalar(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.count == 1
}
