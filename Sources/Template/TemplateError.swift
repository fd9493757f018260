/// Why a template could not be parsed or executed. `description` is Go's text, to the letter.
package struct TemplateError: Error, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The text is no template.
        case syntax
        /// A value or a call was wrong while the template ran.
        case execution
        /// A function or method said no; `function` names it, `cause` holds its error.
        case call
        /// There is no template of that name.
        case unknownTemplate
        /// The budget ran out.
        case budget
    }

    /// Kept apart: an error is thrown through every level of a recursion, whose frames it would widen.
    private final class Facts: Sendable {
        let kind: Kind
        let template: String
        let line: Int?
        let column: Int?
        let executing: String?
        let context: String?
        let function: String?
        let message: String
        let cause: (any Error)?

        init(
            _ kind: Kind, _ template: String, _ line: Int?, _ column: Int?, _ executing: String?, _ context: String?,
            _ function: String?, _ message: String, _ cause: (any Error)?
        ) {
            self.kind = kind
            self.template = template
            self.line = line
            self.column = column
            self.executing = executing
            self.context = context
            self.function = function
            self.message = message
            self.cause = cause
        }
    }

    private let facts: Facts

    package var kind: Kind { facts.kind }
    /// The name under which the text was parsed: "chart/templates/service.yaml".
    package var template: String { facts.template }
    package var line: Int? { facts.line }
    /// Bytes since the start of the line, from 0, as Go counts.
    package var column: Int? { facts.column }
    /// The template that ran: the name of a `define`, or of the file.
    package var executing: String? { facts.executing }
    /// The part of the template that failed: "<.Values.x>", without the brackets.
    package var context: String? { facts.context }
    /// The function that failed.
    package var function: String? { facts.function }
    /// What went wrong, without place.
    package var message: String { facts.message }
    /// What a function threw, another `TemplateError` when the function ran a template.
    package var cause: (any Error)? { facts.cause }

    package init(
        _ kind: Kind, template: String, line: Int? = nil, column: Int? = nil, executing: String? = nil,
        context: String? = nil, function: String? = nil, message: String, cause: (any Error)? = nil
    ) {
        facts = Facts(kind, template, line, column, executing, context, function, message, cause)
    }

    package var description: String {
        var text = "template: "
        if kind == .unknownTemplate || (template.isEmpty && line == nil) { return text + message }
        text += template
        if let line { text += ":\(line)" }
        if let column { text += ":\(column)" }
        text += ": "
        if let executing {
            text += "executing \(goQuoted(executing))"
            if let context { text += " at <\(context)>" }
            text += ": "
        }
        return text + message
    }

    /// The innermost error: where in the included templates it really failed.
    package var root: TemplateError {
        var error = self
        for _ in 0..<2000 {
            guard let inner = error.cause as? TemplateError else { break }
            error = inner
        }
        return error
    }
}
