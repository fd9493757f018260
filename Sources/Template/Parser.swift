/// Makes statements of one text and of every `define` in it.
///
/// The order of its steps is that of Go's parser, since its error texts and the lines
/// they name depend on which token was read last.
struct Parser {
    /// Blocks and parentheses in each other; Go has no limit and a stack that grows.
    static let depthLimit = 500

    let name: String
    let functions: FunctionNames
    private var lexer: Lexer
    /// Token 0 is the newest; up to two older ones that were given back follow.
    private var tokens: (Token, Token, Token)
    private var givenBack = 0
    private(set) var definitions: [ParsedTemplate] = []

    // What belongs to the template being parsed.
    var variables = ["$"]
    var rangeDepth = 0
    private var actionLine = 0
    private var depth = 0
    /// The deepest that the template being parsed has come.
    private var deepest = 0

    init(name: String, text: String, functions: FunctionNames) {
        self.name = name
        self.functions = functions
        lexer = Lexer(text: text, functionNames: functions.names)
        let none = Token(kind: .end, start: 0, end: 0, line: 1)
        tokens = (none, none, none)
    }

    /// The templates of the text: its definitions in order, the text itself last.
    mutating func parse() throws(TemplateError) -> [ParsedTemplate] {
        var statements: [Statement] = []
        while peek().kind != .end {
            if peek().kind == .leftDelimiter {
                let delimiter = next()
                if nextNonSpace().kind == .define {
                    try definition()
                    continue
                }
                giveBack(delimiter)
            }
            let statement = try textOrAction()
            switch statement.kind {
            case .end, .otherwise: throw error("unexpected \(statement.text)")
            default: statements.append(statement)
            }
        }
        try add(ParsedTemplate(name: name, statements: statements, nesting: deepest))
        return definitions
    }

    private mutating func add(_ template: ParsedTemplate) throws(TemplateError) {
        guard let index = definitions.firstIndex(where: { $0.name == template.name }) else {
            definitions.append(template)
            return
        }
        if definitions[index].isEmpty {
            definitions[index] = template
        } else if !template.isEmpty {
            throw error("template: multiple definition of template \(goQuoted(template.name))")
        }
    }

    // MARK: Templates in the text

    private mutating func definition() throws(TemplateError) {
        let clause = "define clause"
        let token = nextNonSpace()
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, in: clause) }
        let name = try unquoted(token)
        try expect(.rightDelimiter, in: clause)
        try body(of: name, clause)
    }

    /// `block`: a definition and its use in one.
    mutating func block() throws(TemplateError) -> Statement {
        let clause = "block clause"
        let token = nextNonSpace()
        let name = try templateName(token, in: clause)
        let pipeline = try pipeline(clause, until: .rightDelimiter)
        try body(of: name, clause)
        return Statement(position: token.start, kind: .template(name, pipeline))
    }

    /// Parses a template inside this one: it sees no variables and no loop from outside.
    private mutating func body(of name: String, _ clause: String) throws(TemplateError) {
        let outer = (variables, rangeDepth, actionLine, depth, deepest)
        (variables, rangeDepth, actionLine) = (["$"], 0, 0)
        deepest = depth
        let (body, end) = try deeper { parser throws(TemplateError) in try parser.list() }
        guard case .end = end.kind else { throw error("unexpected \(end.text) in \(clause)") }
        try add(ParsedTemplate(name: name, statements: body, nesting: deepest - depth))
        (variables, rangeDepth, actionLine) = (outer.0, outer.1, outer.2)
        (depth, deepest) = (outer.3, max(outer.4, deepest))
    }

    mutating func deeper<Result>(_ body: (inout Parser) throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        depth += 1
        defer { depth -= 1 }
        deepest = max(deepest, depth)
        if depth > Self.depthLimit {
            throw error("more than \(Self.depthLimit) blocks and parentheses in each other", .budget)
        }
        return try body(&self)
    }

    func templateName(_ token: Token, in clause: String) throws(TemplateError) -> String {
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, in: clause) }
        return try unquoted(token)
    }

    func unquoted(_ token: Token) throws(TemplateError) -> String {
        guard let text = goUnquoted(text(of: token)) else { throw error("invalid syntax") }
        return text
    }

    // MARK: Lists

    /// Statements up to `end` or `else`, which is returned beside them.
    mutating func list() throws(TemplateError) -> ([Statement], Statement) {
        var statements: [Statement] = []
        while peekNonSpace().kind != .end {
            let statement = try textOrAction()
            switch statement.kind {
            case .end, .otherwise: return (statements, statement)
            default: statements.append(statement)
            }
        }
        throw error("unexpected EOF")
    }

    private mutating func textOrAction() throws(TemplateError) -> Statement {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return Statement(position: token.start, kind: .text(text(of: token)))
        case .leftDelimiter:
            actionLine = token.line
            let statement = try action()
            actionLine = 0
            return statement
        default: throw unexpected(token, in: "input")
        }
    }

    // MARK: Tokens

    mutating func next() -> Token {
        if givenBack > 0 {
            givenBack -= 1
        } else {
            tokens.0 = lexer.next()
        }
        return switch givenBack {
        case 0: tokens.0
        case 1: tokens.1
        default: tokens.2
        }
    }

    mutating func giveBack() { givenBack += 1 }

    /// Gives back the newest token, and before it one that was read earlier.
    mutating func giveBack(_ token: Token) {
        tokens.1 = token
        givenBack = 2
    }

    mutating func giveBack(_ first: Token, _ second: Token) {
        tokens.1 = second
        tokens.2 = first
        givenBack = 3
    }

    mutating func peek() -> Token {
        let token = next()
        giveBack()
        return token
    }

    mutating func nextNonSpace() -> Token {
        while true {
            let token = next()
            if token.kind != .space { return token }
        }
    }

    @discardableResult
    mutating func peekNonSpace() -> Token {
        let token = nextNonSpace()
        giveBack()
        return token
    }

    @discardableResult
    mutating func expect(_ kind: Token.Kind, in clause: String) throws(TemplateError) -> Token {
        let token = nextNonSpace()
        guard token.kind == kind else { throw unexpected(token, in: clause) }
        return token
    }

    // MARK: Errors

    func error(_ message: String, _ kind: TemplateError.Kind = .syntax) -> TemplateError {
        TemplateError(kind, template: name, line: tokens.0.line, message: message)
    }

    func text(of token: Token) -> String { lexer.text(of: token) }

    func unexpected(_ token: Token, in clause: String) -> TemplateError {
        guard token.kind == .error else { return error("unexpected \(lexer.description(of: token)) in \(clause)") }
        var message = text(of: token)
        if actionLine != 0, actionLine != token.line {
            message += (message.hasSuffix(" action") ? "" : " in action") + " started at \(name):\(actionLine)"
        }
        return error(message)
    }
}

/// One template of a text, parsed.
struct ParsedTemplate: Sendable {
    var name: String
    var statements: [Statement]
    /// How many blocks and parentheses are in each other at most.
    var nesting: Int

    var isEmpty: Bool { statements.allSatisfy(\.isEmpty) }
}
