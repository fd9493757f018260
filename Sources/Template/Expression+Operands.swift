/// The dot.
final class DotExpression: Expression {
    let node: Int
    init(node: Int) { self.node = node }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return frame.dot
    }
}

/// `nil`, where a value is asked for.
final class NullExpression: Expression {
    let node: Int
    init(node: Int) { self.node = node }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return .undefined
    }
}

final class BoolExpression: Expression {
    let node: Int
    let value: Bool
    init(node: Int, _ value: Bool) {
        self.node = node
        self.value = value
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return .bool(value)
    }
}

final class IntExpression: Expression {
    let node: Int
    let value: Int64
    init(node: Int, _ value: Int64) {
        self.node = node
        self.value = value
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return .int(value)
    }
}

final class FloatExpression: Expression {
    let node: Int
    let value: Double
    init(node: Int, _ value: Double) {
        self.node = node
        self.value = value
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return .float(value)
    }
}

final class ComplexExpression: Expression {
    let node: Int
    let value: ComplexNumber?
    init(node: Int, _ value: ComplexNumber?) {
        self.node = node
        self.value = value
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return value.map { .object($0) } ?? .undefined
    }
}

final class StringExpression: Expression {
    let node: Int
    let value: String
    init(node: Int, _ value: String) {
        self.node = node
        self.value = value
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return .string(value)
    }
}

/// A variable without fields.
final class VariableExpression: Expression {
    let node: Int
    let slot: Int
    init(node: Int, slot: Int) {
        self.node = node
        self.slot = slot
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        return frame.slots[slot]
    }
}

/// What Go refuses only when it comes to it.
final class FailureExpression: Expression {
    let node: Int?
    let message: String
    let final: (any Expression)?
    init(node: Int?, message: String, final: (any Expression)? = nil) {
        self.node = node
        self.message = message
        self.final = final
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        if let final { _ = try final.evaluate(&frame) }
        if let node { frame.node = node }
        throw frame.failure(message)
    }
}

/// Commands one after the other, each the last argument of the next, and the variables set to the result.
final class PipelineExpression: Expression {
    enum Target: Sendable {
        case slot(Int)
        /// A variable that was declared in another branch only.
        case unknown(String)
    }

    let node: Int
    let value: any Expression
    let targets: [Target]

    init(node: Int, value: any Expression, targets: [Target]) {
        self.node = node
        self.value = value
        self.targets = targets
    }

    func evaluate(_ frame: inout Frame) throws -> Datum {
        frame.node = node
        let result = try value.evaluate(&frame).unwrapped
        for target in targets {
            switch target {
            case .slot(let slot): frame.slots[slot] = result
            case .unknown(let name): throw frame.failure("undefined variable: \(name)")
            }
        }
        return result
    }
}

extension Datum {
    /// The value taken out of its interface: nil becomes no value at all.
    var unwrapped: Datum {
        if case .null = self { return .undefined }
        return self
    }
}
