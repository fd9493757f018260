extension Frame {
    /// The argument at a link: constants take the type that the parameter asks for.
    mutating func argument(_ link: Int, as type: ParameterType) throws -> Datum {
        let index = Int(template.tree.links[link])
        node = index
        let operand = template.tree[index]
        switch operand.kind {
        case .null:
            switch type {
            case .any: return .null
            case .value: return .undefined
            case .map, .list, .strings, .object: return try validate(.undefined, as: type)
            case .string, .bool, .int, .int64, .float64: throw failure("cannot assign nil to \(type.name)")
            }
        case .bool:
            switch type {
            case .any, .value, .bool: return .bool(operand.flag)
            default: throw mismatch(type, index)
            }
        case .string:
            switch type {
            case .any, .value, .string: return .string(template.tree.string(operand.other))
            default: throw mismatch(type, index)
            }
        case .number:
            let number = template.tree.numbers[Int(operand.other)]
            switch type {
            case .any, .value:
                guard let value = number.ideal else { throw failure(number.idealFault) }
                return value
            case .int:
                if let value = number.int { return .int(value) }
            case .int64:
                if let value = number.int { return .int(value, as: .int64) }
            case .float64:
                if let value = number.float { return .float(value) }
            default: break
            }
            throw mismatch(type, index)
        default:
            // In two steps: what an error names is the last node of the evaluation.
            let value = try evaluate(operand: index)
            return try validate(value, as: type)
        }
    }

    private func mismatch(_ type: ParameterType, _ operand: Int) -> TemplateError {
        let text = template.tree.text(of: operand)
        return switch type {
        case .string: failure("expected string; found \(text)")
        case .bool: failure("expected bool; found \(text)")
        case .int, .int64: failure("expected integer; found \(text)")
        case .float64: failure("expected float; found \(text)")
        default: failure("can't handle \(text) for arg of type \(type.name)")
        }
    }

    /// A value as a parameter of that type takes it, or Go's complaint.
    mutating func validate(_ value: Datum, as type: ParameterType) throws -> Datum {
        switch (type, value) {
        case (.any, .undefined): return .null
        case (.any, _), (.value, _): return value
        case (.string, .string), (.bool, .bool), (.int, .int(_, .int)), (.int64, .int(_, .int64)), (.float64, .float),
            (.list, .list(_, .any)), (.strings, .list(_, .string)):
            return value
        case (.map, .map(let map)) where map.element == .any: return value
        // A nil pointer.
        case (.object(let name), .undefined) where name.first == "*": return .null
        case (.map, .undefined): return .map(DatumMap(isNil: true))
        case (.list, .undefined): return .list([])
        case (.strings, .undefined): return .list([], of: .string)
        case (.object(let name), .object(let object)) where object.typeName == name: return value
        case (_, .undefined): throw failure("invalid value; expected \(type.name)")
        default: throw failure("wrong type for value; expected \(type.name); got \(value.typeName)")
        }
    }
}

extension NumberLiteral {
    var idealFault: String { "\(text) overflows int" }
}
