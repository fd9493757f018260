extension Parser {
    mutating func pipeline(_ clause: String, until end: Token.Kind) throws(TemplateError) -> Pipeline {
        let position = peekNonSpace().start
        let (variables, isAssignment) = try declarations(clause)
        var commands: [Command] = []
        while true {
            let token = nextNonSpace()
            switch token.kind {
            case end:
                try check(commands, clause)
                return Pipeline(position: position, isAssignment: isAssignment, variables: variables, commands: commands)
            case .bool, .charConstant, .complex, .dot, .field, .identifier, .number, .nilKeyword, .rawString, .string,
                .variable, .leftParen:
                giveBack()
                commands.append(try command())
            default: throw unexpected(token, in: clause)
            }
        }
    }

    /// `$x :=`, `$x =`, and in `range` also `$i, $x :=`.
    private mutating func declarations(_ clause: String) throws(TemplateError) -> ([Operand], isAssignment: Bool) {
        var declared: [Operand] = []
        while true {
            let variable = peekNonSpace()
            guard variable.kind == .variable else { return (declared, false) }
            _ = next()
            // Space is a token: telling a declaration from an argument takes three.
            let after = peek()
            let sign = peekNonSpace()
            switch sign.kind {
            case .assign, .declare:
                _ = nextNonSpace()
                declared.append(declare(variable))
                return (declared, sign.kind == .assign)
            case .character where text(of: sign) == ",":
                _ = nextNonSpace()
                declared.append(declare(variable))
                guard clause == "range", declared.count < 2 else { throw error("too many declarations in \(clause)") }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParen: continue
                default: throw error("range can only initialize variables")
                }
            default:
                if after.kind == .space { giveBack(variable, after) } else { giveBack(variable) }
                return (declared, false)
            }
        }
    }

    private mutating func declare(_ token: Token) -> Operand {
        let name = text(of: token)
        variables.append(name)
        return Operand(position: token.start, kind: .variable(name, fields: []))
    }

    private func check(_ commands: [Command], _ clause: String) throws(TemplateError) {
        if commands.isEmpty { throw error("missing value for \(clause)") }
        for (index, command) in commands.enumerated().dropFirst() {
            switch command.operands.first?.kind {
            case .bool, .dot, .null, .number, .string: throw error("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
    }

    private mutating func command() throws(TemplateError) -> Command {
        let position = peekNonSpace().start
        var operands: [Operand] = []
        reading: while true {
            peekNonSpace()
            if let operand = try operand() { operands.append(operand) }
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
        if operands.isEmpty { throw error("empty command") }
        return Command(position: position, operands: operands)
    }

    /// A term and the fields that follow it without space; nil when the next token starts none.
    private mutating func operand() throws(TemplateError) -> Operand? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let position = peek().start
        var fields: [String] = []
        while peek().kind == .field { fields.append(field(next())) }
        switch term.kind {
        case .field(let names): return Operand(position: position, kind: .field(names + fields))
        case .variable(let name, let names): return Operand(position: position, kind: .variable(name, fields: names + fields))
        case .bool, .string, .number, .null, .dot: throw error("unexpected . after term \(goQuoted(term.text))")
        default: return Operand(position: position, kind: .chain(term, fields: fields))
        }
    }

    /// The name of a field token, without its point.
    private func field(_ token: Token) -> String {
        var token = token
        token.start += 1
        return text(of: token)
    }

    private mutating func term() throws(TemplateError) -> Operand? {
        let token = nextNonSpace()
        let kind: Operand.Kind
        switch token.kind {
        case .identifier:
            let name = text(of: token)
            guard functions.place(of: name) != nil else { throw error("function \(goQuoted(name)) not defined") }
            kind = .function(name)
        case .dot: kind = .dot
        case .nilKeyword: kind = .null
        case .variable:
            let name = text(of: token)
            guard variables.contains(name) else { throw error("undefined variable \(goQuoted(name))") }
            kind = .variable(name, fields: [])
        case .field: kind = .field([field(token)])
        case .bool: kind = .bool(token.end - token.start == 4)
        case .charConstant, .complex, .number:
            do throws(NumberFault) { kind = .number(try NumberLiteral(text(of: token), token.kind)) } catch { throw self.error(error.text) }
        case .leftParen:
            let inner = try deeper { parser throws(TemplateError) in
                try parser.pipeline("parenthesized pipeline", until: .rightParen)
            }
            return Operand(position: inner.position, kind: .pipeline(inner))
        case .string, .rawString: kind = .string(quoted: text(of: token), value: try unquoted(token))
        default:
            giveBack()
            return nil
        }
        return Operand(position: token.start, kind: kind)
    }
}
