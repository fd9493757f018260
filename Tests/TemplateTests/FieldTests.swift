import Testing

@testable import Template

/// Fields of maps, and of what has none.
/// The answers are Helm's.
@Suite struct FieldTests {
    private static let table: [(String, String)] = [
        ("{{ .Values.s }}", "hello"),
        (
            "{{ .Values.big }} {{ 1e20 }} {{ 1e21 }} {{ 1e6 }} {{ 123456.7 }} {{ 0.0001 }} {{ 0.00001 }} {{ 1e5 }} {{ 100000.0 }} {{ -0.0 }}",
            "1.2345678e+07 1e+20 1e+21 1e+06 123456.7 0.0001 1e-05 100000 100000 -0"
        ),
        (
            "{{ .Values.missing.foo }}",
            #"template: t:1:10: executing "t" at <.Values.missing.foo>: nil pointer evaluating interface {}.foo"#
        ),
        (
            "{{ .Values.s.x }}",
            #"template: t:1:10: executing "t" at <.Values.s.x>: can't evaluate field x in type interface {}"#
        ),
        ("{{ (.Values.missing).x }}", "<no value>"),
        (
            "{{ .Values.l.x }}",
            #"template: t:1:10: executing "t" at <.Values.l.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{.Values.m.b.c.d}}",
            #"template: t:1:9: executing "t" at <.Values.m.b.c.d>: can't evaluate field d in type interface {}"#
        ),
        (
            "{{.Values.n.x}}",
            #"template: t:1:9: executing "t" at <.Values.n.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{.Values.t.x}}",
            #"template: t:1:9: executing "t" at <.Values.t.x>: can't evaluate field x in type interface {}"#
        ),
        ("{{ .Values.s 3 }}", #"template: t:1:10: executing "t" at <.Values.s>: s is not a method but has arguments"#),
        ("{{ (.Values).s }}", "hello"),
        ("{{ (.Values.m).b.c }}", "1"),
        (
            "{{ (.Values.m).a.c }}",
            #"template: t:1:11: executing "t" at <.Values.m>: can't evaluate field c in type interface {}"#
        ),
        (#"{{ (dict "a" 1).a }}"#, "1"),
        (#"{{ (dict "a" 1).b }}"#, "<no value>"),
        (#"{{ (dict "a" 1).b.c }}"#, #"template: t:1:13: executing "t" at <1>: nil pointer evaluating interface {}.c"#),
        ("{{ (list 1).x }}", #"template: t:1:9: executing "t" at <1>: can't evaluate field x in type []interface {}"#),
        ("{{ .Values.s | }}", "hello"),
        (
            "{{ .Values.l }} {{ .Values.m }} {{ .Values.em }} {{ .Values.el }}",
            "[a b 1 2.5 <nil> true] map[a:z b:map[c:1 d:[1 x]]] map[] []"
        ),
        (
            #"{{ (dict "a" (list 1 2)).a.b }}"#,
            #"template: t:1:21: executing "t" at <2>: can't evaluate field b in type interface {}"#
        ),
        (
            "{{ .Values.m.b.c.x.y }}",
            #"template: t:1:10: executing "t" at <.Values.m.b.c.x.y>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{ (.Values.m).b.c.x }}",
            #"template: t:1:11: executing "t" at <.Values.m>: can't evaluate field x in type interface {}"#
        ),
        (
            #"{{ (dict "a" 1).a.b }}"#,
            #"template: t:1:13: executing "t" at <1>: can't evaluate field b in type interface {}"#
        ),
        (
            "é{{ .Values.s.x }}",
            #"template: t:1:12: executing "t" at <.Values.s.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "\t{{ .Values.s.x }}",
            #"template: t:1:11: executing "t" at <.Values.s.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{ .Values.m.b.d.x }}",
            #"template: t:1:10: executing "t" at <.Values.m.b.d.x>: can't evaluate field x in type interface {}"#
        ),
    ]

    @Test(arguments: table)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
