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
        (#"{{ define "v" }}{{ $ }}{{ end }}{{ template "v" 7 }}"#, "7"),
        (
            #"{{ template "x" .Values.missing.foo }}{{ define "x" }}{{ end }}"#,
            #"template: t:1:23: executing "t" at <.Values.missing.foo>: nil pointer evaluating interface {}.foo"#
        ),
        (
            #"{{ template "x" (upper 1) }}{{ define "x" }}{{ end }}"#,
            #"template: t:1:23: executing "t" at <1>: expected string; found 1"#
        ),
        (#"{{ include "a" . | upper }}{{ define "a" }}x{{ end }}"#, "X"),
        (#"{{ include "a" nil }}{{ define "a" }}{{ . }}{{ .x }}{{ end }}"#, "<no value><no value>"),
        (#"{{ include "a" .Values.missing }}{{ define "a" }}{{ .x.y }}{{ end }}"#, "<no value>"),
        (
            #"{{ include "a" .Values.s }}{{ define "a" }}{{ .x.y }}{{ end }}"#,
            #"template: t:1:3: executing "t" at <include "a" .Values.s>: error calling include: template: t:1:48: executing "a" at <.x.y>: can't evaluate field x in type string"#
        ),
        (
            "{{ include .Values.missing . }}",
            #"template: t:1:18: executing "t" at <.Values.missing>: wrong type for value; expected string; got interface {}"#
        ),
        ("{{ include 3 . }}", #"template: t:1:11: executing "t" at <3>: expected string; found 3"#),
        (
            "{{ tpl .Values.n . }}",
            #"template: t:1:14: executing "t" at <.Values.n>: wrong type for value; expected string; got float64"#
        ),
        (
            #"{{ template "a" . . }}"#,
            #"template: t:1:12: executing "t" at <{{template "a" . .}}>: template "a" not defined"#
        ),
    ]

    @Test(arguments: table)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
