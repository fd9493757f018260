/// Text that is copied.
final class TextStatement: Executable {
    let text: String
    init(_ text: String) { self.text = text }

    func execute(_ frame: inout Frame) throws -> Flow {
        try frame.write(text)
        return .next
    }
}

/// An action: its value is printed.
final class PrintStatement: Executable {
    let value: PipelineExpression
    init(_ value: PipelineExpression) { self.value = value }

    func execute(_ frame: inout Frame) throws -> Flow {
        let result = try value.evaluate(&frame)
        if case .string(let text) = result { try frame.write(text) } else { try frame.write(result.printed) }
        return .next
    }
}

/// An action that only sets variables.
final class EvaluateStatement: Executable {
    let value: PipelineExpression
    init(_ value: PipelineExpression) { self.value = value }

    func execute(_ frame: inout Frame) throws -> Flow {
        _ = try value.evaluate(&frame)
        return .next
    }
}

final class FlowStatement: Executable {
    let flow: Flow
    init(_ flow: Flow) { self.flow = flow }

    func execute(_ frame: inout Frame) throws -> Flow { flow }
}

final class IfStatement: Executable {
    let condition: PipelineExpression
    let body: Block
    let otherwise: Block?

    init(_ condition: PipelineExpression, _ body: Block, _ otherwise: Block?) {
        self.condition = condition
        self.body = body
        self.otherwise = otherwise
    }

    func execute(_ frame: inout Frame) throws -> Flow {
        if try condition.evaluate(&frame).isTrue { return try body.execute(&frame) }
        return try otherwise?.execute(&frame) ?? .next
    }
}

final class WithStatement: Executable {
    let value: PipelineExpression
    let body: Block
    let otherwise: Block?

    init(_ value: PipelineExpression, _ body: Block, _ otherwise: Block?) {
        self.value = value
        self.body = body
        self.otherwise = otherwise
    }

    func execute(_ frame: inout Frame) throws -> Flow {
        let result = try value.evaluate(&frame)
        guard result.isTrue else { return try otherwise?.execute(&frame) ?? .next }
        let outer = (frame.dot, frame.dotIsElement)
        (frame.dot, frame.dotIsElement) = (result, false)
        let flow = try body.execute(&frame)
        (frame.dot, frame.dotIsElement) = outer
        return flow
    }
}

/// `template`: another template of the set, written in place.
final class TemplateStatement: Executable {
    let node: Int
    let name: String
    let value: PipelineExpression?

    init(node: Int, name: String, value: PipelineExpression?) {
        self.node = node
        self.name = name
        self.value = value
    }

    func execute(_ frame: inout Frame) throws -> Flow {
        frame.node = node
        guard let template = frame.execution.templates.templates[name] else {
            throw frame.failure("template \(goQuoted(name)) not defined")
        }
        let data = try value?.evaluate(&frame) ?? .undefined
        try template.execute(data: data, output: &frame.output, in: frame.execution)
        return .next
    }
}

/// `range` over a list, a map in the order of its keys, or a number.
final class RangeStatement: Executable {
    let node: Int
    let value: PipelineExpression
    /// Where the item goes, or the index and the item.
    let slots: [Int?]
    let body: Block
    let otherwise: Block?

    init(node: Int, _ value: PipelineExpression, slots: [Int?], _ body: Block, _ otherwise: Block?) {
        self.node = node
        self.value = value
        self.slots = slots
        self.body = body
        self.otherwise = otherwise
    }

    func execute(_ frame: inout Frame) throws -> Flow {
        frame.node = node
        let collection = try value.evaluate(&frame)
        let outer = (frame.dot, frame.dotIsElement)
        let turned = try turns(over: collection, &frame)
        (frame.dot, frame.dotIsElement) = outer
        return turned ? .next : try otherwise?.execute(&frame) ?? .next
    }

    /// False when there was nothing to go over.
    private func turns(over collection: Datum, _ frame: inout Frame) throws -> Bool {
        switch collection {
        case .list(let items, let element):
            mark(element, &frame)
            for (index, item) in items.enumerated() {
                guard try turn(.int(Int64(index)), item, isElement: element == .any, &frame) else { break }
            }
            return !items.isEmpty
        case .map(let map):
            mark(map.element, &frame)
            let storage = map.storage
            for key in map.sortedKeys {
                guard let item = storage[key] else { continue }
                guard try turn(.string(key), item, isElement: map.element == .any, &frame) else { break }
            }
            return !storage.isEmpty
        case .int(let count, let type):
            if slots.count > 1 {
                throw frame.failure("can't use \(count) to iterate over more than one variable")
            }
            var number: Int64 = 0
            while number < count {
                guard try turn(.undefined, .int(number, as: type), isElement: false, &frame) else { break }
                number += 1
            }
            return count > 0
        case .undefined, .null: return false
        case .object(let object):
            guard let entries = object.entries else { break }
            for (key, item) in entries {
                guard try turn(.string(key), item, isElement: false, &frame) else { break }
            }
            return !entries.isEmpty
        default: break
        }
        throw frame.failure("range can't iterate over \(collection.printed)")
    }

    private func mark(_ element: ElementType, _ frame: inout Frame) {
        guard let slot = slots.last ?? nil, slot < 64 else { return }
        let bit: UInt64 = 1 << UInt64(slot)
        if element == .any { frame.typedSlots &= ~bit } else { frame.typedSlots |= bit }
    }

    /// One turn; false after `break`.
    private func turn(_ index: Datum, _ item: Datum, isElement: Bool, _ frame: inout Frame) throws -> Bool {
        if slots.count == 1 {
            if let slot = slots[0] { frame.slots[slot] = item }
        } else if slots.count == 2 {
            if let slot = slots[0] { frame.slots[slot] = index }
            if let slot = slots[1] { frame.slots[slot] = item }
        }
        frame.dot = item
        frame.dotIsElement = isElement
        try frame.spend(1)
        return try body.execute(&frame) != .breakLoop
    }
}
