extension Frame {
    /// Commands one after the other, each the last argument of the next, and the variables set to the result.
    mutating func evaluate(pipeline index: Int) throws -> Datum {
        node = index
        let pipeline = template.tree[index]
        var value: Datum?
        for link in template.tree.range(pipeline) {
            value = try evaluate(command: Int(template.tree.links[link]), final: value).unwrapped
        }
        let result = value ?? .undefined
        for place in 0..<Int(pipeline.slot) {
            let variable = template.tree[Int(template.tree.links[Int(pipeline.other) + place])]
            // A variable that was declared in another branch only.
            guard variable.slot >= 0 else { throw failure("undefined variable: \(template.tree.string(variable.other))") }
            slots[Int(variable.slot)] = result
        }
        return result
    }

    /// One command; `final` is what the command before it gave.
    private mutating func evaluate(command index: Int, final: Datum?) throws -> Datum {
        let command = template.tree[index]
        let first = template.tree.child(command, 0)
        let head = template.tree[first]
        let arguments = Int(command.first) + 1..<Int(command.first) + Int(command.count)
        let hasArguments = !arguments.isEmpty || final != nil
        switch head.kind {
        case .function: return try call(head, at: first, arguments, final, callNode: index)
        case .field where hasArguments, .chain where hasArguments: return try callMethod(head, at: first, arguments, final)
        case .variable where hasArguments && head.count > 0: return try callMethod(head, at: first, arguments, final)
        case .null where !hasArguments:
            node = first
            throw failure("nil is not a command")
        default:
            guard hasArguments else { return try evaluate(operand: first) }
            // A parenthesized pipeline and a variable fail before they are looked at.
            if head.kind != .parenthesized { node = first }
            throw failure("can't give argument to non-function \(template.tree.text(of: first))")
        }
    }

    mutating func evaluate(operand index: Int) throws -> Datum {
        let operand = template.tree[index]
        switch operand.kind {
        case .parenthesized: return try evaluate(pipeline: Int(operand.other))
        case .function: return try call(operand, at: index, 0..<0, nil, callNode: index)
        default: break
        }
        node = index
        switch operand.kind {
        case .dot: return dot
        case .null: return .undefined
        case .bool: return .bool(operand.flag)
        case .string: return .string(template.tree.string(operand.other))
        case .number:
            let number = template.tree.numbers[Int(operand.other)]
            guard let value = number.ideal else { throw failure(number.idealFault) }
            return value
        case .field:
            var isElement = dotIsElement
            return try fields(template.tree.range(operand), of: dot, isElement: &isElement, node: index)
        case .variable:
            let value = try variable(operand)
            if operand.count == 0 { return value }
            var isElement = isElement(operand)
            return try fields(template.tree.range(operand), of: value, isElement: &isElement, node: index)
        case .chain:
            let inner = Int(operand.other)
            if template.tree[inner].kind == .null {
                throw failure("indirection through explicit nil in \(template.tree.text(of: index))")
            }
            var isElement = false
            let value = try evaluate(operand: inner)
            return try fields(template.tree.range(operand), of: value, isElement: &isElement, node: index)
        default: return .undefined
        }
    }

    private mutating func variable(_ operand: Node) throws -> Datum {
        let slot = Int(operand.slot)
        guard slots.indices.contains(slot) else { throw failure("undefined variable: \(template.tree.string(operand.other))") }
        return slots[slot]
    }

    /// Whether Go sees what a variable of a `range` holds as an `interface{}`.
    private mutating func isElement(_ variable: Node) -> Bool {
        guard variable.flag, variable.slot >= 0 else { return false }
        return variable.slot > 63 || typedSlots & (1 << UInt64(variable.slot)) == 0
    }

    // MARK: Fields

    private mutating func fields(
        _ names: Range<Int>, of value: Datum, isElement: inout Bool, node: Int
    ) throws -> Datum {
        var value = value
        for place in names { value = try field(template.tree.strings[place], of: value, isElement: &isElement, node: node) }
        return value
    }

    /// A field, a key or the result of a method without arguments.
    /// `isElement`: the value came out of an `interface{}`, so that errors do not name its own type.
    private mutating func field(_ name: String, of value: Datum, isElement: inout Bool, node: Int) throws -> Datum {
        switch value {
        case .map(let map):
            if let methods = map.methods, let function = methods(map, name) {
                isElement = false
                return try call(function, name, 0..<0, nil, callNode: node)
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
                return try call(function, name, 0..<0, nil, callNode: node)
            case nil: break
            }
        default: break
        }
        throw failure("can't evaluate field \(name) in type \(isElement ? "interface {}" : value.typeName)")
    }

    /// A chain of fields with arguments for its last name, which must be a method then.
    private mutating func callMethod(_ head: Node, at index: Int, _ arguments: Range<Int>, _ final: Datum?) throws -> Datum {
        node = index
        var isElement = dotIsElement
        var value = dot
        switch head.kind {
        case .variable: (value, isElement) = (try variable(head), self.isElement(head))
        case .chain: (value, isElement) = (try evaluate(operand: Int(head.other)), false)
        default: break
        }
        let names = template.tree.range(head)
        guard let last = names.last else { return value }
        value = try fields(names.dropLast(), of: value, isElement: &isElement, node: index)
        let name = template.tree.strings[last]
        switch value {
        case .undefined: return .undefined
        case .object(let object):
            switch object.member(name) {
            case .method(let function): return try call(function, name, arguments, final, callNode: index)
            case .field where object.entries != nil: throw failure("\(name) is not a method but has arguments")
            case .field: throw failure("\(name) has arguments but cannot be invoked as function")
            case nil: break
            }
        case .map(let map):
            if let methods = map.methods, let function = methods(map, name) {
                return try call(function, name, arguments, final, callNode: index)
            }
            throw failure("\(name) is not a method but has arguments")
        default: break
        }
        return try field(name, of: value, isElement: &isElement, node: index)
    }
}

extension Datum {
    /// The value taken out of its interface: nil becomes no value at all.
    var unwrapped: Datum {
        if case .null = self { return .undefined }
        return self
    }
}
