extension Datum {
    /// What an action writes: Go's `%v`, and "<no value>" for nil.
    package var printed: String {
        switch self {
        case .undefined, .null: "<no value>"
        case .bool(let value): value ? "true" : "false"
        case .int(let value, _): String(value)
        case .float(let value): goFormat(value)
        case .string(let text): text
        case .object(let object): object.printed
        case .list, .map: goSprint([self])
        }
    }
}

extension Datum {
    /// reflect's `Value.String`: only a string gives itself.
    var reflected: String {
        switch self {
        case .string(let text): text
        case .undefined, .null: "<invalid Value>"
        default: "<\(typeName) Value>"
        }
    }
}

/// `%v` of a float64, with a short way for whole numbers, which most are.
func goFormat(_ value: Double) -> String {
    if value.magnitude < 1_000_000, let whole = Int(exactly: value), whole != 0 || value.sign == .plus { return String(whole) }
    return goFormat(value, "g")
}

/// Go's `fmt.Sprint`: a space between two operands of which neither is a string.
package func goSprint(_ arguments: [Datum]) -> String {
    if arguments.count == 1, case .string(let text)? = arguments.first { return text }
    var formatter = Formatter()
    var wasString = false
    for (index, argument) in arguments.enumerated() {
        var isString = false
        if case .string = argument { isString = true }
        if index > 0, !isString, !wasString { formatter.output += " " }
        formatter.print(argument, "v")
        wasString = isString
    }
    return formatter.output
}

/// Go's `fmt.Sprintln`.
package func goSprintln(_ arguments: [Datum]) -> String {
    var formatter = Formatter()
    for (index, argument) in arguments.enumerated() {
        if index > 0 { formatter.output += " " }
        formatter.print(argument, "v")
    }
    return formatter.output + "\n"
}
