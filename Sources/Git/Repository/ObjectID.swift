/// The name of an object in a repository: a SHA-1.
package struct ObjectID: Sendable, Hashable {
    /// Twenty bytes.
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Nil for anything but 40 hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = Self.digit(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard bytes.count == 20, high == nil else { return nil }
        self.bytes = bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The seven digits that people use.
    package var short: String { String(description.prefix(7)) }
}

extension ObjectID: CustomStringConvertible, Comparable {
    package var description: String { hexadecimal(bytes) }

    package static func < (left: ObjectID, right: ObjectID) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// Lower-case hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.unicodeScalars.append(Unicode.Scalar(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")))
        }
    }
    return text
}

/// Base 64 of RFC 4648, with padding.
func base64(_ bytes: some Sequence<UInt8>) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars.map { $0 }
    var text = String.UnicodeScalarView()
    var group: UInt32 = 0
    var count = 0
    func flush() {
        for place in 0..<4 {
            let index = Int(group >> UInt32(18 - place * 6) & 63)
            text.append(place <= count ? alphabet[index] : "=")
        }
        (group, count) = (0, 0)
    }
    for byte in bytes {
        group |= UInt32(byte) << UInt32(16 - count * 8)
        count += 1
        if count == 3 { flush() }
    }
    if count > 0 { flush() }
    return String(text)
}
