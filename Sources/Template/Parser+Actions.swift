extension Parser {
    /// What follows an opening delimiter.
    mutating func action() throws(TemplateError) -> Statement {
        let token = nextNonSpace()
        switch token.kind {
        case .block: return try block()
        case .breakKeyword: return try loopControl(token, .breakLoop, "{{break}}")
        case .continueKeyword: return try loopControl(token, .continueLoop, "{{continue}}")
        case .elseKeyword: return try otherwise()
        case .endKeyword:
            let end = try expect(.rightDelimiter, in: "end")
            return Statement(position: end.start, kind: .end)
        case .ifKeyword: return try branch(.ifTrue)
        case .range: return try branch(.range)
        case .template: return try template()
        case .with: return try branch(.with)
        default: break
        }
        giveBack()
        let position = peek().start
        return Statement(position: position, kind: .action(try pipeline("command", until: .rightDelimiter)))
    }

    private mutating func loopControl(_ token: Token, _ kind: Statement.Kind, _ text: String) throws(TemplateError) -> Statement {
        try expect(.rightDelimiter, in: text)
        if rangeDepth == 0 { throw error("\(text) outside {{range}}") }
        return Statement(position: token.start, kind: kind)
    }

    /// `else`, or the `else` of `else if` and `else with` with the second word still to be read.
    private mutating func otherwise() throws(TemplateError) -> Statement {
        let next = peekNonSpace()
        if next.kind == .ifKeyword || next.kind == .with { return Statement(position: next.start, kind: .otherwise) }
        let token = try expect(.rightDelimiter, in: "else")
        return Statement(position: token.start, kind: .otherwise)
    }

    private mutating func branch(_ branch: Statement.Branch) throws(TemplateError) -> Statement {
        try deeper { parser throws(TemplateError) in try parser.branchBody(branch) }
    }

    private mutating func branchBody(_ branch: Statement.Branch) throws(TemplateError) -> Statement {
        let outer = variables.count
        let pipeline = try pipeline(branch.rawValue, until: .rightDelimiter)
        if branch == .range { rangeDepth += 1 }
        let (body, end) = try list()
        if branch == .range { rangeDepth -= 1 }
        var otherwise: [Statement]?
        if case .otherwise = end.kind {
            // `else if` needs one `end` only: the inner one closes both.
            if branch == .ifTrue, peek().kind == .ifKeyword {
                _ = next()
                otherwise = [try self.branch(.ifTrue)]
            } else if branch == .with, peek().kind == .with {
                _ = next()
                otherwise = [try self.branch(.with)]
            } else {
                let (list, end) = try list()
                guard case .end = end.kind else { throw error("expected end; found \(end.text)") }
                otherwise = list
            }
        }
        variables.removeLast(max(0, variables.count - outer))
        return Statement(position: pipeline.position, kind: .branch(branch, pipeline, body, otherwise: otherwise))
    }

    private mutating func template() throws(TemplateError) -> Statement {
        let clause = "template clause"
        let token = nextNonSpace()
        let name = try templateName(token, in: clause)
        var value: Pipeline?
        if nextNonSpace().kind != .rightDelimiter {
            giveBack()
            value = try pipeline(clause, until: .rightDelimiter)
        }
        return Statement(position: token.start, kind: .template(name, value))
    }
}
