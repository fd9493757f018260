/// One render: the templates, the functions, and what is left of the budget.
///
/// Functions get it as their first argument; `include` calls `execute`, `tpl` calls
/// `evaluate`. Not `Sendable`: a render runs in one task.
package final class Execution {
    /// The templates that `template` and `execute` find; during `evaluate` those of the text as well.
    package private(set) var templates: TemplateSet
    let functions: FunctionTable
    let budget: Budget
    var steps = 0
    var depth = 0

    package init(templates: TemplateSet, functions: FunctionTable, budget: Budget = Budget()) {
        self.templates = templates
        self.functions = functions
        self.budget = budget
    }

    /// Runs the template of that name: Go's `ExecuteTemplate` into an empty buffer.
    package func execute(_ name: String, data: Datum) throws -> String {
        guard let template = templates.templates[name] else {
            throw TemplateError(.unknownTemplate, template: name, message: "no template \(goQuoted(name)) associated with template \(goQuoted("gotpl"))")
        }
        return try template.execute(data: data, in: self)
    }

    /// Parses a text and runs it, what it defines being seen by itself only: the core of `tpl`.
    /// `name` is what its errors call it.
    package func evaluate(text: String, name: String, data: Datum) throws -> String {
        let outer = templates
        defer { templates = outer }
        try templates.parse(name: name, text: text)
        return try execute(name, data: data)
    }
}
