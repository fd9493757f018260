extension Formatter {
    mutating func write(_ value: Int64, _ type: IntegerType, _ verb: Unicode.Scalar) {
        switch verb {
        case "v" where sharpV && type.isUnsigned:
            let old = sharp
            sharp = true
            write(value, radix: 16, verb)
            sharp = old
        case "v", "d": write(value, radix: 10, verb)
        case "b": write(value, radix: 2, verb)
        case "o", "O": write(value, radix: 8, verb)
        case "x", "X": write(value, radix: 16, verb)
        case "c":
            let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
            pad(String(scalar))
        case "q": pad(goQuoted(scalar: value, ascii: plus))
        case "U": writeUnicode(value)
        default: badVerb(.int(value, as: type), verb)
        }
    }

    private mutating func write(_ value: Int64, radix: Int, _ verb: Unicode.Scalar) {
        var digits = String(value.magnitude, radix: radix, uppercase: verb == "X")
        var wanted = 0
        if let precision {
            if precision == 0, value == 0 {
                fill(width ?? 0, " ")
                return
            }
            wanted = precision
        } else if zero, !minus, let width {
            wanted = width
            if value < 0 || plus || space { wanted -= 1 }
        }
        digits = String(repeating: "0", count: max(0, wanted - digits.utf8.count)) + digits
        if sharp {
            switch radix {
            case 2: digits = "0b" + digits
            case 8: if !digits.hasPrefix("0") { digits = "0" + digits }
            case 16: digits = (verb == "X" ? "0X" : "0x") + digits
            default: break
            }
        }
        if verb == "O" { digits = "0o" + digits }
        if value < 0 { digits = "-" + digits } else if plus { digits = "+" + digits } else if space { digits = " " + digits }
        let old = zero
        zero = false
        pad(digits)
        zero = old
    }

    private mutating func writeUnicode(_ value: Int64) {
        let bits = UInt64(bitPattern: value)
        let hex = String(bits, radix: 16, uppercase: true)
        var text = "U+" + String(repeating: "0", count: max(0, max(4, precision ?? 4) - hex.utf8.count)) + hex
        if sharp, let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init), isPrintable(scalar) { text += " '\(scalar)'" }
        let old = zero
        zero = false
        pad(text)
        zero = old
    }

    mutating func write(_ value: Double, _ verb: Unicode.Scalar) {
        switch verb {
        case "v": write(value, "g", precision: -1)
        case "b", "g", "G", "x", "X": write(value, Character(verb), precision: -1)
        case "e", "E", "f": write(value, Character(verb), precision: 6)
        case "F": write(value, "f", precision: 6)
        default: badVerb(.float(value), verb)
        }
    }

    private mutating func write(_ value: Double, _ format: Character, precision standard: Int) {
        var text = goFormat(value, format, precision: precision ?? standard)
        var sign: Character = "+"
        if let first = text.first, first == "-" || first == "+" {
            sign = first
            text.removeFirst()
        }
        if space, sign == "+", !plus { sign = " " }
        if !value.isFinite {
            let old = zero
            zero = false
            let hidesSign = value.isNaN ? !space && !plus : sign == "+" && !plus
            pad(hidesSign ? text : String(sign) + text)
            zero = old
            return
        }
        if sharp, format != "b" { text = withAllDigits(text, format) }
        if plus || sign != "+" {
            if zero, !minus, let width, width > text.utf8.count + 1 {
                output.append(sign)
                fill(width - text.utf8.count - 1, "0")
                output += text
            } else {
                pad(String(sign) + text)
            }
        } else {
            pad(text)
        }
    }

    /// `#`: always a point, and for `%g` the zeros at the end stay.
    private func withAllDigits(_ text: String, _ format: Character) -> String {
        var missing = 0
        if format == "g" || format == "G" || format == "x" { missing = precision ?? 6 }
        var body = ""
        var tail = ""
        var hasPoint = false
        var sawDigit = false
        for character in text {
            if !tail.isEmpty {
                tail.append(character)
                continue
            }
            switch character {
            case ".":
                hasPoint = true
                body.append(character)
            case "p", "P": tail.append(character)
            case "e", "E":
                if format != "x", format != "X" {
                    tail.append(character)
                    continue
                }
                body.append(character)
                missing -= 1
            default:
                body.append(character)
                if character != "0" { sawDigit = true }
                if sawDigit { missing -= 1 }
            }
        }
        if !hasPoint {
            if body == "0" { missing -= 1 }
            body += "."
        }
        return body + String(repeating: "0", count: max(0, missing)) + tail
    }
}
