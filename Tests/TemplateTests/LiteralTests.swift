import Testing

@testable import Template

/// Constants, trim markers and comments.
/// The answers are Helm's.
@Suite struct LiteralTests {
    private static let table: [(String, String)] = [
        ("{{ true }}", "true"),
        ("{{ 1 2 }}", #"template: t:1:3: executing "t" at <1>: can't give argument to non-function 1"#),
        (#"{{ "a" "b" }}"#, #"template: t:1:3: executing "t" at <"a">: can't give argument to non-function "a""#),
        ("{{ (1) 2 }}", #"template: t:1:3: executing "t" at <(1) 2>: can't give argument to non-function 1"#),
        ("{{ . 2 }}", #"template: t:1:3: executing "t" at <.>: can't give argument to non-function ."#),
        ("{{ dict.x }}", "<no value>"),
        ("{{ list.x }}", #"template: t:1:3: executing "t" at <list>: can't evaluate field x in type []interface {}"#),
        ("{{/* a */}}b", "b"),
        ("{{- /* a */ -}} b", "b"),
        ("a {{- 1 -}} b", "a1b"),
        ("a {{-1}} b", "a -1 b"),
        ("a {{- -1 }} b", "a-1 b"),
        ("a\n\n{{- 1}}\n", "a1\n"),
        ("{{1 -}}\n\n  b", "1b"),
        ("{{ `a\nb` }}", "a\nb"),
        ("{{ 'a' }}", "97"),
        (#"{{ '\n' }} {{ '\'' }} {{ '☃' }}"#, "10 39 9731"),
        (
            "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0x_F }} {{ 1e3 }} {{ 1.5e-3 }} {{ 0x1p4 }} {{ .5 }} {{ 5. }} {{ +5 }} {{ -5 }}",
            "31 5 15 15 1000 15 1000 0.0015 16 0.5 5 5 -5"
        ),
        ("{{ 9223372036854775807 }} {{ -9223372036854775808 }}", "9223372036854775807 -9223372036854775808"),
        (
            "{{ 9223372036854775808 }}",
            #"template: t:1:3: executing "t" at <9223372036854775808>: 9223372036854775808 overflows int"#
        ),
        ("{{ 1i }}", "(0+1i)"),
        ("{{ 1+2i }}", "(1+2i)"),
        ("{{ 1_000.5 }}", "1000.5"),
        ("{{ 3.0 }} {{ 3.10 }}", "3 3.1"),
        ("{{ .é }}", "<no value>"),
        ("}}", "}}"),
        (#"{{ "\x41\u00e9\101\t\"" }}"#, "AéA\t\""),
        ("{{ (1 | print) | print 2 }}", "21"),
        (#"{{ "{{" }}{{ `}}` }}"#, "{{}}"),
        ("{{- /* c */}}x", "x"),
        ("{{/* c */ -}}  x", "x"),
        ("a{{/**/}}b", "ab"),
        ("{{/* {{ .x }} */}}", ""),
        ("{{ `a\n{{ b` }}", "a\n{{ b"),
        ("a\u{d}\n{{- 1 -}}\u{d}\nb", "a1b"),
        ("\t{{- 1 -}}\t b", "1b"),
        ("a {{- /* x */ -}} b {{ 1 }}", "ab 1"),
        ("{{print 1|print 2}}", "21"),
        ("{{(1)|print}}", "1"),
        ("{{.Values .s}}", #"template: t:1:2: executing "t" at <.Values>: Values is not a method but has arguments"#),
    ]

    private static let table1: [(String, String)] = [
        (#"{{ '\'' }}"#, "39"),
        (#"{{ '"' }}"#, "34"),
        (#"{{ "\"" }}"#, #"""#),
        (
            "{{ 1_000 }} {{ 0b1_1 }} {{ 0X1f }} {{ 1E5 }} {{ 1e+5 }} {{ 00 }} {{ 007 }} {{ 0.5 }} {{ -0 }} {{ +0x5 }} {{ -0x5 }}",
            "1000 3 31 100000 100000 0 7 0.5 0 5 -5"
        ),
        ("{{ 0x1.8p1 }}", "3"),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
