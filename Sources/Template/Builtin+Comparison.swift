/// What Go's comparisons tell apart.
private enum BasicKind {
    case invalid, bool, int, unsigned, float, complex, string

    init(_ value: Datum) {
        switch value {
        case .bool: self = .bool
        case .int(_, let type): self = type.isUnsigned ? .unsigned : .int
        case .float: self = .float
        case .string: self = .string
        case .object(let object): self = object is ComplexNumber ? .complex : .invalid
        case .undefined, .null, .list, .map: self = .invalid
        }
    }
}

extension Builtin {
    /// One of the comparisons of two values.
    func compare(_ left: Datum, _ right: Datum) throws(FunctionFault) -> Bool {
        switch self {
        case .ne: return try !areEqual(left, right)
        case .lt: return try isLess(left, right)
        case .le: return try isAtMost(left, right)
        case .gt: return try !isAtMost(left, right)
        case .ge: return try !isLess(left, right)
        default: return try areEqual(left, right)
        }
    }
}

private func incompatible(_ left: Datum, _ right: Datum) -> FunctionFault {
    FunctionFault("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
}

private let invalidType = FunctionFault("invalid type for comparison")

/// Go's `eq` of two values: an int never equals a float, it is an error to ask.
func areEqual(_ left: Datum, _ right: Datum) throws(FunctionFault) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
    case (.bool(let left), .bool(let right)): return left == right
    case (.float(let left), .float(let right)): return left == right
    // Integers compare by value whatever their sign; unsigned ones are small here.
    case (.int(let left, _), .int(let right, _)): return left == right
    default: break
    }
    guard BasicKind(left) == BasicKind(right) else {
        if left.isNil || right.isNil { return false }
        throw incompatible(left, right)
    }
    if left.isNil || right.isNil { return left.isNil && right.isNil }
    switch (left, right) {
    case (.object(let one), .object(let other)):
        if let one = one as? ComplexNumber, let other = other as? ComplexNumber { return one == other }
        return one === other
    case (.list, .list), (.map, .map):
        throw FunctionFault("non-comparable type \(goSprintf("%s", [right])): \(right.typeName)")
    default:
        throw FunctionFault(
            "non-comparable types \(goSprintf("%s", [left])): \(left.typeName), \(right.typeName): \(right.printed)")
    }
}

private func isLess(_ left: Datum, _ right: Datum) throws(FunctionFault) -> Bool {
    switch (left, right) {
    case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.float(let left), .float(let right)): return left < right
    case (.int(let left, _), .int(let right, _)): return left < right
    default: break
    }
    let (one, other) = (BasicKind(left), BasicKind(right))
    if one == .invalid || other == .invalid || one == other { throw invalidType }
    throw incompatible(left, right)
}

private func isAtMost(_ left: Datum, _ right: Datum) throws(FunctionFault) -> Bool {
    if try isLess(left, right) { return true }
    return try areEqual(left, right)
}
