/// One running template: its variables, its dot and what it has written.
struct Frame {
    let execution: Execution
    let template: CompiledTemplate
    /// Variables by slot; slot 0 is `$`.
    var slots: [Datum]
    var dot: Datum
    /// The dot is an item of a `[]interface{}`: Go then says "interface {}" where it would name the item's type.
    var dotIsElement = false
    /// Variables that hold an item of a typed list, which Go does not see as an interface.
    var typedSlots: UInt64 = 0
    /// The node being evaluated, as an index of the template's nodes: what an error names.
    var node = 0
    var output: String

    func failure(_ message: String, kind: TemplateError.Kind = .execution) -> TemplateError {
        template.failure(message, at: node, kind: kind)
    }

    /// Counts work done; stops a render that does too much.
    mutating func spend(_ steps: Int) throws {
        execution.steps &+= steps
        if execution.steps > execution.budget.steps {
            throw failure("more than \(execution.budget.steps) steps", kind: .budget)
        }
    }

    mutating func write(_ text: String) throws {
        output += text
        execution.pendingBytes &+= text.utf8.count
        if execution.pendingBytes > execution.budget.outputBytes {
            throw failure("more than \(execution.budget.outputBytes) bytes of output", kind: .budget)
        }
    }
}

/// Something that has a value.
protocol Expression: AnyObject, Sendable {
    func evaluate(_ frame: inout Frame) throws -> Datum
}

/// How a statement ended.
enum Flow {
    case next, breakLoop, continueLoop
}

/// Something that is done.
protocol Executable: AnyObject, Sendable {
    func execute(_ frame: inout Frame) throws -> Flow
}

/// Statements in a row.
struct Block: Sendable {
    let statements: [any Executable]

    func execute(_ frame: inout Frame) throws -> Flow {
        try frame.spend(statements.count)
        for statement in statements {
            let flow = try statement.execute(&frame)
            if flow != .next { return flow }
        }
        return .next
    }
}
