/// Templates that know each other by name, compiled. A value: a copy may be given
/// more templates (`tpl`) without the original noticing; kept and shared between renders.
package struct TemplateSet: Sendable {
    let functions: FunctionNames
    private(set) var templates: [String: CompiledTemplate] = [:]

    /// A set whose texts may name the functions of that table besides Go's own.
    /// A render may use another table of the same names.
    package init(functions: FunctionTable) { self.init(names: FunctionNames(functions.names)) }

    package init(names: FunctionNames) { functions = names }

    /// Parses a text and adds the template `name` and every `define` in it. A later
    /// definition replaces an earlier one unless it is empty, as in Go.
    package mutating func parse(name: String, text: String) throws(TemplateError) {
        add(try ParsedText(name: name, bytes: Array(text.utf8), functions: functions))
    }

    /// Adds what a text parsed before defines.
    package mutating func add(_ parsed: ParsedText) {
        for template in parsed.templates {
            if template.isEmpty, templates[template.name] != nil { continue }
            templates[template.name] = template
        }
    }

    package func contains(_ name: String) -> Bool { templates[name] != nil }

    package var names: [String] { templates.keys.sorted() }
}
