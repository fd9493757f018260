/// How a statement ended.
enum Flow {
    case next, breakLoop, continueLoop
}

extension Frame {
    /// Statements in a row.
    mutating func run(list index: Int) throws -> Flow {
        let list = template.tree[index]
        try spend(Int(list.count))
        for link in template.tree.range(list) {
            let flow = try run(statement: Int(template.tree.links[link]))
            if flow != .next { return flow }
        }
        return .next
    }

    private mutating func run(statement index: Int) throws -> Flow {
        let statement = template.tree[index]
        switch statement.kind {
        case .text: try write(template.tree.bytes[template.tree.range(statement)])
        case .action:
            let result = try evaluate(pipeline: Int(statement.other))
            if statement.flag { return .next }
            if case .string(let text) = result { try write(text) } else { try print(result) }
        case .ifTrue:
            if try evaluate(pipeline: template.tree.child(statement, 0)).isTrue {
                return try run(list: template.tree.child(statement, 1))
            }
            return try runOtherwise(statement)
        case .with: return try runWith(statement)
        case .range: return try runRange(statement, at: index)
        case .template: try runTemplate(statement, at: index)
        case .continueLoop: return .continueLoop
        default: return .breakLoop
        }
        return .next
    }

    private mutating func runOtherwise(_ statement: Node) throws -> Flow {
        statement.count > 2 ? try run(list: template.tree.child(statement, 2)) : .next
    }

    private mutating func runWith(_ statement: Node) throws -> Flow {
        let result = try evaluate(pipeline: template.tree.child(statement, 0))
        guard result.isTrue else { return try runOtherwise(statement) }
        let outer = (dot, dotIsElement)
        (dot, dotIsElement) = (result, false)
        let flow = try run(list: template.tree.child(statement, 1))
        (dot, dotIsElement) = outer
        return flow
    }

    /// `template`: another template of the set, written in place.
    private mutating func runTemplate(_ statement: Node, at index: Int) throws {
        node = index
        let name = template.tree.string(statement.other)
        guard let other = execution.templates.templates[name] else {
            throw failure("template \(goQuoted(name)) not defined")
        }
        let data = statement.count > 0 ? try evaluate(pipeline: template.tree.child(statement, 0)) : .undefined
        try other.execute(data: data, output: &output, in: execution)
    }

    // MARK: Range

    /// `range` over a list, a map in the order of its keys, or a number.
    private mutating func runRange(_ statement: Node, at index: Int) throws -> Flow {
        node = index
        let pipeline = template.tree.child(statement, 0)
        let collection = try evaluate(pipeline: pipeline)
        let outer = (dot, dotIsElement)
        let loop = Loop(body: template.tree.child(statement, 1), variables: variables(of: pipeline))
        let turned = try turns(of: loop, over: collection)
        (dot, dotIsElement) = outer
        return turned ? .next : try runOtherwise(statement)
    }

    private struct Loop {
        var body: Int
        /// Where the item goes, or the index and the item; -1 for a variable that is not there.
        var variables: (first: Int, second: Int, count: Int)
    }

    private func variables(of pipeline: Int) -> (first: Int, second: Int, count: Int) {
        let node = template.tree[pipeline]
        func slot(_ place: Int) -> Int {
            place < Int(node.slot) ? Int(template.tree[Int(template.tree.links[Int(node.other) + place])].slot) : -1
        }
        return (slot(0), slot(1), Int(node.slot))
    }

    /// False when there was nothing to go over.
    private mutating func turns(of loop: Loop, over collection: Datum) throws -> Bool {
        switch collection {
        case .list(let items, let element):
            mark(element, loop)
            for (index, item) in items.enumerated() {
                guard try turn(loop, .int(Int64(index)), item, isElement: element == .any) else { break }
            }
            return !items.isEmpty
        case .map(let map):
            // For putting the keys in order.
            try spend(2 &* map.count)
            mark(map.element, loop)
            let entries = map.storage.sorted
            for (key, item) in entries {
                guard try turn(loop, .string(key), item, isElement: map.element == .any) else { break }
            }
            return !entries.isEmpty
        case .int(let count, let type):
            if loop.variables.count > 1 {
                throw failure("can't use \(count) to iterate over more than one variable")
            }
            var number: Int64 = 0
            while number < count {
                guard try turn(loop, .undefined, .int(number, as: type), isElement: false) else { break }
                number += 1
            }
            return count > 0
        case .undefined, .null: return false
        case .object(let slice as any DatumSlice):
            for (index, item) in slice.items.enumerated() {
                guard try turn(loop, .int(Int64(index)), item, isElement: false) else { break }
            }
            return slice.isTrue
        case .object(let object):
            guard let entries = object.entries else { break }
            for (key, item) in entries {
                guard try turn(loop, .string(key), item, isElement: false) else { break }
            }
            return !entries.isEmpty
        default: break
        }
        throw failure("range can't iterate over \(collection.printed)")
    }

    private mutating func mark(_ element: ElementType, _ loop: Loop) {
        let slot = loop.variables.count > 1 ? loop.variables.second : loop.variables.first
        guard (0..<64).contains(slot) else { return }
        let bit: UInt64 = 1 << UInt64(slot)
        if element == .any { typedSlots &= ~bit } else { typedSlots |= bit }
    }

    /// One turn; false after `break`.
    private mutating func turn(_ loop: Loop, _ index: Datum, _ item: Datum, isElement: Bool) throws -> Bool {
        let variables = loop.variables
        if variables.count == 1 {
            if variables.first >= 0 { slots[variables.first] = item }
        } else if variables.count == 2 {
            if variables.first >= 0 { slots[variables.first] = index }
            if variables.second >= 0 { slots[variables.second] = item }
        }
        dot = item
        dotIsElement = isElement
        try spend(1)
        return try run(list: loop.body) != .breakLoop
    }

    /// Writes what an action of a value that is no text shows.
    private mutating func print(_ value: Datum) throws {
        switch value {
        case .list, .map:
            do { _ = try execution.walk(value) } catch { throw failure("\(error)", kind: .budget) }
        default: break
        }
        let text = value.printed
        if text.utf8.count > execution.budget.textBytes {
            throw failure("a value of more than \(execution.budget.textBytes) bytes", kind: .budget)
        }
        try write(text)
    }
}
