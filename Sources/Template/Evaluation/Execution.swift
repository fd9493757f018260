/// One render: the templates, the functions, and what is left of the budget.
///
/// Functions get it as their first argument; `include` calls `execute`, `tpl` calls
/// `evaluate`. Not `Sendable`: a render runs in one task. Deep templates need a deep
/// stack: run it inside `withLargeStack`.
package final class Execution {
    /// The templates that `template` and `execute` find; during `evaluate` those of the text as well.
    package private(set) var templates: TemplateSet
    package let budget: Budget
    let functions: [Function?]
    package internal(set) var steps = 0
    /// Bytes of values that functions made.
    package internal(set) var madeBytes = 0
    /// Templates running in each other.
    package internal(set) var depth = 0
    /// Blocks and parentheses that these have in each other, at most.
    var nesting = 0
    /// Bytes in the outputs that are being written: those of all templates that run in each other.
    var pendingBytes = 0
    /// How many of each template run that a function has started; the function counts.
    package var running: [String: Int] = [:]
    /// Texts that `evaluate` saw: charts run the same ones again and again.
    private var parsed: [ParsedKey: ParsedText] = [:]

    /// Maps that got another value during the render.
    private var changed: [ObjectIdentifier: DatumMap] = [:]

    private struct ParsedKey: Hashable {
        var name: String
        var text: String
    }

    package init(templates: TemplateSet, functions: FunctionTable, budget: Budget = Budget()) {
        self.templates = templates
        self.functions = templates.functions.order.map { functions[$0] ?? Builtin(rawValue: $0)?.function }
        self.budget = budget
    }

    /// A map that is put into itself, as `set $context "root" $context` does, is never
    /// freed by counting references. Only a map that is changed can come to that.
    deinit {
        for map in changed.values { map.removeAll() }
    }

    /// Says that a function put a value into a map: the map is emptied when the render is over.
    package func didPut(_ value: Datum, into map: DatumMap) {
        switch value {
        case .map, .list: changed[ObjectIdentifier(map)] = map
        default: break
        }
    }

    /// Runs the template of that name: Go's `ExecuteTemplate` into an empty buffer.
    package func execute(_ name: String, data: Datum) throws -> String {
        guard let template = templates.templates[name] else {
            throw TemplateError(
                .unknownTemplate, template: name,
                message: "no template \(goQuoted(name)) associated with template \"gotpl\"")
        }
        var output: [UInt8] = []
        let pending = pendingBytes
        defer { pendingBytes = pending }
        try template.execute(data: data.isNil ? .undefined : data, output: &output, in: self)
        return String(decoding: output, as: UTF8.self)
    }

    /// Parses a text and runs it, what it defines being seen by itself only: the core of `tpl`.
    /// `name` is what its errors call it.
    package func evaluate(text: String, name: String, data: Datum) throws -> String {
        let parsed = try parse(text: text, name: name)
        let outer = templates
        defer { templates = outer }
        templates.add(parsed)
        return try execute(name, data: data)
    }

    private func parse(text: String, name: String) throws -> ParsedText {
        let key = ParsedKey(name: name, text: text)
        if let known = parsed[key] { return known }
        try make(text.utf8.count.multipliedClamped(by: 48).addingClamped(2000))
        try spend(200 + text.utf8.count / 2)
        let new = try ParsedText(name: name, bytes: Array(text.utf8), functions: templates.functions)
        parsed[key] = new
        return new
    }
}
