/// A place in a template that an error may name: where it is, and its text as Go prints it,
/// which is not the source's but a normal form of it.
protocol SourceNode: AnyObject, Sendable {
    var position: Int { get }
    func write(to text: inout String)
}

extension SourceNode {
    var text: String {
        var text = ""
        write(to: &text)
        return text
    }
}

/// An operand of a command.
final class Operand: SourceNode {
    enum Kind: Sendable {
        case dot
        case null
        case bool(Bool)
        indirect case number(NumberLiteral)
        case string(quoted: String, value: String)
        /// `.a.b`
        case field([String])
        /// `$x.a.b`: the name with its `$`, then fields.
        case variable(String, fields: [String])
        case function(String)
        /// `(…).a.b`
        case chain(Operand, fields: [String])
        case pipeline(Pipeline)
    }

    let position: Int
    let kind: Kind

    init(position: Int, kind: Kind) {
        self.position = position
        self.kind = kind
    }

    func write(to text: inout String) {
        switch kind {
        case .dot: text += "."
        case .null: text += "nil"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let number): text += number.text
        case .string(let quoted, _): text += quoted
        case .field(let names): names.forEach { text += "." + $0 }
        case .variable(let name, let fields):
            text += name
            fields.forEach { text += "." + $0 }
        case .function(let name): text += name
        case .chain(let operand, let fields):
            operand.writeParenthesized(to: &text)
            fields.forEach { text += "." + $0 }
        case .pipeline(let pipeline): pipeline.write(to: &text)
        }
    }

    func writeParenthesized(to text: inout String) {
        guard case .pipeline(let pipeline) = kind else { return write(to: &text) }
        text += "("
        pipeline.write(to: &text)
        text += ")"
    }
}

/// Operands between pipes.
final class Command: SourceNode {
    let position: Int
    let operands: [Operand]

    init(position: Int, operands: [Operand]) {
        self.position = position
        self.operands = operands
    }

    func write(to text: inout String) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { text += " " }
            operand.writeParenthesized(to: &text)
        }
    }
}

/// Commands joined by pipes, and the variables that get their value.
final class Pipeline: SourceNode {
    let position: Int
    let isAssignment: Bool
    let variables: [Operand]
    let commands: [Command]

    init(position: Int, isAssignment: Bool, variables: [Operand], commands: [Command]) {
        self.position = position
        self.isAssignment = isAssignment
        self.variables = variables
        self.commands = commands
    }

    func write(to text: inout String) {
        for (index, variable) in variables.enumerated() {
            if index > 0 { text += ", " }
            variable.write(to: &text)
        }
        if !variables.isEmpty { text += isAssignment ? " = " : " := " }
        for (index, command) in commands.enumerated() {
            if index > 0 { text += " | " }
            command.write(to: &text)
        }
    }
}

/// What stands between texts, and the texts.
final class Statement: SourceNode {
    enum Branch: String { case ifTrue = "if", with, range }

    enum Kind: Sendable {
        case text(String)
        case action(Pipeline)
        case branch(Branch, Pipeline, [Statement], otherwise: [Statement]?)
        case template(String, Pipeline?)
        case breakLoop
        case continueLoop
        /// Only while parsing: what ends a list.
        case end
        case otherwise
    }

    let position: Int
    let kind: Kind

    init(position: Int, kind: Kind) {
        self.position = position
        self.kind = kind
    }

    func write(to text: inout String) {
        switch kind {
        case .text(let content): text += content
        case .action(let pipeline):
            text += "{{"
            pipeline.write(to: &text)
            text += "}}"
        case .branch(let branch, let pipeline, let body, let otherwise):
            text += "{{" + branch.rawValue + " "
            pipeline.write(to: &text)
            text += "}}"
            for statement in body { statement.write(to: &text) }
            if let otherwise {
                text += "{{else}}"
                for statement in otherwise { statement.write(to: &text) }
            }
            text += "{{end}}"
        case .template(let name, let pipeline):
            text += "{{template " + goQuoted(name)
            if let pipeline {
                text += " "
                pipeline.write(to: &text)
            }
            text += "}}"
        case .breakLoop: text += "{{break}}"
        case .continueLoop: text += "{{continue}}"
        case .end: text += "{{end}}"
        case .otherwise: text += "{{else}}"
        }
    }

    /// Nothing but space: such a definition does not replace another.
    var isEmpty: Bool {
        guard case .text(let content) = kind else { return false }
        return content.unicodeScalars.allSatisfy { $0.properties.isWhitespace }
    }
}
