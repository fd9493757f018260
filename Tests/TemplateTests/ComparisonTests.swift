import Testing

@testable import Template

/// eq, lt and their kin, and, or, not.
/// The answers are Helm's.
@Suite struct ComparisonTests {
    private static let table: [(String, String)] = [
        (
            "{{range $i, $v := .Values.l}}{{if eq $i 1}}{{continue}}{{end}}{{if eq $i 4}}{{break}}{{end}}{{$i}}{{$v}} {{end}}",
            "0a 21 32.5 "
        ),
        (
            #"{{ eq 1 1 }} {{ eq 1 2 }} {{ eq 1 2 1 }} {{ ne 1 2 }} {{ eq "a" "a" }} {{ eq 1.0 1.0 }}"#,
            "true false true true true true"
        ),
        (
            "{{ eq .Values.n 3 }}",
            #"template: t:1:3: executing "t" at <eq .Values.n 3>: error calling eq: incompatible types for comparison: float64 and int"#
        ),
        ("{{ eq .Values.n 3.0 }}", "true"),
        (
            #"{{ eq 1 "a" }}"#,
            #"template: t:1:3: executing "t" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string"#
        ),
        ("{{ eq 1 }}", #"template: t:1:3: executing "t" at <eq 1>: error calling eq: missing argument for comparison"#),
        ("{{ eq }}", #"template: t:1:3: executing "t" at <eq>: wrong number of args for eq: want at least 1 got 0"#),
        ("{{ eq true true }}", "true"),
        ("{{ eq nil nil }}", "true"),
        ("{{ eq .Values.nil nil }}", "true"),
        (#"{{ eq .Values.nil "a" }}"#, "false"),
        (#"{{ eq "a" .Values.nil }}"#, "false"),
        (#"{{ ne .Values.nil "a" }}"#, "true"),
        ("{{ eq .Values.nil .Values.l }}", "false"),
        ("{{ eq .Values.l .Values.nil }}", "false"),
        (
            "{{ eq .Values.l .Values.l }}",
            #"template: t:1:3: executing "t" at <eq .Values.l .Values.l>: error calling eq: non-comparable type [a b %!s(float64=1) %!s(float64=2.5) <nil> %!s(bool=true)]: []interface {}"#
        ),
        (
            "{{ eq .Values.m .Values.m }}",
            #"template: t:1:3: executing "t" at <eq .Values.m .Values.m>: error calling eq: non-comparable type map[a:z b:map[c:%!s(float64=1) d:[%!s(float64=1) x]]]: map[string]interface {}"#
        ),
        (
            "{{ eq .Values.m .Values.l }}",
            #"template: t:1:3: executing "t" at <eq .Values.m .Values.l>: error calling eq: non-comparable types map[a:z b:map[c:%!s(float64=1) d:[%!s(float64=1) x]]]: map[string]interface {}, []interface {}: [a b 1 2.5 <nil> true]"#
        ),
        (
            #"{{ eq .Values.l "a" }}"#,
            #"template: t:1:3: executing "t" at <eq .Values.l "a">: error calling eq: incompatible types for comparison: []interface {} and string"#
        ),
        (
            "{{ eq (list 1) (list 1) }}",
            #"template: t:1:3: executing "t" at <eq (list 1) (list 1)>: error calling eq: non-comparable type [%!s(int=1)]: []interface {}"#
        ),
        ("{{ eq (int64 1) 1 }}", "true"),
        (#"{{ eq (index "abc" 0) 97 }}"#, "true"),
        (#"{{ eq 97 (index "abc" 0) }}"#, "true"),
        (
            #"{{ lt 1 2 }} {{ le 2 2 }} {{ gt 1 2 }} {{ ge 2 2 }} {{ lt "a" "b" }} {{ lt 1.5 2.5 }}"#,
            "true true false true true true"
        ),
        (
            "{{ lt 1 2.0 }}",
            #"template: t:1:3: executing "t" at <lt 1 2.0>: error calling lt: incompatible types for comparison: int and float64"#
        ),
        (
            "{{ lt .Values.n 3 }}",
            #"template: t:1:3: executing "t" at <lt .Values.n 3>: error calling lt: incompatible types for comparison: float64 and int"#
        ),
        (
            "{{ lt true false }}",
            #"template: t:1:3: executing "t" at <lt true false>: error calling lt: invalid type for comparison"#
        ),
        (
            "{{ lt nil 1 }}",
            #"template: t:1:3: executing "t" at <lt nil 1>: error calling lt: invalid type for comparison"#
        ),
        (
            "{{ lt 1 nil }}",
            #"template: t:1:3: executing "t" at <lt 1 nil>: error calling lt: invalid type for comparison"#
        ),
        (
            "{{ gt .Values.nil 1 }}",
            #"template: t:1:3: executing "t" at <gt .Values.nil 1>: error calling gt: invalid type for comparison"#
        ),
        (
            "{{ gt 1 .Values.nil }}",
            #"template: t:1:3: executing "t" at <gt 1 .Values.nil>: error calling gt: invalid type for comparison"#
        ),
        (
            "{{ lt .Values.l 1 }}",
            #"template: t:1:3: executing "t" at <lt .Values.l 1>: error calling lt: invalid type for comparison"#
        ),
        (
            "{{ lt 1 .Values.l }}",
            #"template: t:1:3: executing "t" at <lt 1 .Values.l>: error calling lt: invalid type for comparison"#
        ),
        (
            #"{{ le 1 "a" }}"#,
            #"template: t:1:3: executing "t" at <le 1 "a">: error calling le: incompatible types for comparison: int and string"#
        ),
        ("{{ lt 1 2 3 }}", #"template: t:1:3: executing "t" at <lt>: wrong number of args for lt: want 2 got 3"#),
        ("{{ lt 1 }}", #"template: t:1:3: executing "t" at <lt>: wrong number of args for lt: want 2 got 1"#),
        ("{{ 1 | lt 2 }}", "false"),
        ("{{ 1 | eq 1 }}", "true"),
        (
            "{{ .Values.n | eq 3 }}",
            #"template: t:1:15: executing "t" at <eq 3>: error calling eq: incompatible types for comparison: int and float64"#
        ),
        (#"{{ eq .Values.s "hello" "x" }}"#, "true"),
    ]

    private static let table1: [(String, String)] = [
        ("{{ ne 1 2 3 }}", #"template: t:1:3: executing "t" at <ne>: wrong number of args for ne: want 2 got 3"#),
        (#"{{ not true }} {{ not nil }} {{ not 0 }} {{ not "" }} {{ not .Values.em }}"#, "false true true true true"),
        ("{{ not }}", #"template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 0"#),
        ("{{ not 1 2 }}", #"template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 2"#),
        ("{{ true | not }}", "false"),
        (
            "{{ and 1 2 }} {{ and 0 2 }} {{ or 0 2 }} {{ or 1 2 }} {{ and }}",
            #"template: t:1:57: executing "t" at <and>: wrong number of args for and: want at least 1 got 0"#
        ),
        ("{{ or }}", #"template: t:1:3: executing "t" at <or>: wrong number of args for or: want at least 1 got 0"#),
        ("{{ and 1 }} {{ or 0 }} {{ 3 | and 1 }} {{ 3 | and 0 }} {{ 3 | or 0 }}", "1 0 3 0 3"),
        ("{{ and .Values.nil .Values.nil.x }}", "<no value>"),
        ("{{ or .Values.s .Values.nil.x }}", "hello"),
        (
            "{{ and .Values.s .Values.nil.x }}",
            #"template: t:1:24: executing "t" at <.Values.nil.x>: nil pointer evaluating interface {}.x"#
        ),
        (#"{{ and (fail "no") 1 }}"#, #"template: t:1:8: executing "t" at <fail "no">: error calling fail: no"#),
        (#"{{ and 0 (fail "no") }}"#, "0"),
        ("{{ if and .Values.nil (eq .Values.nil.x 1) }}a{{else}}b{{end}}", "b"),
        ("{{ (or .Values.nil .Values.m).a }}", "z"),
        ("{{ and nil }}|{{ or nil nil }}|{{ print (or nil nil) }}", "<no value>|<no value>|<nil>"),
        (
            "{{ range $i, $e := .Values.l }}{{ with $e }}{{ if eq $i 2 }}{{ break }}{{ end }}{{ . }}{{ end }}{{ end }}",
            "ab"
        ),
        (
            "{{ range list 1 2 3 }}{{ range list 4 5 }}{{ if eq . 5 }}{{ continue }}{{ end }}{{ . }}{{ break }}{{ end }};{{ end }}",
            "4;4;4;"
        ),
        (
            "{{ if and\n (eq 1 1)\n (upper 2)\n}}{{ end }}",
            #"template: t:3:8: executing "t" at <2>: expected string; found 2"#
        ),
        (
            "{{ eq .Values.s .Values.n }}",
            #"template: t:1:3: executing "t" at <eq .Values.s .Values.n>: error calling eq: incompatible types for comparison: string and float64"#
        ),
        ("{{ eq .Values.m.b.c 1.0 }}", "true"),
        ("{{ ne (len .Values.l) 6 }}", "false"),
        ("{{ not (eq 1 1) | not }}", "true"),
        ("{{ if not (and .Values.t .Values.fa) }}y{{ end }}", "y"),
        (#"{{ or .Values.e "d" | upper }}"#, "D"),
        ("{{ and .Values.s .Values.e }}|", "|"),
        ("{{ (and .Values.m .Values.m.b).c }}", "1"),
        ("{{ (or .Values.missing .Values.alsoMissing).x }}", "<no value>"),
        ("{{ (and .Values.m .Values.missing).x }}", "<no value>"),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
