extension SyntaxTree {
    /// A node as Go prints it in errors: not the source's words but a normal form of them.
    func text(of index: Int) -> String {
        var text = ""
        if nodes.indices.contains(index) { write(index, to: &text) }
        return text
    }

    private func write(_ index: Int, to text: inout String) {
        let node = nodes[index]
        switch node.kind {
        case .text: text += String(decoding: bytes[range(node)], as: UTF8.self)
        case .action:
            text += "{{"
            write(Int(node.other), to: &text)
            text += "}}"
        case .ifTrue: write(branch: "if", node, to: &text)
        case .with: write(branch: "with", node, to: &text)
        case .range: write(branch: "range", node, to: &text)
        case .template:
            text += "{{template " + goQuoted(string(node.other))
            if node.count > 0 {
                text += " "
                write(child(node, 0), to: &text)
            }
            text += "}}"
        case .breakLoop: text += "{{break}}"
        case .continueLoop: text += "{{continue}}"
        case .end: text += "{{end}}"
        case .otherwise: text += "{{else}}"
        case .list: for link in range(node) { write(Int(links[link]), to: &text) }
        case .pipeline: write(pipeline: node, to: &text)
        case .command:
            for (place, link) in range(node).enumerated() {
                if place > 0 { text += " " }
                writeOperand(Int(links[link]), to: &text)
            }
        case .dot: text += "."
        case .null: text += "nil"
        case .bool: text += node.flag ? "true" : "false"
        case .number: text += numbers[Int(node.other)].text
        case .string: text += String(decoding: bytes[range(node)], as: UTF8.self)
        case .field: writeFields(node, to: &text)
        case .variable:
            text += string(node.other)
            writeFields(node, to: &text)
        case .function: text += string(node.other)
        case .chain:
            writeOperand(Int(node.other), to: &text)
            writeFields(node, to: &text)
        case .parenthesized: write(Int(node.other), to: &text)
        }
    }

    private func write(branch word: String, _ node: Node, to text: inout String) {
        text += "{{" + word + " "
        write(child(node, 0), to: &text)
        text += "}}"
        write(child(node, 1), to: &text)
        if node.count > 2 {
            text += "{{else}}"
            write(child(node, 2), to: &text)
        }
        text += "{{end}}"
    }

    private func write(pipeline node: Node, to text: inout String) {
        for place in 0..<Int(node.slot) {
            if place > 0 { text += ", " }
            write(Int(links[Int(node.other) + place]), to: &text)
        }
        if node.slot > 0 { text += node.flag ? " = " : " := " }
        for (place, link) in range(node).enumerated() {
            if place > 0 { text += " | " }
            write(Int(links[link]), to: &text)
        }
    }

    private func writeOperand(_ index: Int, to text: inout String) {
        let isParenthesized = nodes[index].kind == .parenthesized
        if isParenthesized { text += "(" }
        write(index, to: &text)
        if isParenthesized { text += ")" }
    }

    private func writeFields(_ node: Node, to text: inout String) {
        for name in strings[range(node)] { text += "." + name }
    }
}
