/// Makes statements of one text and of every `define` in it.
///
/// The order of its steps is that of Go's parser, since its error texts and the lines
/// they name depend on which token was read last.
struct Parser {
    /// Blocks and parentheses in each other; Go has no limit and a stack that grows.
    static let depthLimit = 500
    /// Places in the text are kept in 32 bits.
    static let byteLimit = 1 << 30

    let name: String
    let functions: FunctionNames
    private var lexer: Lexer
    /// Token 0 is the newest; up to two older ones that were given back follow.
    private var tokens: (Token, Token, Token)
    private var givenBack = 0
    private(set) var definitions: [ParsedTemplate] = []
    var tree: SyntaxTree
    /// Nodes that wait to be linked to what they belong to.
    var pending: [Int32] = []

    // What belongs to the template being parsed.
    /// Every name that may be written: also what the other branch of an `if` declares.
    var variables = ["$"]
    /// The variables that are there when the place is run, in the order of their declarations.
    var scope = [Variable(name: "$", slot: 0, isElement: false)]
    var slotCount: Int32 = 1
    var rangeDepth = 0
    private var actionLine = 0
    private var depth = 0
    /// The deepest that the template being parsed has come.
    private var deepest = 0

    /// A variable of the template being parsed, and where its value is kept.
    struct Variable {
        var name: String
        var slot: Int32
        /// Set by `range` to items of a list, which Go sees as `interface{}`.
        var isElement: Bool
    }

    init(name: String, bytes: [UInt8], functions: FunctionNames) {
        self.name = name
        self.functions = functions
        lexer = Lexer(bytes: bytes, functionNames: functions.names)
        tree = SyntaxTree(bytes: bytes)
        let none = Token(kind: .end, start: 0, end: 0, line: 1)
        tokens = (none, none, none)
    }

    /// The templates of the text: its definitions in order, the text itself last.
    mutating func parse() throws(TemplateError) -> [ParsedTemplate] {
        if tree.bytes.count > Self.byteLimit { throw error("more than \(Self.byteLimit) bytes of text", .budget) }
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
            switch tree[Int(statement)].kind {
            case .end, .otherwise: throw error("unexpected \(tree.text(of: Int(statement)))")
            default: pending.append(statement)
            }
        }
        let body = link(.list, at: 0, from: 0)
        try add(ParsedTemplate(name: name, body: body, slotCount: slotCount, nesting: deepest, isEmpty: tree.isEmpty(body)))
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
    mutating func block() throws(TemplateError) -> Int32 {
        let clause = "block clause"
        let token = nextNonSpace()
        let name = try templateName(token, in: clause)
        let pipeline = try pipeline(clause, until: .rightDelimiter)
        try body(of: name, clause)
        return use(of: name, token, pipeline)
    }

    /// Parses a template inside this one: it sees no variables and no loop from outside.
    private mutating func body(of name: String, _ clause: String) throws(TemplateError) {
        let outer = (variables, rangeDepth, actionLine, depth, deepest)
        let outerScope = (scope, slotCount)
        (variables, rangeDepth, actionLine) = (["$"], 0, 0)
        (scope, slotCount) = ([Variable(name: "$", slot: 0, isElement: false)], 1)
        deepest = depth
        let (body, end) = try deeper { parser throws(TemplateError) in try parser.list() }
        guard tree[Int(end)].kind == .end else { throw error("unexpected \(tree.text(of: Int(end))) in \(clause)") }
        try add(
            ParsedTemplate(name: name, body: body, slotCount: slotCount, nesting: deepest - depth, isEmpty: tree.isEmpty(body)))
        (variables, rangeDepth, actionLine) = (outer.0, outer.1, outer.2)
        (scope, slotCount) = outerScope
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
    mutating func list() throws(TemplateError) -> (list: Int32, end: Int32) {
        let mark = pending.count
        while peekNonSpace().kind != .end {
            let statement = try textOrAction()
            switch tree[Int(statement)].kind {
            case .end, .otherwise: return (link(.list, at: tree[Int(statement)].position, from: mark), statement)
            default: pending.append(statement)
            }
        }
        throw error("unexpected EOF")
    }

    /// A node whose children are what waits from `mark` on.
    mutating func link(_ kind: Node.Kind, at position: Int32, from mark: Int) -> Int32 {
        let (first, count) = tree.link(&pending, from: mark)
        return tree.add(Node(kind: kind, position: position, first: first, count: count))
    }

    private mutating func textOrAction() throws(TemplateError) -> Int32 {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return tree.add(token.node(.text))
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
    /// A list of the tree.
    var body: Int32
    /// How many variables it has room for.
    var slotCount: Int32
    /// How many blocks and parentheses are in each other at most.
    var nesting: Int
    /// Nothing but space and comments.
    var isEmpty: Bool
}

extension Token {
    /// A node that stands where the token does, and has its bytes.
    func node(_ kind: Node.Kind) -> Node {
        Node(
            kind: kind, position: Int32(truncatingIfNeeded: start), first: Int32(truncatingIfNeeded: start),
            count: Int32(truncatingIfNeeded: end - start))
    }

    /// A node that stands where the token does.
    func place(_ kind: Node.Kind) -> Node { Node(kind: kind, position: Int32(truncatingIfNeeded: start)) }
}
