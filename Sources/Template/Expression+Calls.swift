/// A call of a function, the value of the pipeline so far as its last argument.
final class CallExpression: Expression {
    let node: Int
    /// The node that an error of the function itself names: the whole command.
    let callNode: Int
    let name: String
    let place: Int?
    let arguments: [Argument]
    let final: (any Expression)?

    init(node: Int, callNode: Int, name: String, place: Int?, arguments: [Argument], final: (any Expression)?) {
        self.node = node
        self.callNode = callNode
        self.name = name
        self.place = place
        self.arguments = arguments
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        let final = try final?.evaluate(&frame).unwrapped
        frame.node = node
        guard let place, frame.execution.functions.indices.contains(place),
            let function = frame.execution.functions[place]
        else { throw frame.failure("\(goQuoted(name)) is not a defined function") }
        return try frame.call(function, name, arguments, final, callNode: callNode)
    }
}

extension Frame {
    mutating func call(
        _ function: Function, _ name: String, _ arguments: [Argument], _ final: Datum?, callNode: Int
    ) throws -> Datum {
        let fixed = function.fixedCount
        let count = arguments.count + (final == nil ? 0 : 1)
        if function.rest != nil {
            if count < fixed {
                throw failure("wrong number of args for \(name): want at least \(fixed) got \(arguments.count)")
            }
        } else if count != fixed {
            throw failure("wrong number of args for \(name): want \(fixed) got \(count)")
        }
        var values: [Datum] = []
        values.reserveCapacity(count)
        for (place, argument) in arguments.enumerated() {
            values.append(try argument.evaluate(as: function.type(at: place), &self))
        }
        if let final { values.append(try validate(final, as: function.type(at: arguments.count))) }
        return try run(function, name, values, callNode)
    }

    private mutating func run(_ function: Function, _ name: String, _ values: [Datum], _ callNode: Int) throws -> Datum {
        let result: Datum
        do { result = try function.body(execution, values) } catch { throw callFailure(name, error, callNode) }
        // `$x = print $x $x` in a loop doubles a text without writing it.
        let limit = execution.budget.outputBytes
        switch result {
        case .string(let text) where text.utf8.count > limit:
            throw failure("\(name) made more than \(limit) bytes", kind: .budget)
        case .list(let items, _) where items.count > limit / 8:
            throw failure("\(name) made more than \(limit / 8) items", kind: .budget)
        default: return result
        }
    }

    /// "error calling NAME: …"; a spent budget goes through as it is.
    mutating func callFailure(_ name: String, _ error: any Error, _ callNode: Int) -> any Error {
        if let error = error as? TemplateError, error.root.kind == .budget { return error }
        node = callNode
        return template.failure("error calling \(name): \(error)", at: node, kind: .call, function: name, cause: error)
    }
}

/// `and` and `or`: the first argument that decides, the others not evaluated.
final class LogicExpression: Expression {
    let node: Int
    let isOr: Bool
    let arguments: [Argument]
    let final: (any Expression)?

    init(node: Int, isOr: Bool, arguments: [Argument], final: (any Expression)?) {
        self.node = node
        self.isOr = isOr
        self.arguments = arguments
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        let final = try final?.evaluate(&frame).unwrapped
        frame.node = node
        var value = Datum.undefined
        for argument in arguments {
            value = try argument.evaluate(as: .value, &frame)
            if value.isTrue == isOr { return value }
        }
        return final ?? value
    }
}

/// `call`: nothing in a chart is a function value, so that it always fails, in Go's words.
final class FunctionValueExpression: Expression {
    let node: Int
    let callNode: Int
    let arguments: [Argument]
    let final: (any Expression)?

    init(node: Int, callNode: Int, arguments: [Argument], final: (any Expression)?) {
        self.node = node
        self.callNode = callNode
        self.arguments = arguments
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        var callee = try final?.evaluate(&frame).unwrapped ?? .undefined
        frame.node = node
        for (index, argument) in arguments.enumerated() {
            let value = try argument.evaluate(as: .value, &frame)
            if index == 0 { callee = value }
        }
        let text = arguments.first.map { frame.template.text(ofNode: $0.node) } ?? "nil"
        let fault = callee.isNil ? "call of nil" : "non-function \(text) of type \(callee.typeName)"
        throw frame.callFailure("call", FunctionFault(fault), callNode)
    }
}

/// `not`.
final class NotExpression: Expression {
    let node: Int
    let argument: Argument?
    let final: (any Expression)?

    init(node: Int, argument: Argument?, final: (any Expression)?) {
        self.node = node
        self.argument = argument
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        let final = try final?.evaluate(&frame)
        frame.node = node
        if let final { return .bool(!final.isTrue) }
        return .bool(try argument?.evaluate(as: .value, &frame).isTrue != true)
    }
}

/// A comparison of two values.
final class ComparisonExpression: Expression {
    let node: Int
    let callNode: Int
    let function: Builtin
    let arguments: [Argument]
    let final: (any Expression)?

    init(node: Int, callNode: Int, _ function: Builtin, arguments: [Argument], final: (any Expression)?) {
        self.node = node
        self.callNode = callNode
        self.function = function
        self.arguments = arguments
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        let final = try final?.evaluate(&frame).unwrapped
        frame.node = node
        var left = Datum.undefined
        var right = final ?? .undefined
        for (index, argument) in arguments.enumerated() {
            let value = try argument.evaluate(as: .value, &frame)
            if index == 0 { left = value } else { right = value }
        }
        do throws(FunctionFault) { return .bool(try function.compare(left, right)) } catch {
            throw frame.callFailure(function.rawValue, error, callNode)
        }
    }
}
