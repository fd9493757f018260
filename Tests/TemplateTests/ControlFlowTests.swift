import Testing

@testable import Template

/// if, with, range, break, continue.
/// The answers are Helm's.
@Suite struct ControlFlowTests {
    private static let table: [(String, String)] = [
        ("{{ range 3 }}{{.}}{{end}}", "012"),
        (
            "{{ range $i, $x := 3 }}{{.}}{{end}}",
            #"template: t:1:19: executing "t" at <3>: can't use 3 to iterate over more than one variable"#
        ),
        ("{{ range $x := 3 }}{{$x}}{{end}}", "012"),
        (
            "{{range .Values.n}}{{.}}{{end}}",
            #"template: t:1:15: executing "t" at <.Values.n>: range can't iterate over 3"#
        ),
        (
            "{{range .Values.s}}{{.}}{{end}}",
            #"template: t:1:15: executing "t" at <.Values.s>: range can't iterate over hello"#
        ),
        (
            #"{{range $i,$c := "héy"}}{{$i}}={{$c}};{{end}}"#,
            #"template: t:1:17: executing "t" at <"héy">: range can't iterate over héy"#
        ),
        (#"{{range ""}}x{{else}}none{{end}}"#, #"template: t:1:8: executing "t" at <"">: range can't iterate over "#),
        ("{{range 0}}x{{else}}none{{end}}", "none"),
        ("{{range -1}}x{{else}}none{{end}}", "none"),
        (#"{{range int64 3}}{{kindIs "int64" .}}{{end}}"#, "truetruetrue"),
        ("{{range true}}x{{end}}", #"template: t:1:8: executing "t" at <true>: range can't iterate over true"#),
        ("{{range 1.5}}x{{end}}", #"template: t:1:8: executing "t" at <1.5>: range can't iterate over 1.5"#),
        ("{{range .Values.l}}[{{.}}]{{end}}", "[a][b][1][2.5][<no value>][true]"),
        ("{{range $k,$v := .Values.m}}{{$k}}={{$v}};{{end}}", "a=z;b=map[c:1 d:[1 x]];"),
        ("{{range $k,$v := .Values.em}}x{{else}}e{{end}}", "e"),
        (
            "{{range .Values.l}}{{.x}}{{end}}",
            #"template: t:1:21: executing "t" at <.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{range $v := .Values.l}}{{$v.x}}{{end}}",
            #"template: t:1:29: executing "t" at <$v.x>: can't evaluate field x in type interface {}"#
        ),
        (
            #"{{range splitList "," "a,b"}}{{.x}}{{end}}"#,
            #"template: t:1:31: executing "t" at <.x>: can't evaluate field x in type string"#
        ),
        (
            #"{{range $v := splitList "," "a,b"}}{{$v.x}}{{end}}"#,
            #"template: t:1:39: executing "t" at <$v.x>: can't evaluate field x in type string"#
        ),
        (
            "{{ with .Values.s }}{{ .x }}{{ end }}",
            #"template: t:1:23: executing "t" at <.x>: can't evaluate field x in type string"#
        ),
        (
            "{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}",
            #"template: t:1:40: executing "t" at <$x>: undefined variable: $x"#
        ),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"),
        ("{{ $x := 1 }}{{ range 3 }}{{ $x = . }}{{ end }}{{ $x }}", "2"),
        (
            "{{ $a := 1 }}{{ $b := 2 }}{{ range $a, $b = .Values.m }}{{ $a }}{{ end }}{{ $a }}{{ $b }}",
            "abbmap[c:1 d:[1 x]]"
        ),
        ("{{ with $x := .Values.s }}{{ $x }}{{ . }}{{ end }}", "hellohello"),
        ("{{ $d := dict }}{{ range $d.x }}{{ . }}{{ else }}E{{ end }}", "E"),
        ("{{ $.Values.m.b.c }}{{ with .Values.m }}{{ $.Values.s }}{{ .a }}{{ end }}", "1helloz"),
        ("{{ with 1 }}{{ .x }}{{ end }}", #"template: t:1:15: executing "t" at <.x>: can't evaluate field x in type int"#),
        (
            "{{ range list 1 }}{{ .x }}{{ end }}",
            #"template: t:1:21: executing "t" at <.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{ range 1 }}{{ .x }}{{ end }}",
            #"template: t:1:16: executing "t" at <.x>: can't evaluate field x in type int"#
        ),
        (
            "{{ range $k, $v := .Values.m }}{{ $v.x }}{{ end }}",
            #"template: t:1:36: executing "t" at <$v.x>: can't evaluate field x in type interface {}"#
        ),
        (
            "{{ range $k, $v := .Values.m }}{{ $k.x }}{{ end }}",
            #"template: t:1:36: executing "t" at <$k.x>: can't evaluate field x in type string"#
        ),
        (
            "{{ range .Values.m }}{{ .c.d.e }}{{ end }}",
            #"template: t:1:26: executing "t" at <.c.d.e>: can't evaluate field c in type interface {}"#
        ),
        ("{{ $x := 1 }}{{ with 2 }}{{ $x := . }}{{ $x }}{{ end }}{{ $x }}", "21"),
        ("{{ with $y := 5 }}{{ $y }}{{ else }}{{ $y }}{{ end }}", "5"),
        ("{{ with $y := 0 }}{{ $y }}{{ else }}{{ $y }}{{ end }}", "0"),
        ("{{ if $y := 0 }}{{ else if $z := 3 }}{{ $y }}{{ $z }}{{ end }}", "03"),
        ("{{ range $y := list }}{{ else }}{{ $y }}{{ end }}", "[]"),
        (
            "{{ if .Values.s }}{{ .Values.missing.foo }}{{ end }}",
            #"template: t:1:28: executing "t" at <.Values.missing.foo>: nil pointer evaluating interface {}.foo"#
        ),
    ]

    private static let table1: [(String, String)] = [
        (
            "{{ range .Values.l }}{{ $.Values.missing.foo }}{{ end }}",
            #"template: t:1:25: executing "t" at <$.Values.missing.foo>: nil pointer evaluating interface {}.foo"#
        ),
        (
            "{{ with .Values.m }}{{ .zz.foo }}{{ end }}",
            #"template: t:1:26: executing "t" at <.zz.foo>: nil pointer evaluating interface {}.foo"#
        ),
        ("{{ with .Values.m }}{{ .zz }}{{ (.zz).foo }}{{ end }}", "<no value><no value>"),
        (#"{{ range $k, $v := dict "b" 1 "a" 2 }}{{ $k }}{{ $v }}{{ end }}"#, "a2b1"),
        (#"{{ range dict "b" 1 "a" 2 }}{{ . }}{{ end }}"#, "21"),
        ("{{ range $k, $v := dict }}x{{ else }}y{{ end }}", "y"),
        (
            "{{ range $v := .Values.n }}{{ end }}",
            #"template: t:1:22: executing "t" at <.Values.n>: range can't iterate over 3"#
        ),
        (
            "{{ range .Values.f }}{{ end }}",
            #"template: t:1:16: executing "t" at <.Values.f>: range can't iterate over 1.5"#
        ),
        (
            "{{ range .Values.missing.x }}{{ end }}",
            #"template: t:1:16: executing "t" at <.Values.missing.x>: nil pointer evaluating interface {}.x"#
        ),
        ("{{ range $i, $v := .Values.missing }}{{ else }}{{ $i }}{{ $v }}E{{ end }}", "<no value><no value>E"),
        ("{{ range (list 1 2 3) }}{{ . }}{{ end }}", "123"),
        ("{{ range $i, $ := list 1 }}{{ $i }}{{ end }}", "0"),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
