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
    /// The node being evaluated: what an error names.
    var node = 0
    /// UTF-8.
    var output: [UInt8]

    var tree: SyntaxTree { template.tree }

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

    mutating func write(_ bytes: ArraySlice<UInt8>) throws {
        output.append(contentsOf: bytes)
        try count(bytes.count)
    }

    mutating func write(_ text: String) throws {
        output.append(contentsOf: text.utf8)
        try count(text.utf8.count)
    }

    private mutating func count(_ written: Int) throws {
        execution.pendingBytes &+= written
        if execution.pendingBytes > execution.budget.outputBytes {
            throw failure("more than \(execution.budget.outputBytes) bytes of output", kind: .budget)
        }
    }
}
