import Testing

@testable import Template

/// define, block and template.
/// The answers are Helm's.
@Suite struct NestedTemplateTests {
    private static let table: [(String, String)] = [
        (
            #"{{ template "nope" }}"#,
            #"template: t:1:12: executing "t" at <{{template "nope"}}>: template "nope" not defined"#
        ),
        (#"{{ template "x" . }}{{ define "x" }}[{{ .Values.s }}]{{ end }}"#, "[hello]"),
        (#"{{ template "x" }}{{ define "x" }}[{{ . }}{{ .x }}]{{ end }}"#, "[<no value><no value>]"),
        (#"{{ block "x" .Values }}[{{ .s }}]{{ end }}"#, "[hello]"),
        (#"{{ define "x" }}{{ end }}{{ define "x" }}2{{ end }}{{ template "x" }}"#, "2"),
        (
            "{{ include \"x\" . }}{{ define \"x\" }}\n  {{ fail \"bad\" }}{{ end }}",
            #"template: t:1:3: executing "t" at <include "x" .>: error calling include: template: t:2:5: executing "x" at <fail "bad">: error calling fail: bad"#
        ),
        (
            #"{{ include "nope" . }}"#,
            #"template: t:1:3: executing "t" at <include "nope" .>: error calling include: template: no template "nope" associated with template "gotpl""#
        ),
        (
            #"{{ include "x" }}"#,
            #"template: t:1:3: executing "t" at <include>: wrong number of args for include: want 2 got 1"#
        ),
        (
            "{{ template \"x\" . }}{{ define \"x\" }}{{ template \"y\" . }}{{ end }}{{ define \"y\" }}\n {{ .Values.nil.x }}{{ end }}",
            #"template: t:2:11: executing "y" at <.Values.nil.x>: nil pointer evaluating interface {}.x"#
        ),
        (#"{{ tpl "{{ .Values.s }}" . }}"#, "hello"),
    ]

    @Test(arguments: table)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
