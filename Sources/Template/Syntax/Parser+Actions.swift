extension Parser {
    /// What follows an opening delimiter.
    mutating func action() throws(TemplateError) -> Int32 {
        let token = nextNonSpace()
        switch token.kind {
        case .block: return try block()
        case .breakKeyword: return try loopControl(token, .breakLoop, "{{break}}")
        case .continueKeyword: return try loopControl(token, .continueLoop, "{{continue}}")
        case .elseKeyword: return try otherwise()
        case .endKeyword:
            return tree.add(try expect(.rightDelimiter, in: "end").place(.end))
        case .ifKeyword: return try branch(.ifTrue)
        case .range: return try branch(.range)
        case .template: return try template()
        case .with: return try branch(.with)
        default: break
        }
        giveBack()
        var node = peek().place(.action)
        let pipeline = try pipeline("command", until: .rightDelimiter)
        node.other = pipeline
        node.flag = tree[Int(pipeline)].slot > 0
        return tree.add(node)
    }

    private mutating func loopControl(_ token: Token, _ kind: Node.Kind, _ text: String) throws(TemplateError) -> Int32 {
        try expect(.rightDelimiter, in: text)
        if rangeDepth == 0 { throw error("\(text) outside {{range}}") }
        return tree.add(token.place(kind))
    }

    /// `else`, or the `else` of `else if` and `else with` with the second word still to be read.
    private mutating func otherwise() throws(TemplateError) -> Int32 {
        let next = peekNonSpace()
        if next.kind == .ifKeyword || next.kind == .with { return tree.add(next.place(.otherwise)) }
        return tree.add(try expect(.rightDelimiter, in: "else").place(.otherwise))
    }

    private mutating func branch(_ branch: Node.Kind) throws(TemplateError) -> Int32 {
        try deeper { parser throws(TemplateError) in try parser.branchBody(branch) }
    }

    private mutating func branchBody(_ branch: Node.Kind) throws(TemplateError) -> Int32 {
        let outer = variables.count
        let outerScope = scope.count
        let clause = branch == .range ? "range" : branch == .with ? "with" : "if"
        let pipeline = try pipeline(clause, until: .rightDelimiter)
        let declared = scope.count
        if branch == .range { rangeDepth += 1 }
        let (body, end) = try list()
        if branch == .range { rangeDepth -= 1 }
        // What the body declares may be named in the `else`, but has no value there.
        scope.removeLast(scope.count - declared)
        let otherwise = tree[Int(end)].kind == .otherwise ? try self.otherwise(of: branch) : nil
        variables.removeLast(max(0, variables.count - outer))
        scope.removeLast(scope.count - outerScope)
        let mark = pending.count
        pending.append(pipeline)
        pending.append(body)
        if let otherwise { pending.append(otherwise) }
        return link(branch, at: tree[Int(pipeline)].position, from: mark)
    }

    /// What follows `else`: a list, or for `else if` and `else with` one statement, whose `end` closes both.
    private mutating func otherwise(of branch: Node.Kind) throws(TemplateError) -> Int32 {
        let word: Token.Kind? = branch == .ifTrue ? .ifKeyword : branch == .with ? .with : nil
        if let word, peek().kind == word {
            _ = next()
            let mark = pending.count
            pending.append(try self.branch(branch))
            return link(.list, at: 0, from: mark)
        }
        let (list, end) = try list()
        guard tree[Int(end)].kind == .end else { throw error("expected end; found \(tree.text(of: Int(end)))") }
        return list
    }

    private mutating func template() throws(TemplateError) -> Int32 {
        let clause = "template clause"
        let token = nextNonSpace()
        let name = try templateName(token, in: clause)
        var value: Int32?
        if nextNonSpace().kind != .rightDelimiter {
            giveBack()
            value = try pipeline(clause, until: .rightDelimiter)
        }
        return use(of: name, token, value)
    }

    /// `{{template "name" pipeline}}`
    mutating func use(of name: String, _ token: Token, _ pipeline: Int32?) -> Int32 {
        let mark = pending.count
        if let pipeline { pending.append(pipeline) }
        let node = link(.template, at: Int32(truncatingIfNeeded: token.start), from: mark)
        let name = tree.add(name)
        tree.update(node) { $0.other = name }
        return node
    }
}
