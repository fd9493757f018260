import Testing

@testable import Template

/// Variables and their scopes.
/// The answers are Helm's.
@Suite struct VariableTests {
    private static let table: [(String, String)] = [
        (
            "{{ $x := .Values.s }}{{ $x.x }}",
            #"template: t:1:26: executing "t" at <$x.x>: can't evaluate field x in type string"#
        ),
        ("{{ $x := .Values.missing }}{{ $x.x }}", "<no value>"),
        (
            "{{ $l := .Values.l }}{{ $l.x }}",
            #"template: t:1:26: executing "t" at <$l.x>: can't evaluate field x in type []interface {}"#
        ),
        ("{{ $x := 1 }}{{ $x 2 }}", #"template: t:1:16: executing "t" at <$x>: can't give argument to non-function $x"#),
        ("{{ 1 | $ }}", #"template: t:1:7: executing "t" at <$>: can't give argument to non-function $"#),
        ("{{ 1 | $.Values.s }}", #"template: t:1:8: executing "t" at <$.Values.s>: s is not a method but has arguments"#),
        ("{{ $.Values.s }}", "hello"),
        (
            "{{ $.Values.s.x }}",
            #"template: t:1:4: executing "t" at <$.Values.s.x>: can't evaluate field x in type interface {}"#
        ),
        ("{{ $x := 1 }}{{ $x = 2 }}{{ $x }}", "2"),
        ("{{ $x = 1 }}", #"template: t:1:8: executing "t" at <1>: undefined variable: $x"#),
        (
            #"{{ $d := dict "a" (list 1 2) }}{{ $d.a.b }}"#,
            #"template: t:1:36: executing "t" at <$d.a.b>: can't evaluate field b in type interface {}"#
        ),
        (
            #"{{ $d := dict "a" "s" }}{{ $d.a.b.c }}"#,
            #"template: t:1:29: executing "t" at <$d.a.b.c>: can't evaluate field b in type interface {}"#
        ),
        (
            "{{ $d := dict }}{{ $d.a.b.c }}",
            #"template: t:1:21: executing "t" at <$d.a.b.c>: nil pointer evaluating interface {}.b"#
        ),
        (
            #"{{ $x := dict "a" (dict "b" "s") }}{{ $x.a.b.c }}"#,
            #"template: t:1:40: executing "t" at <$x.a.b.c>: can't evaluate field c in type interface {}"#
        ),
        (
            #"{{ $x := dict "a" (dict "b" "s") }}{{ $x.a.b.c.d }}"#,
            #"template: t:1:40: executing "t" at <$x.a.b.c.d>: can't evaluate field c in type interface {}"#
        ),
        ("{{ ($x := 3) }}{{ $x }}", "33"),
        ("{{ $x := 1 | print 2 }}{{ $x }}", "2 1"),
        ("{{ $ := 1 }}{{ $ }}", "1"),
        ("{{ $a:=1 }}{{$a}}", "1"),
        ("{{$a := 1}}{{$a|print}}", "1"),
        ("{{ $.x.y }}", #"template: t:1:4: executing "t" at <$.x.y>: nil pointer evaluating interface {}.y"#),
        (
            "{{ $.Values.x.y }}",
            #"template: t:1:4: executing "t" at <$.Values.x.y>: nil pointer evaluating interface {}.y"#
        ),
    ]

    @Test(arguments: table)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
