internal import Template

extension FunctionTable {
    /// Sprig's arithmetic: int64 that wraps, float64 by decimal numbers.
    mutating func registerMath() {
        register("int", .any) { _, a in .int(Conversion.int64(a.datum(0))) }
        register("int64", .any) { _, a in .int64(Conversion.int64(a.datum(0))) }
        register("float64", .any) { _, a in .float(Conversion.float64(a.datum(0))) }
        register("atoi", .string) { _, a in .int(Conversion.decimal(a.string(0))) }
        register("toDecimal", .any) { _, a in .int64(Conversion.octal(printed(a.datum(0))) ?? 0) }
        register("add1", .any) { _, a in .int64(Conversion.int64(a.datum(0)) &+ 1) }
        register("add", rest: .any) { _, a in .int64(a.reduce(0) { $0 &+ Conversion.int64($1) }) }
        register("sub", .any, .any) { _, a in .int64(Conversion.int64(a.datum(0)) &- Conversion.int64(a.datum(1))) }
        register("mul", .any, rest: .any) { _, a in
            .int64(a.dropFirst().reduce(Conversion.int64(a.datum(0))) { $0 &* Conversion.int64($1) })
        }
        register("div", .any, .any) { _, a in
            let (number, divisor) = (Conversion.int64(a.datum(0)), Conversion.int64(a.datum(1)))
            guard divisor != 0 else { throw FunctionError("runtime error: integer divide by zero") }
            return .int64(number.dividedReportingOverflow(by: divisor).partialValue)
        }
        register("mod", .any, .any) { _, a in
            let (number, divisor) = (Conversion.int64(a.datum(0)), Conversion.int64(a.datum(1)))
            guard divisor != 0 else { throw FunctionError("runtime error: integer divide by zero") }
            return .int64(number.remainderReportingOverflow(dividingBy: divisor).partialValue)
        }
        for name in ["max", "biggest"] {
            register(name, .any, rest: .any) { _, a in .int64(a.map(Conversion.int64).max() ?? 0) }
        }
        register("min", .any, rest: .any) { _, a in .int64(a.map(Conversion.int64).min() ?? 0) }
        register("maxf", .any, rest: .any) { _, a in .float(a.map(Conversion.float64).reduce(-.infinity, goMax)) }
        register("minf", .any, rest: .any) { _, a in .float(a.map(Conversion.float64).reduce(.infinity, goMin)) }
        register("floor", .any) { _, a in .float(Conversion.float64(a.datum(0)).rounded(.down)) }
        register("ceil", .any) { _, a in .float(Conversion.float64(a.datum(0)).rounded(.up)) }
        register("round", .any, .int, rest: .float64) { _, a in
            let value = Conversion.float64(a.datum(0))
            let threshold = a.count > 2 ? a.float(2) : 0.5
            let power = powerOfTen(a.int(1))
            let digit = power * value
            let fraction = digit - digit.rounded(.towardZero)
            return .float((fraction >= threshold ? digit.rounded(.up) : digit.rounded(.down)) / power)
        }
        decimal("addf", start: 0) { $0 + $1 }
        decimal("add1f", start: nil, extra: 1) { $0 + $1 }
        decimal("subf", start: nil) { $0 - $1 }
        decimal("mulf", start: nil) { $0 * $1 }
        decimal("divf", start: nil) { left, right in
            guard let quotient = left.divided(by: right) else { throw FunctionError("decimal division by 0") }
            return quotient
        }
        register("until", .int) { _, a in .list(try steps(0, a.int(0), a.int(0) < 0 ? -1 : 1), of: .int) }
        register("untilStep", .int, .int, .int) { _, a in .list(try steps(a.int(0), a.int(1), a.int(2)), of: .int) }
        register("seq", rest: .int) { _, a in
            let start, end, step: Int
            var edge = 1
            switch a.count {
            case 1:
                (start, end) = (1, a.int(0))
                if end < start { edge = -1 }
                step = edge
            case 2:
                (start, end) = (a.int(0), a.int(1))
                if end < start { edge = -1 }
                step = edge
            case 3:
                (start, step, end) = (a.int(0), a.int(1), a.int(2))
                if end < start {
                    edge = -1
                    if step > 0 { return .string("") }
                }
            default: return .string("")
            }
            return .string(try steps(start, end &+ edge, step).map { printed($0) }.joined(separator: " "))
        }
    }

    private mutating func decimal(
        _ name: String, start: Double?, extra: Double? = nil, _ combine: @escaping (DecimalNumber, DecimalNumber) throws -> DecimalNumber
    ) {
        register(name, start == nil ? [.any] : [], rest: extra == nil ? .any : nil) { _, a in
            var numbers = a.map(Conversion.float64)
            if let start { numbers.insert(start, at: 0) }
            if let extra { numbers.append(extra) }
            guard let first = numbers.first else { return .float(0) }
            var result = try decimalNumber(first)
            for number in numbers.dropFirst() { result = try combine(result, try decimalNumber(number)) }
            return .float(result.double)
        }
    }

    mutating func register(
        _ name: String, _ parameters: [ParameterType], rest: ParameterType?, body: @escaping Function.Body
    ) {
        register(name, Function(parameters, rest: rest, body: body))
    }
}

private func decimalNumber(_ number: Double) throws -> DecimalNumber {
    guard let decimal = DecimalNumber(number) else { throw FunctionError("Cannot create a Decimal from \(goFloat(number))") }
    return decimal
}

private func powerOfTen(_ exponent: Int) -> Double {
    Double("1e\(exponent)") ?? (exponent < 0 ? 0 : .infinity)
}

/// Go's `math.Max`: NaN wins, except over infinity; 0 is more than -0.
private func goMax(_ left: Double, _ right: Double) -> Double {
    if left == .infinity || right == .infinity { return .infinity }
    if left.isNaN || right.isNaN { return .nan }
    if left == 0, right == 0 { return left.sign == .minus ? right : left }
    return left > right ? left : right
}

/// Go's `math.Min`.
private func goMin(_ left: Double, _ right: Double) -> Double { -goMax(-left, -right) }

private func steps(_ start: Int, _ stop: Int, _ step: Int) throws -> [Datum] {
    guard stop < start ? step < 0 : step > 0 else { return [] }
    var result: [Datum] = []
    var number = start
    while stop < start ? number > stop : number < stop {
        guard result.count < Limits.items else { throw FunctionError("more than \(Limits.items) items") }
        result.append(.int(Int64(number)))
        let (next, overflow) = number.addingReportingOverflow(step)
        if overflow { break }
        number = next
    }
    return result
}
