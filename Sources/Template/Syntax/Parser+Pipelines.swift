extension Parser {
    mutating func pipeline(_ clause: String, until end: Token.Kind) throws(TemplateError) -> Int32 {
        let position = Int32(truncatingIfNeeded: peekNonSpace().start)
        let mark = pending.count
        let isAssignment = try declarations(clause)
        let commands = pending.count
        while true {
            let token = nextNonSpace()
            switch token.kind {
            case end:
                try check(pending[commands...], clause)
                let (first, count) = tree.link(&pending, from: commands)
                bind(pending[mark...], isAssignment: isAssignment, isRange: clause == "range")
                let (variables, variableCount) = tree.link(&pending, from: mark)
                return tree.add(
                    Node(
                        kind: .pipeline, flag: isAssignment, position: position, first: first, count: count, other: variables,
                        slot: variableCount))
            case .bool, .charConstant, .complex, .dot, .field, .identifier, .number, .nilKeyword, .rawString, .string,
                .variable, .leftParen:
                giveBack()
                pending.append(try command())
            default: throw unexpected(token, in: clause)
            }
        }
    }

    /// Gives the variables of a pipeline their slots: old ones when they are assigned, else new ones,
    /// which only what follows the pipeline sees.
    private mutating func bind(_ variables: ArraySlice<Int32>, isAssignment: Bool, isRange: Bool) {
        for (place, variable) in variables.enumerated() {
            let name = tree.string(tree[Int(variable)].other)
            if isAssignment {
                let slot = scope.last { $0.name == name }?.slot ?? -1
                tree.update(variable) { $0.slot = slot }
            } else {
                let slot = slotCount
                scope.append(Variable(name: name, slot: slot, isElement: isRange && place == variables.count - 1))
                tree.update(variable) { $0.slot = slot }
                slotCount += 1
            }
        }
    }

    /// `$x :=`, `$x =`, and in `range` also `$i, $x :=`; true for `=`.
    private mutating func declarations(_ clause: String) throws(TemplateError) -> Bool {
        var count = 0
        while true {
            let variable = peekNonSpace()
            guard variable.kind == .variable else { return false }
            _ = next()
            // Space is a token: telling a declaration from an argument takes three.
            let after = peek()
            let sign = peekNonSpace()
            switch sign.kind {
            case .assign, .declare:
                _ = nextNonSpace()
                declare(variable)
                return sign.kind == .assign
            case .character where text(of: sign) == ",":
                _ = nextNonSpace()
                declare(variable)
                count += 1
                guard clause == "range", count < 2 else { throw error("too many declarations in \(clause)") }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParen: continue
                default: throw error("range can only initialize variables")
                }
            default:
                if after.kind == .space { giveBack(variable, after) } else { giveBack(variable) }
                return false
            }
        }
    }

    private mutating func declare(_ token: Token) {
        let name = text(of: token)
        variables.append(name)
        var node = token.place(.variable)
        node.other = tree.add(name)
        pending.append(tree.add(node))
    }

    private func check(_ commands: ArraySlice<Int32>, _ clause: String) throws(TemplateError) {
        if commands.isEmpty { throw error("missing value for \(clause)") }
        for (index, command) in commands.enumerated().dropFirst() {
            switch tree[tree.child(tree[Int(command)], 0)].kind {
            case .bool, .dot, .null, .number, .string: throw error("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
    }

    private mutating func command() throws(TemplateError) -> Int32 {
        let position = Int32(truncatingIfNeeded: peekNonSpace().start)
        let mark = pending.count
        reading: while true {
            peekNonSpace()
            if let operand = try operand() { pending.append(operand) }
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
        if pending.count == mark { throw error("empty command") }
        return link(.command, at: position, from: mark)
    }

    /// A term and the fields that follow it without space; nil when the next token starts none.
    private mutating func operand() throws(TemplateError) -> Int32? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let position = Int32(truncatingIfNeeded: peek().start)
        let first = Int32(truncatingIfNeeded: tree.strings.count)
        var count: Int32 = 0
        while peek().kind == .field {
            addField(next())
            count += 1
        }
        switch tree[Int(term)].kind {
        case .field:
            // Its own names are the newest strings before these.
            tree.update(term) { ($0.position, $0.count) = (position, $0.count + count) }
            return term
        case .variable:
            tree.update(term) { ($0.position, $0.first, $0.count) = (position, first, count) }
            return term
        case .bool, .string, .number, .null, .dot:
            throw error("unexpected . after term \(goQuoted(tree.text(of: Int(term))))")
        default: return tree.add(Node(kind: .chain, position: position, first: first, count: count, other: term))
        }
    }

    /// The name of a field token, without its point.
    private mutating func addField(_ token: Token) {
        var token = token
        token.start += 1
        _ = tree.add(text(of: token))
    }

    private mutating func term() throws(TemplateError) -> Int32? {
        let token = nextNonSpace()
        var node = token.place(.dot)
        switch token.kind {
        case .identifier:
            let name = text(of: token)
            guard let function = functions.resolve(name) else { throw error("function \(goQuoted(name)) not defined") }
            node.kind = .function
            node.other = tree.add(name)
            (node.slot, node.count) = (function.place, function.builtin)
        case .dot: break
        case .nilKeyword: node.kind = .null
        case .variable:
            let name = text(of: token)
            guard variables.contains(name) else { throw error("undefined variable \(goQuoted(name))") }
            let variable = scope.last { $0.name == name }
            node.kind = .variable
            node.other = tree.add(name)
            (node.slot, node.flag) = (variable?.slot ?? -1, variable?.isElement ?? false)
        case .field:
            node.kind = .field
            node.first = Int32(truncatingIfNeeded: tree.strings.count)
            node.count = 1
            addField(token)
        case .bool:
            node.kind = .bool
            node.flag = token.end - token.start == 4
        case .charConstant, .complex, .number:
            let number: NumberLiteral
            do throws(NumberFault) { number = try NumberLiteral(text(of: token), token.kind) } catch { throw self.error(error.text) }
            node.kind = .number
            node.other = tree.add(number)
        case .leftParen:
            let inner = try deeper { parser throws(TemplateError) in
                try parser.pipeline("parenthesized pipeline", until: .rightParen)
            }
            node = Node(kind: .parenthesized, position: tree[Int(inner)].position, other: inner)
        case .string, .rawString:
            node = token.node(.string)
            node.other = tree.add(try unquoted(token))
        default:
            giveBack()
            return nil
        }
        return tree.add(node)
    }
}
