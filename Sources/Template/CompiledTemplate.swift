/// A template ready to run.
final class CompiledTemplate: Sendable {
    let name: String
    /// Nothing but space and comments.
    let isEmpty: Bool

    init(name: String, isEmpty: Bool) {
        self.name = name
        self.isEmpty = isEmpty
    }

    func execute(data: Datum, in execution: Execution) throws -> String { "" }
}

/// What one text defines.
struct ParsedText: Sendable {
    var templates: [CompiledTemplate]

    init(name: String, text: String, functionNames: Set<String>) throws(TemplateError) {
        templates = [CompiledTemplate(name: name, isEmpty: text.isEmpty)]
    }
}
