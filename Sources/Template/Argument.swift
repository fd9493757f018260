/// An argument of a call: constants take the type that the parameter asks for.
final class Argument: Sendable {
    enum Kind: Sendable {
        case null
        case bool(Bool)
        case string(String)
        case number(NumberLiteral)
        case expression(any Expression)
    }

    let node: Int
    let kind: Kind

    init(node: Int, kind: Kind) {
        self.node = node
        self.kind = kind
    }

    func evaluate(as type: ParameterType, _ frame: inout Frame) throws -> Datum {
        frame.node = node
        switch kind {
        case .expression(let expression):
            let value = try expression.evaluate(&frame)
            return try frame.validate(value, as: type)
        case .null:
            switch type {
            case .any: return .null
            case .value: return .undefined
            case .map, .list, .strings, .object: return try frame.validate(.undefined, as: type)
            case .string, .bool, .int, .int64, .float64: throw frame.failure("cannot assign nil to \(type.name)")
            }
        case .bool(let value):
            switch type {
            case .any, .value, .bool: return .bool(value)
            default: throw mismatch(type, value ? "true" : "false", frame)
            }
        case .string(let value):
            switch type {
            case .any, .value, .string: return .string(value)
            default: throw mismatch(type, frame.template.text(ofNode: node), frame)
            }
        case .number(let number):
            switch type {
            case .any, .value:
                guard let value = number.ideal else { throw frame.failure(number.idealFault) }
                return value
            case .int:
                if let value = number.int { return .int(value) }
            case .int64:
                if let value = number.int { return .int(value, as: .int64) }
            case .float64:
                if let value = number.float { return .float(value) }
            default: break
            }
            throw mismatch(type, number.text, frame)
        }
    }

    private func mismatch(_ type: ParameterType, _ text: String, _ frame: Frame) -> TemplateError {
        switch type {
        case .string: frame.failure("expected string; found \(text)")
        case .bool: frame.failure("expected bool; found \(text)")
        case .int, .int64: frame.failure("expected integer; found \(text)")
        case .float64: frame.failure("expected float; found \(text)")
        default: frame.failure("can't handle \(text) for arg of type \(type.name)")
        }
    }
}

extension NumberLiteral {
    var idealFault: String { "\(text) overflows int" }
}

extension Frame {
    /// A value as a parameter of that type takes it, or Go's complaint.
    func validate(_ value: Datum, as type: ParameterType) throws -> Datum {
        switch (type, value) {
        case (.any, .undefined): return .null
        case (.any, _), (.value, _): return value
        case (.string, .string), (.bool, .bool), (.int, .int(_, .int)), (.int64, .int(_, .int64)), (.float64, .float),
            (.list, .list(_, .any)), (.strings, .list(_, .string)):
            return value
        case (.map, .map(let map)) where map.element == .any: return value
        case (.map, .undefined): return .map(DatumMap(isNil: true))
        case (.list, .undefined): return .list([])
        case (.strings, .undefined): return .list([], of: .string)
        case (.object(let name), .object(let object)) where object.typeName == name: return value
        case (_, .undefined): throw failure("invalid value; expected \(type.name)")
        default: throw failure("wrong type for value; expected \(type.name); got \(value.typeName)")
        }
    }
}
