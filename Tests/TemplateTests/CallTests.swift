import Testing

@testable import Template

/// Arguments against parameters, and how failures are told.
/// The answers are Helm's.
@Suite struct CallTests {
    private static let table: [(String, String)] = [
        ("{{range nil}}x{{end}}", #"template: t:1:8: executing "t" at <nil>: nil is not a command"#),
        ("{{range .Values.nil}}x{{else}}e{{end}}", "e"),
        (
            "{{range list nil}}{{.x}}{{end}}",
            #"template: t:1:20: executing "t" at <.x>: nil pointer evaluating interface {}.x"#
        ),
        ("{{ upper 3 }}", #"template: t:1:9: executing "t" at <3>: expected string; found 3"#),
        (
            "a\n  {{ upper .Values.n }}",
            #"template: t:2:18: executing "t" at <.Values.n>: wrong type for value; expected string; got float64"#
        ),
        (
            "{{ upper .Values.nil }}",
            #"template: t:1:16: executing "t" at <.Values.nil>: wrong type for value; expected string; got interface {}"#
        ),
        ("{{ .Values.nil | upper }}", #"template: t:1:17: executing "t" at <upper>: invalid value; expected string"#),
        ("{{ upper nil }}", #"template: t:1:9: executing "t" at <nil>: cannot assign nil to string"#),
        ("{{ upper }}", #"template: t:1:3: executing "t" at <upper>: wrong number of args for upper: want 1 got 0"#),
        (
            #"{{ upper "a" "b" }}"#,
            #"template: t:1:3: executing "t" at <upper>: wrong number of args for upper: want 1 got 2"#
        ),
        (
            #"{{ "a" | upper "b" }}"#,
            #"template: t:1:9: executing "t" at <upper>: wrong number of args for upper: want 1 got 2"#
        ),
        ("{{ upper true }}", #"template: t:1:9: executing "t" at <true>: expected string; found true"#),
        (
            "{{ upper .Values.l }}",
            #"template: t:1:16: executing "t" at <.Values.l>: wrong type for value; expected string; got []interface {}"#
        ),
        (
            "{{ upper .Values.m }}",
            #"template: t:1:16: executing "t" at <.Values.m>: wrong type for value; expected string; got map[string]interface {}"#
        ),
        (
            "{{ upper (list) }}",
            #"template: t:1:10: executing "t" at <list>: wrong type for value; expected string; got []interface {}"#
        ),
        ("{{ until 2.5 }}", #"template: t:1:9: executing "t" at <2.5>: expected integer; found 2.5"#),
        ("{{ until 2.0 }}", "[0 1]"),
        (#"{{ until "2" }}"#, #"template: t:1:9: executing "t" at <"2">: expected integer; found "2""#),
        (
            "{{ until .Values.n }}",
            #"template: t:1:16: executing "t" at <.Values.n>: wrong type for value; expected int; got float64"#
        ),
        (
            "{{ until (int64 3) }}",
            #"template: t:1:16: executing "t" at <3>: wrong type for value; expected int; got int64"#
        ),
        ("{{ until nil }}", #"template: t:1:9: executing "t" at <nil>: cannot assign nil to int"#),
        (
            #"{{ hasKey .Values.nil "a" }}"#,
            #"template: t:1:17: executing "t" at <.Values.nil>: wrong type for value; expected map[string]interface {}; got interface {}"#
        ),
        (#"{{ $x := .Values.nil }}{{ hasKey $x "a" }}"#, "false"),
        (#"{{ hasKey nil "a" }}"#, "false"),
        (
            #"{{ hasKey "x" "a" }}"#,
            #"template: t:1:10: executing "t" at <"x">: can't handle "x" for arg of type map[string]interface {}"#
        ),
        (
            #"{{ hasKey 3 "a" }}"#,
            #"template: t:1:10: executing "t" at <3>: can't handle 3 for arg of type map[string]interface {}"#
        ),
        (
            #"{{ hasKey .Values.s "a" }}"#,
            #"template: t:1:17: executing "t" at <.Values.s>: wrong type for value; expected map[string]interface {}; got string"#
        ),
        (
            #"{{ hasKey .Values.l "a" }}"#,
            #"template: t:1:17: executing "t" at <.Values.l>: wrong type for value; expected map[string]interface {}; got []interface {}"#
        ),
        (
            #"{{ .Values.m | hasKey "a" }}"#,
            #"template: t:1:22: executing "t" at <"a">: can't handle "a" for arg of type map[string]interface {}"#
        ),
        ("{{ nil }}", #"template: t:1:3: executing "t" at <nil>: nil is not a command"#),
        ("{{ nil | upper }}", #"template: t:1:3: executing "t" at <nil>: nil is not a command"#),
        ("{{ 3 | upper }}", #"template: t:1:7: executing "t" at <upper>: wrong type for value; expected string; got int"#),
        ("{{ 1 | .Values }}", #"template: t:1:7: executing "t" at <.Values>: Values is not a method but has arguments"#),
        ("{{ 1 | .Values.s }}", #"template: t:1:14: executing "t" at <.Values.s>: s is not a method but has arguments"#),
        ("{{ 1 | (upper) }}", #"template: t:1:3: executing "t" at <1>: can't give argument to non-function upper"#),
        (#"{{ (upper "a").x }}"#, #"template: t:1:10: executing "t" at <"a">: can't evaluate field x in type string"#),
        ("{{ $x := 1 }}{{ range $x = until 3 }}{{ $x }}{{ end }}{{ $x }}", "0122"),
        ("{{ with .Values.nil }}a{{ else with .Values.s }}b{{ . }}{{ else }}c{{ end }}", "bhello"),
        ("{{ if .Values.nil }}a{{ else if .Values.s }}b{{ else }}c{{ end }}", "b"),
        (#"{{ fail "a\nb" }}"#, "template: t:1:3: executing \"t\" at <fail \"a\\nb\">: error calling fail: a\nb"),
    ]

    private static let table1: [(String, String)] = [
        ("{{ .Values.s | fail }}", #"template: t:1:15: executing "t" at <fail>: error calling fail: hello"#),
        (#"{{ with $x := fail "q" }}{{ end }}"#, #"template: t:1:14: executing "t" at <fail "q">: error calling fail: q"#),
        (#"{{ if (fail "q") }}{{ end }}"#, #"template: t:1:7: executing "t" at <fail "q">: error calling fail: q"#),
        (
            "{{ $y := upper (upper .Values.n) }}",
            #"template: t:1:29: executing "t" at <.Values.n>: wrong type for value; expected string; got float64"#
        ),
        (
            "{{ list 1 (upper .Values.n) }}",
            #"template: t:1:24: executing "t" at <.Values.n>: wrong type for value; expected string; got float64"#
        ),
        (
            #"{{ dict "a" (dict "b" .Values.nil.x) }}"#,
            #"template: t:1:29: executing "t" at <.Values.nil.x>: nil pointer evaluating interface {}.x"#
        ),
        (
            "{{ (upper .Values.s) | upper | until }}",
            #"template: t:1:31: executing "t" at <until>: wrong type for value; expected int; got string"#
        ),
        (
            "{{ .Values.n | until }}",
            #"template: t:1:15: executing "t" at <until>: wrong type for value; expected int; got float64"#
        ),
        ("{{ .Values.nil | until }}", #"template: t:1:17: executing "t" at <until>: invalid value; expected int"#),
        (
            #"{{ range (until (upper "a")) }}{{end}}"#,
            #"template: t:1:23: executing "t" at <"a">: wrong type for value; expected int; got string"#
        ),
        (
            "{{ range until 1 }}{{ .x }}{{ end }}",
            #"template: t:1:22: executing "t" at <.x>: can't evaluate field x in type int"#
        ),
        (#"{{ ((dict "a" nil).a).b }}"#, "<no value>"),
        (
            #"{{ (dict "a" nil).a.b }}"#,
            #"template: t:1:13: executing "t" at <nil>: nil pointer evaluating interface {}.b"#
        ),
        ("☃\n☃{{ fail }}", #"template: t:2:6: executing "t" at <fail>: wrong number of args for fail: want 1 got 0"#),
        ("{{ upper 0x10 }}", #"template: t:1:9: executing "t" at <0x10>: expected string; found 0x10"#),
        ("{{ upper 'a' }}", #"template: t:1:9: executing "t" at <'a'>: expected string; found 'a'"#),
        (
            "{{ upper `3` 1e3 }}",
            #"template: t:1:3: executing "t" at <upper>: wrong number of args for upper: want 1 got 2"#
        ),
        ("{{ upper -1.5e3 }}", #"template: t:1:9: executing "t" at <-1.5e3>: expected string; found -1.5e3"#),
        ("{{ until 1e1 }}", "[0 1 2 3 4 5 6 7 8 9]"),
        ("{{ until 0x3 }}", "[0 1 2]"),
        (
            "{{ hasKey 1.5 `x` }}",
            #"template: t:1:10: executing "t" at <1.5>: can't handle 1.5 for arg of type map[string]interface {}"#
        ),
        (
            "{{ .Values.s |\n upper |\n until }}",
            #"template: t:3:1: executing "t" at <until>: wrong type for value; expected int; got string"#
        ),
        (
            #"{{ upper "a" | (upper) }}"#,
            #"template: t:1:9: executing "t" at <"a">: can't give argument to non-function upper"#
        ),
        ("{{ upper.x }}", #"template: t:1:3: executing "t" at <upper>: wrong number of args for upper: want 1 got 0"#),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
