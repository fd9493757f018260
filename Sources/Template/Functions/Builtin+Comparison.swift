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
    if case .object(let one as ComplexNumber) = left, case .object(let other as ComplexNumber) = right { return one == other }
    guard left.isNil || right.isNil || left.reflectKind == right.reflectKind else {
        throw FunctionFault(
            "non-comparable types \(goSprintf("%s", [left])): \(left.typeName), \(right.typeName): \(right.printedCopy)")
    }
    if left.isNilReference || right.isNilReference { return left.isNilReference && right.isNilReference }
    if case .object(let one) = left, case .object(let other) = right, !["map", "slice"].contains(other.kind) { return one === other }
    throw FunctionFault("non-comparable type \(goSprintf("%s", [right])): \(right.typeName)")
}

extension Datum {
    /// Nil itself, or a nil map.
    fileprivate var isNilReference: Bool {
        if case .map(let map) = self { return map.isNil }
        return isNil
    }

    /// reflect's kind of what has no basic one.
    fileprivate var reflectKind: String {
        switch self {
        case .list: "slice"
        case .map: "map"
        case .object(let object): object.kind
        default: ""
        }
    }

    /// As fmt prints a value that it was given, rather than an action.
    fileprivate var printedCopy: String { isNil ? printed : goSprint([self]) }
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
