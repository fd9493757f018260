/// A template ready to run.
final class CompiledTemplate: Sendable {
    let name: String
    /// Nothing but space and comments.
    let isEmpty: Bool
    /// How many variables it has room for.
    let slotCount: Int
    /// How deep its blocks and parentheses go: what it may take of the stack.
    let nesting: Int
    /// A list of the tree.
    let body: Int
    /// The text it stands in, and that text's name.
    let tree: SyntaxTree
    let source: String

    init(_ template: ParsedTemplate, tree: SyntaxTree, source: String) {
        name = template.name
        isEmpty = template.isEmpty
        slotCount = Int(template.slotCount)
        nesting = template.nesting
        body = Int(template.body)
        self.tree = tree
        self.source = source
    }

    /// Runs it, appending to `output`.
    func execute(data: Datum, output: inout [UInt8], in execution: Execution) throws {
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
        var frame = Frame(execution: execution, template: self, slots: slots, dot: data, output: [])
        swap(&frame.output, &output)
        defer { swap(&frame.output, &output) }
        _ = try frame.run(list: body)
    }

    func failure(
        _ message: String, at node: Int?, kind: TemplateError.Kind, function: String? = nil, cause: (any Error)? = nil
    ) -> TemplateError {
        guard let node, tree.nodes.indices.contains(node) else {
            return TemplateError(kind, template: name, message: message)
        }
        let place = tree.place(of: Int(tree[node].position))
        return TemplateError(
            kind, template: source, line: place.line, column: place.column, executing: name,
            context: tree.text(of: node), function: function, message: message, cause: cause)
    }
}

/// What one text of UTF-8 defines, ready to run in any set whose functions have the same names.
package struct ParsedText: Sendable {
    let templates: [CompiledTemplate]

    package init(name: String, bytes: [UInt8], functions: FunctionNames) throws(TemplateError) {
        var parser = Parser(name: name, bytes: bytes, functions: functions)
        let parsed = try parser.parse()
        let tree = parser.tree
        templates = parsed.map { CompiledTemplate($0, tree: tree, source: name) }
    }
}
