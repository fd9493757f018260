/// Go's `html`: the five characters and NUL.
func htmlEscaped(_ text: String) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case 0: result += "\u{FFFD}".utf8
        case UInt8(ascii: "\""): result += "&#34;".utf8
        case UInt8(ascii: "'"): result += "&#39;".utf8
        case UInt8(ascii: "&"): result += "&amp;".utf8
        case UInt8(ascii: "<"): result += "&lt;".utf8
        case UInt8(ascii: ">"): result += "&gt;".utf8
        default: result.append(byte)
        }
    }
    return String(decoding: result, as: UTF8.self)
}

/// Go's `js`.
func javaScriptEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": result += "\\\\"
        case "'": result += "\\'"
        case "\"": result += "\\\""
        case "<": result += "\\u003C"
        case ">": result += "\\u003E"
        case "&": result += "\\u0026"
        case "=": result += "\\u003D"
        case _ where scalar.value >= 0x20 && scalar.value < 0x80 || scalar.value >= 0x80 && isPrintable(scalar):
            result.unicodeScalars.append(scalar)
        default:
            let hex = String(scalar.value, radix: 16, uppercase: true)
            result += "\\u" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
        }
    }
    return result
}

/// Go's `urlquery`: `url.QueryEscape`, a space as "+".
package func urlQueryEscaped(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
            result.append(byte)
        case UInt8(ascii: " "): result.append(UInt8(ascii: "+"))
        default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: result, as: UTF8.self)
}
