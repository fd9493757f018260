/// What a call takes from the budget beside its own step. Steps stand for some 50 ns each.
package struct FunctionCost: Sendable {
    /// For work that does not depend on the arguments' size: a key, a password's hash.
    package var steps = 0
    /// Bytes of the texts given that take as long as a step.
    package var bytesPerStep = 64
    /// It goes through everything that the arguments hold, however deep.
    package var walks = false
    /// It prints every other argument, the first, the third…: the keys of `dict`.
    package var walksKeys = false
    /// It compares each item of its lists with each other.
    package var squares = false
    /// Bytes of memory for a byte of text given: parsers make values of it.
    package var memoryPerByte = 0
    /// Steps that depend on the arguments in another way.
    package var more: (@Sendable ([Datum]) -> Int)?
    /// Bytes that the result may have at most, where arguments make it larger than they are together.
    package var resultBytes: (@Sendable ([Datum]) -> Int)?

    package init(
        steps: Int = 0, bytesPerStep: Int = 64, walks: Bool = false, walksKeys: Bool = false, squares: Bool = false, memoryPerByte: Int = 0,
        more: (@Sendable ([Datum]) -> Int)? = nil, resultBytes: (@Sendable ([Datum]) -> Int)? = nil
    ) {
        self.more = more
        self.steps = steps
        self.bytesPerStep = max(1, bytesPerStep)
        self.walks = walks
        self.walksKeys = walksKeys
        self.squares = squares
        self.memoryPerByte = memoryPerByte
        self.resultBytes = resultBytes
    }
}

/// The budget is spent. The evaluator adds where.
struct BudgetSpent: Error, CustomStringConvertible {
    var description: String
}

extension Execution {
    /// Takes steps from the budget.
    package func spend(_ steps: Int) throws {
        self.steps = self.steps.addingClamped(steps)
        if self.steps > budget.steps { throw BudgetSpent(description: "more than \(budget.steps) steps") }
    }

    /// Counts bytes of values made. What was let go of counts as well: it is not known.
    package func make(_ bytes: Int) throws {
        madeBytes = madeBytes.addingClamped(bytes)
        if madeBytes > budget.valueBytes { throw BudgetSpent(description: "values of more than \(budget.valueBytes) bytes") }
    }

    /// Before a call.
    func charge(_ cost: FunctionCost, _ name: String, _ arguments: [Datum]) throws {
        var bytes = 0
        var items = 0
        for argument in arguments {
            switch argument {
            case .string(let text): bytes &+= text.utf8.count
            case .list(let list, _):
                items &+= list.count / 8
                if cost.squares { items = items.addingClamped(list.count.multipliedClamped(by: list.count)) }
            case .map(let map): items &+= map.count / 32
            default: break
            }
        }
        try spend((cost.more?(arguments) ?? 0).addingClamped(4 + cost.steps + bytes / cost.bytesPerStep).addingClamped(items))
        try make(128 + arguments.count &* 32 + bytes.multipliedClamped(by: cost.memoryPerByte))
        if cost.walks {
            for argument in arguments {
                let nodes = try walk(argument)
                if nodes > 1 { try make(nodes.multipliedClamped(by: 64)) }
            }
        }
        if cost.walksKeys {
            for index in stride(from: 0, to: arguments.count, by: 2) {
                if case .string = arguments[index] { continue }
                _ = try walk(arguments[index])
            }
        }
        if let size = cost.resultBytes?(arguments), size > budget.textBytes {
            throw BudgetSpent(description: "\(name) would make more than \(budget.textBytes) bytes")
        }
    }

    /// After a call.
    func charge(result: Datum, _ name: String) throws {
        // `$x = print $x $x` in a loop doubles a text without writing it.
        switch result {
        case .string(let text):
            let count = text.utf8.count
            if count > budget.textBytes { throw BudgetSpent(description: "\(name) made more than \(budget.textBytes) bytes") }
            if count > 15 {
                try make(count)
                try spend(count / 64)
            }
        case .list(let items, _):
            if items.count > budget.items { throw BudgetSpent(description: "\(name) made more than \(budget.items) items") }
            try make(items.count &* 32)
            try spend(items.count / 8)
            // Such lists are released one inside the other, which takes of the stack.
            if items.contains(where: \.isList) { try make(4096) }
        default: break
        }
    }

    /// Goes through everything that a value holds, and gives how many values these are;
    /// those that share values have many times more than memory holds.
    func walk(_ value: Datum) throws -> Int {
        let start = steps
        try walk(value, depth: 0)
        return steps &- start
    }

    private func walk(_ value: Datum, depth: Int) throws {
        guard depth < Formatter.depthLimit else { return }
        switch value {
        case .string(let text): try spend(1 + text.utf8.count / 64)
        case .list(let items, .any), .list(let items, .map), .list(let items, .lists):
            try spend(1)
            for item in items { try walk(item, depth: depth + 1) }
        case .list(let items, _): try spend(1 + items.count)
        case .map(let map):
            try spend(1 + map.count)
            for (_, item) in map.storage { try walk(item, depth: depth + 1) }
        default: try spend(1)
        }
    }
}

extension Datum {
    var isContainer: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }

    fileprivate var isList: Bool {
        if case .list = self { return true }
        return false
    }
}

extension Int {
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    package func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
