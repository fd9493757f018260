import Testing

@testable import Template

/// What the parser refuses, in Go's words and with Go's line.
/// The answers are Helm's.
@Suite struct SyntaxErrorTests {
    private static let table: [(String, String)] = [
        ("{{break}}", "template: t:1: {{break}} outside {{range}}"),
        ("{{continue}}", "template: t:1: {{continue}} outside {{range}}"),
        ("{{range 3}}{{break 1}}{{end}}", #"template: t:1: unexpected "1" in {{break}}"#),
        ("{{ ) }}", "template: t:1: unexpected right paren"),
        ("{{ 1 | 2 }}", "template: t:1: non executable command in pipeline stage 2"),
        ("{{ true.x }}", #"template: t:1: unexpected . after term "true""#),
        ("{{ nil.x }}", #"template: t:1: unexpected . after term "nil""#),
        ("{{ 1.x }}", #"template: t:1: bad number syntax: "1.x""#),
        (#"{{ "a".x }}"#, #"template: t:1: unexpected . after term "\"a\"""#),
        ("{{ $x }}", #"template: t:1: undefined variable "$x""#),
        ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", #"template: t:1: undefined variable "$x""#),
        ("{{ $x, $y := 1 }}", "template: t:1: too many declarations in command"),
        ("{{ range $x, $y, $z := 1 }}{{ end }}", "template: t:1: too many declarations in range"),
        ("{{ range $x, 1 := 1 }}{{ end }}", "template: t:1: range can only initialize variables"),
        ("{{ with .Values.nil }}a{{ else if .Values.s }}b{{ end }}", "template: t:1: unexpected <if> in input"),
        (
            "{{ if .Values.nil }}a{{ else with .Values.s }}b{{ else }}c{{ end }}",
            "template: t:1: unexpected <with> in input"
        ),
        ("{{ range .Values.nil }}a{{ else if true }}b{{ end }}", "template: t:1: unexpected <if> in input"),
        ("{{ if }}a{{ end }}", "template: t:1: missing value for if"),
        ("{{ if 1", "template: t:1: unclosed action"),
        ("{{ if 1 }}", "template: t:1: unexpected EOF"),
        ("{{ end }}", "template: t:1: unexpected {{end}}"),
        ("{{ else }}", "template: t:1: unexpected {{else}}"),
        ("{{ if 1 }}{{ else }}{{ else }}{{ end }}", "template: t:1: expected end; found {{else}}"),
        (#"{{ define "x" }}a{{ else }}{{ end }}"#, "template: t:1: unexpected {{else}} in define clause"),
        ("{{ template nope }}", #"template: t:1: unexpected "nope" in template clause"#),
        (#"{{ block "x" }}{{ end }}"#, "template: t:1: missing value for block clause"),
        (
            #"{{ define "x" }}1{{ end }}{{ define "x" }}2{{ end }}"#,
            #"template: t:1: template: multiple definition of template "x""#
        ),
        ("{{ define x }}{{ end }}", #"template: t:1: unexpected "x" in define clause"#),
        (#"{{ define "x" }}"#, "template: t:1: unexpected EOF"),
        (#"{{ define "x" y }}{{ end }}"#, #"template: t:1: unexpected "y" in define clause"#),
        (#"{{ if true }}{{ define "x" }}{{ end }}{{ end }}"#, "template: t:1: unexpected <define> in command"),
        ("{{/* a }}", "template: t:1: unclosed comment"),
        ("{{/* a */ }}", "template: t:1: comment ends before closing delimiter"),
        ("{{/* a */x}}", "template: t:1: comment ends before closing delimiter"),
        ("{{ \"a\n\" }}", "template: t:1: unterminated quoted string"),
        ("{{ `a", "template: t:1: unterminated raw quoted string"),
        (#"{{ "a"#, "template: t:1: unterminated quoted string"),
        ("{{ 'ab' }}", "template: t:1: malformed character constant: 'ab'"),
        ("{{ '' }}", "template: t:1: invalid syntax"),
        ("{{ 'a", "template: t:1: unterminated character constant"),
    ]

    private static let table1: [(String, String)] = [
        ("{{ 08 }}", #"template: t:1: integer overflow: "08""#),
        ("{{ 1__0 }}", #"template: t:1: illegal number syntax: "1__0""#),
        ("{{ 18446744073709551616 }}", #"template: t:1: integer overflow: "18446744073709551616""#),
        ("{{ 1e1000 }}", #"template: t:1: illegal number syntax: "1e1000""#),
        ("{{ 1x }}", #"template: t:1: bad number syntax: "1x""#),
        ("{{ 0xg }}", #"template: t:1: bad number syntax: "0xg""#),
        ("{{ 1+2 }}", #"template: t:1: bad number syntax: "1+2""#),
        ("{{ @ }}", #"template: t:1: unexpected "@" in command"#),
        ("{{ a@b }}", "template: t:1: bad character U+0040 '@'"),
        ("{{ .a@b }}", "template: t:1: bad character U+0040 '@'"),
        ("{{ é }}", #"template: t:1: function "é" not defined"#),
        ("{{ foo }}", #"template: t:1: function "foo" not defined"#),
        ("{{ foo . }}", #"template: t:1: function "foo" not defined"#),
        ("{{ .Values.s | foo }}", #"template: t:1: function "foo" not defined"#),
        ("{{ | }}", #"template: t:1: unexpected "|" in command"#),
        ("{{ () }}", "template: t:1: missing value for parenthesized pipeline"),
        ("{{ (1 }}", "template: t:1: unclosed left paren"),
        ("{{ (1)) }}", "template: t:1: unexpected right paren"),
        (#"{{ (upper "a" }}"#, "template: t:1: unclosed left paren"),
        ("{{ := 1 }}", #"template: t:1: unexpected ":=" in command"#),
        ("{{ : }}", "template: t:1: expected :="),
        ("{{ $x : 1 }}", #"template: t:1: undefined variable "$x""#),
        ("{{ $x := }}", "template: t:1: missing value for command"),
        ("{{ .. }}", "template: t:1: unexpected <.> in operand"),
        ("{{ .Values..s }}", "template: t:1: unexpected <.> in operand"),
        ("{{ ., }}", #"template: t:1: unexpected "," in operand"#),
        ("{{ , }}", #"template: t:1: unexpected "," in command"#),
        ("{{ ! }}", #"template: t:1: unexpected "!" in command"#),
        ("{{ a", #"template: t:1: function "a" not defined"#),
        ("{{", "template: t:1: unclosed action"),
        ("{{ }}", "template: t:1: missing value for command"),
        ("{{}}", "template: t:1: missing value for command"),
        ("{{-}}", #"template: t:1: illegal number syntax: "-""#),
        ("{{- -}}", #"template: t:1: illegal number syntax: "-""#),
        ("{{ }", #"template: t:1: unexpected "}" in command"#),
        ("{{ .Values.s }", #"template: t:1: unexpected "}" in operand"#),
        ("{{ \n\n .x @ }}", #"template: t:3: unexpected "@" in operand"#),
        ("a\n{{ if true }}\n{{ foo }}", #"template: t:3: function "foo" not defined"#),
        ("{{ if true }}\n\n{{ .x \n", "template: t:4: unclosed action started at t:3"),
        ("{{/* \n*/}}\n{{ foo }}", #"template: t:3: function "foo" not defined"#),
    ]

    private static let table2: [(String, String)] = [
        ("{{- /* x */ -}}\n\n{{ foo }}", #"template: t:3: function "foo" not defined"#),
        (#"{{ "\q" }}"#, "template: t:1: invalid syntax"),
        (#"{{ "\'" }}"#, "template: t:1: invalid syntax"),
        ("{{ print \"a\\\nb\" }}", "template: t:1: unterminated quoted string"),
    ]

    @Test(arguments: table + table1 + table2)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
