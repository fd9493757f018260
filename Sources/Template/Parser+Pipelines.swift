extension Parser {
    mutating func pipeline(_ clause: String, until end: Token.Kind) throws(TemplateError) -> Pipeline {
        var pipeline = Pipeline(position: peekNonSpace().position)
        try declarations(&pipeline, clause)
        while true {
            let token = nextNonSpace()
            switch token.kind {
            case end:
                try check(pipeline, clause)
                return pipeline
            case .bool, .charConstant, .complex, .dot, .field, .identifier, .number, .nilKeyword, .rawString, .string,
                .variable, .leftParen:
                giveBack()
                pipeline.commands.append(try command())
            default: throw unexpected(token, in: clause)
            }
        }
    }

    /// `$x :=`, `$x =`, and in `range` also `$i, $x :=`.
    private mutating func declarations(_ pipeline: inout Pipeline, _ clause: String) throws(TemplateError) {
        while true {
            let variable = peekNonSpace()
            guard variable.kind == .variable else { return }
            _ = next()
            // Space is a token: telling a declaration from an argument takes three.
            let after = peek()
            let sign = peekNonSpace()
            switch sign.kind {
            case .assign, .declare:
                pipeline.isAssignment = sign.kind == .assign
                _ = nextNonSpace()
                declare(variable, in: &pipeline)
                return
            case .character where sign.text == ",":
                _ = nextNonSpace()
                declare(variable, in: &pipeline)
                guard clause == "range", pipeline.variables.count < 2 else { throw error("too many declarations in \(clause)") }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParen: continue
                default: throw error("range can only initialize variables")
                }
            default:
                if after.kind == .space { giveBack(variable, after) } else { giveBack(variable) }
                return
            }
        }
    }

    private mutating func declare(_ token: Token, in pipeline: inout Pipeline) {
        pipeline.variables.append(Operand(position: token.position, kind: .variable(token.text, fields: [])))
        variables.append(token.text)
    }

    private func check(_ pipeline: Pipeline, _ clause: String) throws(TemplateError) {
        if pipeline.commands.isEmpty { throw error("missing value for \(clause)") }
        for (index, command) in pipeline.commands.enumerated().dropFirst() {
            switch command.operands.first?.kind {
            case .bool, .dot, .null, .number, .string: throw error("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
    }

    private mutating func command() throws(TemplateError) -> Command {
        var command = Command(position: peekNonSpace().position, operands: [])
        reading: while true {
            peekNonSpace()
            if let operand = try operand() { command.operands.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParen:
                giveBack()
                break reading
            case .pipe: break reading
            default: throw unexpected(token, in: "operand")
            }
        }
        if command.operands.isEmpty { throw error("empty command") }
        return command
    }

    /// A term and the fields that follow it without space; nil when the next token starts none.
    private mutating func operand() throws(TemplateError) -> Operand? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let position = peek().position
        var fields: [String] = []
        while peek().kind == .field { fields.append(String(next().text.dropFirst())) }
        switch term.kind {
        case .field(let names): return Operand(position: position, kind: .field(names + fields))
        case .variable(let name, let names): return Operand(position: position, kind: .variable(name, fields: names + fields))
        case .bool, .string, .number, .null, .dot: throw error("unexpected . after term \(goQuoted(term.text))")
        default: return Operand(position: position, kind: .chain(term, fields: fields))
        }
    }

    private mutating func term() throws(TemplateError) -> Operand? {
        let token = nextNonSpace()
        let kind: Operand.Kind
        switch token.kind {
        case .identifier:
            guard functionNames.contains(token.text) || Builtin(rawValue: token.text) != nil else {
                throw error("function \(goQuoted(token.text)) not defined")
            }
            kind = .function(token.text)
        case .dot: kind = .dot
        case .nilKeyword: kind = .null
        case .variable:
            guard variables.contains(token.text) else { throw error("undefined variable \(goQuoted(token.text))") }
            kind = .variable(token.text, fields: [])
        case .field: kind = .field([String(token.text.dropFirst())])
        case .bool: kind = .bool(token.text == "true")
        case .charConstant, .complex, .number:
            do throws(NumberFault) { kind = .number(try NumberLiteral(token)) } catch { throw self.error(error.text) }
        case .leftParen:
            let inner = try deeper { parser throws(TemplateError) in
                try parser.pipeline("parenthesized pipeline", until: .rightParen)
            }
            return Operand(position: inner.position, kind: .pipeline(inner))
        case .string, .rawString: kind = .string(quoted: token.text, value: try unquoted(token))
        default:
            giveBack()
            return nil
        }
        return Operand(position: token.position, kind: kind)
    }
}
