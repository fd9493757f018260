/// `.a.b` from the dot.
final class FieldExpression: Expression {
    let node: Int
    let names: [String]
    init(node: Int, names: [String]) {
        self.node = node
        self.names = names
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        var isElement = frame.dotIsElement
        var value = frame.dot
        for name in names { value = try frame.field(name, of: value, isElement: &isElement, node: node) }
        return value
    }
}

/// `$x.a.b` and `(…).a.b`.
final class ChainExpression: Expression {
    let node: Int
    let value: any Expression
    /// The variable of a `range` that the value is; nil for any other.
    let itemSlot: Int?
    let names: [String]

    init(node: Int, value: any Expression, itemSlot: Int?, names: [String]) {
        self.node = node
        self.value = value
        self.itemSlot = itemSlot
        self.names = names
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        var isElement = frame.isElement(itemSlot)
        var result = try value.evaluate(&frame)
        for name in names { result = try frame.field(name, of: result, isElement: &isElement, node: node) }
        return result
    }
}

/// A chain of fields with arguments for its last name, which must be a method then.
final class MethodExpression: Expression {
    enum Receiver: Sendable {
        case dot
        case expression(any Expression, itemSlot: Int?)
    }

    let node: Int
    let receiver: Receiver
    let names: [String]
    let arguments: [Argument]
    let final: (any Expression)?

    init(node: Int, receiver: Receiver, names: [String], arguments: [Argument], final: (any Expression)?) {
        self.node = node
        self.receiver = receiver
        self.names = names
        self.arguments = arguments
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        let final = try final?.evaluate(&frame).unwrapped
        frame.node = node
        var isElement = frame.dotIsElement
        var value = frame.dot
        if case .expression(let expression, let slot) = receiver {
            value = try expression.evaluate(&frame)
            isElement = frame.isElement(slot)
        }
        for name in names.dropLast() { value = try frame.field(name, of: value, isElement: &isElement, node: node) }
        guard let name = names.last else { return value }
        switch value {
        case .undefined: return .undefined
        case .object(let object):
            switch object.member(name) {
            case .method(let function):
                return try frame.call(function, name, arguments, final, callNode: node)
            case .field: throw frame.failure("\(name) has arguments but cannot be invoked as function")
            case nil: break
            }
        case .map(let map):
            if let methods = map.methods, let function = methods(map, name) {
                return try frame.call(function, name, arguments, final, callNode: node)
            }
            throw frame.failure("\(name) is not a method but has arguments")
        default: break
        }
        return try frame.field(name, of: value, isElement: &isElement, node: node)
    }
}

extension Frame {
    /// Whether Go sees what a variable of a `range` holds as an `interface{}`.
    func isElement(_ slot: Int?) -> Bool {
        guard let slot else { return false }
        return slot > 63 || typedSlots & (1 << UInt64(slot)) == 0
    }

    /// A field, a key or the result of a method without arguments.
    /// `isElement`: the value came out of an `interface{}`, so that errors do not name its own type.
    mutating func field(_ name: String, of value: Datum, isElement: inout Bool, node: Int) throws -> Datum {
        switch value {
        case .map(let map):
            if let methods = map.methods, let function = methods(map, name) {
                isElement = false
                return try call(function, name, [], nil, callNode: node)
            }
            isElement = map.element == .any
            return map[name] ?? map.element.zero
        case .undefined: return .undefined
        case .null: throw failure("nil pointer evaluating interface {}.\(name)")
        case .object(let object):
            switch object.member(name) {
            case .field(let field):
                isElement = false
                return field
            case .method(let function):
                isElement = false
                return try call(function, name, [], nil, callNode: node)
            case nil: break
            }
        default: break
        }
        throw failure("can't evaluate field \(name) in type \(isElement ? "interface {}" : value.typeName)")
    }
}
