import Testing

@testable import Template

/// Templates of several files in one set, and what an error tells about them.
@Suite struct TemplateSetTests {
    private func set(_ texts: [(String, String)]) throws -> TemplateSet {
        var set = TemplateSet(functions: sampleFunctions())
        for (name, text) in texts { try set.parse(name: name, text: text) }
        return set
    }

    private func run(_ set: TemplateSet, _ name: String, _ data: Datum = .null) throws -> String {
        try Execution(templates: set, functions: sampleFunctions()).execute(name, data: data)
    }

    @Test func laterDefinitionsReplaceEarlierOnesUnlessEmpty() throws {
        let set = try set([
            ("one", "{{ define \"x\" }}1{{ end }}"), ("two", "{{ define \"x\" }}2{{ end }}"),
            ("three", "{{ define \"x\" }} {{/* nothing */}} {{ end }}"),
        ])
        #expect(try run(set, "x") == "2")
        #expect(set.names == ["one", "three", "two", "x"])
    }

    @Test func evaluatedTextSeesTheSetAndLeavesNothingBehind() throws {
        let set = try set([
            ("a", "{{ tpl \"{{ define `x` }}inner{{ end }}{{ template `x` }}{{ include `x` . }}\" . }}-{{ include \"x\" . }}"),
            ("b", "{{ define \"x\" }}outer{{ end }}"),
        ])
        #expect(try run(set, "a") == "innerinner-outer")
        #expect(try run(set, "x") == "outer")
    }

    @Test func errorsNameEveryTemplateOnTheWay() throws {
        let set = try set([
            ("c/a.yaml", "x\n  {{ include \"mid\" . }}"),
            ("c/_h.tpl", "{{ define \"mid\" }}\n{{ template \"low\" . }}{{ end }}{{ define \"low\" }}{{ fail \"bad\" }}{{ end }}"),
        ])
        let error = try #require(throws: TemplateError.self) { try run(set, "c/a.yaml") }
        #expect(
            error.description
                == #"template: c/a.yaml:2:5: executing "c/a.yaml" at <include "mid" .>: error calling include: template: c/_h.tpl:2:52: executing "low" at <fail "bad">: error calling fail: bad"#
        )
        #expect(error.kind == .call)
        #expect(error.function == "include")
        #expect((error.template, error.line, error.column) == ("c/a.yaml", 2, 5))
        #expect((error.root.template, error.root.line, error.root.executing) == ("c/_h.tpl", 2, "low"))
        #expect(error.root.context == #"fail "bad""#)
        #expect("\(try #require(error.root.cause))" == "bad")
    }

    @Test func unknownTemplatesAreNamed() throws {
        let error = try #require(throws: TemplateError.self) { try run(set([]), "nope") }
        #expect(error.description == #"template: no template "nope" associated with template "gotpl""#)
        #expect(error.kind == .unknownTemplate)
    }

    @Test func registeredFunctionsReplaceBuiltIns() throws {
        var functions = FunctionTable()
        functions.register("len", .any) { _, _ in .string("mine") }
        functions.register("break") { _, _ in .string("broken") }
        var set = TemplateSet(functions: functions)
        try set.parse(name: "t", text: "{{ len 1 }} {{ break }} {{ not true }}")
        #expect(try Execution(templates: set, functions: functions).execute("t", data: .null) == "mine broken false")
    }

    @Test func anotherTableOfTheSameNamesServes() throws {
        var set = TemplateSet(functions: sampleFunctions())
        try set.parse(name: "t", text: "{{ upper \"a\" }}")
        var functions = sampleFunctions()
        functions.register("upper", .string) { _, _ in .string("other") }
        #expect(try Execution(templates: set, functions: functions).execute("t", data: .null) == "other")
        #expect {
            try Execution(templates: set, functions: FunctionTable()).execute("t", data: .null)
        } throws: { "\($0)" == #"template: t:1:3: executing "t" at <upper>: "upper" is not a defined function"# }
    }
}
