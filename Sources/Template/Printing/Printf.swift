/// Go's `fmt.Sprintf`, with its ways of saying that the format and the operands do not fit.
package func goSprintf(_ format: String, _ arguments: [Datum]) -> String {
    var format = FormatReader(format: format, arguments: arguments)
    return format.run()
}

private struct FormatReader {
    /// Widths and precisions beyond it are refused, as in Go.
    static let numberLimit = 1_000_000

    var rest: Substring
    let arguments: [Datum]
    var formatter = Formatter()
    var next = 0
    /// An index such as `[1]` was used: then left-over operands are no fault.
    var isReordered = false
    var isIndexGood = true
    var afterIndex = false

    init(format: String, arguments: [Datum]) {
        rest = Substring(format)
        self.arguments = arguments
    }

    mutating func run() -> String {
        while formatter.output.utf8.count <= Formatter.sizeLimit, let percent = rest.utf8.firstIndex(of: UInt8(ascii: "%")) {
            formatter.output += rest[..<percent]
            rest = rest[rest.utf8.index(after: percent)...]
            if !plainString() { verb() }
        }
        formatter.output += rest
        formatter.clearFlags()
        if !isReordered, next < arguments.count {
            formatter.output += "%!(EXTRA "
            for (index, argument) in arguments[next...].enumerated() {
                if index > 0 { formatter.output += ", " }
                if argument.isNil {
                    formatter.output += "<nil>"
                } else {
                    formatter.output += argument.typeName + "="
                    formatter.print(argument, "v")
                }
            }
            formatter.output += ")"
        }
        return formatter.output
    }

    /// `%s` with a string, which most verbs are.
    private mutating func plainString() -> Bool {
        guard rest.utf8.first == UInt8(ascii: "s"), arguments.indices.contains(next),
            case .string(let text) = arguments[next]
        else { return false }
        formatter.output += text
        rest = rest[rest.utf8.index(after: rest.startIndex)...]
        next += 1
        return true
    }

    private mutating func verb() {
        formatter.clearFlags()
        isIndexGood = true
        afterIndex = false
        flags()
        argumentIndex()
        width()
        precision()
        if !afterIndex { argumentIndex() }
        guard let verb = rest.unicodeScalars.popFirst() else { return formatter.output += "%!(NOVERB)" }
        if verb == "%" { return formatter.output += "%" }
        guard isIndexGood else { return formatter.output += "%!\(verb)(BADINDEX)" }
        guard arguments.indices.contains(next) else { return formatter.output += "%!\(verb)(MISSING)" }
        if verb == "v" || verb == "w" {
            (formatter.sharpV, formatter.sharp) = (formatter.sharp, false)
            (formatter.plusV, formatter.plus) = (formatter.plus, false)
        }
        formatter.print(arguments[next], verb)
        next += 1
    }

    private mutating func flags() {
        while let flag = rest.utf8.first {
            switch flag {
            case UInt8(ascii: "#"): formatter.sharp = true
            case UInt8(ascii: "0"): formatter.zero = true
            case UInt8(ascii: "+"): formatter.plus = true
            case UInt8(ascii: "-"): formatter.minus = true
            case UInt8(ascii: " "): formatter.space = true
            default: return
            }
            rest.utf8.removeFirst()
        }
    }

    private mutating func width() {
        if rest.utf8.first == UInt8(ascii: "*") {
            rest.utf8.removeFirst()
            guard let width = number() else {
                formatter.output += "%!(BADWIDTH)"
                afterIndex = false
                return
            }
            formatter.width = abs(width)
            if width < 0 {
                formatter.minus = true
                formatter.zero = false
            }
            afterIndex = false
            return
        }
        let digits = digits()
        formatter.width = digits
        if afterIndex, digits != nil { isIndexGood = false }
    }

    private mutating func precision() {
        // A point at the very end is taken for the verb.
        guard rest.utf8.first == UInt8(ascii: "."), rest.utf8.count > 1 else { return }
        rest.utf8.removeFirst()
        if afterIndex { isIndexGood = false }
        argumentIndex()
        if rest.utf8.first == UInt8(ascii: "*") {
            rest.utf8.removeFirst()
            let precision = number()
            formatter.precision = precision.flatMap { $0 < 0 ? nil : $0 }
            if formatter.precision == nil { formatter.output += "%!(BADPREC)" }
            afterIndex = false
        } else {
            formatter.precision = digits() ?? 0
        }
    }

    /// An operand as a width or a precision.
    private mutating func number() -> Int? {
        guard arguments.indices.contains(next) else { return nil }
        let argument = arguments[next]
        next += 1
        guard case .int(let value, _) = argument, let number = Int(exactly: value), number.magnitude <= Self.numberLimit else { return nil }
        return number
    }

    private mutating func digits() -> Int? {
        var value: Int?
        while let digit = rest.utf8.first, (48...57).contains(digit) {
            rest.utf8.removeFirst()
            // As in Go, the format ends here, and the last digit may go beyond.
            if let number = value, number > Self.numberLimit {
                rest = rest.suffix(0)
                return nil
            }
            value = (value ?? 0) * 10 + Int(digit - 48)
        }
        return value
    }

    /// `[3]`
    private mutating func argumentIndex() {
        guard rest.utf8.first == UInt8(ascii: "[") else {
            afterIndex = false
            return
        }
        isReordered = true
        guard let close = rest.utf8.firstIndex(of: UInt8(ascii: "]")) else {
            rest.utf8.removeFirst()
            isIndexGood = false
            afterIndex = false
            return
        }
        let number = Int(rest[rest.utf8.index(after: rest.startIndex)..<close])
        rest = rest[rest.utf8.index(after: close)...]
        if let number, number > 0, arguments.indices.contains(number - 1) {
            next = number - 1
            afterIndex = true
        } else {
            isIndexGood = false
            afterIndex = false
        }
    }
}
