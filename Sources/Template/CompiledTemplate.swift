/// A template ready to run.
final class CompiledTemplate: Sendable {
    let name: String
    /// Nothing but space and comments.
    let isEmpty: Bool
    /// How many variables it has room for.
    let slotCount: Int
    /// How deep its blocks and parentheses go: what it may take of the stack.
    let nesting: Int
    let body: Block
    /// The nodes that errors may name.
    private let nodes: [any SourceNode]
    private let source: SourceText

    init(name: String, isEmpty: Bool, slotCount: Int, nesting: Int, body: Block, nodes: [any SourceNode], source: SourceText) {
        self.name = name
        self.isEmpty = isEmpty
        self.slotCount = slotCount
        self.nesting = nesting
        self.body = body
        self.nodes = nodes
        self.source = source
    }

    /// Runs it, appending to `output`.
    func execute(data: Datum, output: inout String, in execution: Execution) throws {
        execution.depth += 1
        execution.nesting += nesting
        defer {
            execution.depth -= 1
            execution.nesting -= nesting
        }
        if execution.depth > execution.budget.depth || execution.nesting > execution.budget.nesting {
            throw failure("exceeded maximum template depth (\(execution.budget.depth))", at: nil, kind: .budget)
        }
        var slots = [Datum](repeating: .undefined, count: slotCount)
        slots[0] = data
        var frame = Frame(execution: execution, template: self, slots: slots, dot: data, output: "")
        swap(&frame.output, &output)
        defer { swap(&frame.output, &output) }
        _ = try body.execute(&frame)
    }

    /// A node as errors print it.
    func text(ofNode node: Int) -> String { nodes.indices.contains(node) ? nodes[node].text : "" }

    func failure(
        _ message: String, at node: Int?, kind: TemplateError.Kind, function: String? = nil, cause: (any Error)? = nil
    ) -> TemplateError {
        guard let node, nodes.indices.contains(node) else {
            return TemplateError(kind, template: name, message: message)
        }
        let place = source.place(of: nodes[node].position)
        return TemplateError(
            kind, template: source.name, line: place.line, column: place.column, executing: name,
            context: nodes[node].text, function: function, message: message, cause: cause)
    }
}

/// A text and its name, kept for the places that errors name.
final class SourceText: Sendable {
    let name: String
    private let text: String

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    func place(of position: Int) -> (line: Int, column: Int) {
        var line = 1
        var start = 0
        for (index, byte) in text.utf8.prefix(position).enumerated() where byte == UInt8(ascii: "\n") {
            line += 1
            start = index + 1
        }
        return (line, position - start)
    }
}

/// What one text defines, compiled.
struct ParsedText: Sendable {
    let templates: [CompiledTemplate]

    init(name: String, text: String, functions: FunctionNames) throws(TemplateError) {
        var parser = Parser(name: name, text: text, functions: functions)
        let source = SourceText(name: name, text: text)
        templates = try parser.parse().map { Compiler.compile($0, source: source, functions: functions) }
    }
}
