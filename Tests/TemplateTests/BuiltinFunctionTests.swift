import Testing

@testable import Template

/// len, index, call and the escapers.
/// The answers are Helm's.
@Suite struct BuiltinFunctionTests {
    private static let table: [(String, String)] = [
        (
            "{{ (index .Values.l 2).x }}",
            #"template: t:1:20: executing "t" at <2>: can't evaluate field x in type float64"#
        ),
        (#"{{ len .Values.l }} {{ len .Values.m }} {{ len .Values.s }} {{ len .Values.u }} {{ len "" }}"#, "6 2 5 17 0"),
        ("{{ len 3 }}", #"template: t:1:3: executing "t" at <len 3>: error calling len: len of type int"#),
        (
            "{{ len nil }}",
            #"template: t:1:3: executing "t" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value"#
        ),
        (
            "{{ len .Values.nil }}",
            #"template: t:1:3: executing "t" at <len .Values.nil>: error calling len: len of nil pointer"#
        ),
        (
            "{{ $x := .Values.nil }}{{ len $x }}",
            #"template: t:1:26: executing "t" at <len $x>: error calling len: reflect: call of reflect.Value.Type on zero Value"#
        ),
        (
            "{{ len .Values.n }}",
            #"template: t:1:3: executing "t" at <len .Values.n>: error calling len: len of type float64"#
        ),
        ("{{ len true }}", #"template: t:1:3: executing "t" at <len true>: error calling len: len of type bool"#),
        ("{{ .Values.l | len }}", "6"),
        ("{{ len }}", #"template: t:1:3: executing "t" at <len>: wrong number of args for len: want 1 got 0"#),
        (
            #"{{ index .Values.l 0 }} {{ index .Values.m "b" "d" 1 }} {{ index .Values.m "zz" }} {{ index .Values.s 1 }}"#,
            "a x <no value> 101"
        ),
        (
            "{{ index .Values.l 9 }}",
            #"template: t:1:3: executing "t" at <index .Values.l 9>: error calling index: index out of range: 9"#
        ),
        (
            "{{ index .Values.l 6 }}",
            #"template: t:1:3: executing "t" at <index .Values.l 6>: error calling index: reflect: slice index out of range"#
        ),
        (
            "{{ index .Values.l -1 }}",
            #"template: t:1:3: executing "t" at <index .Values.l -1>: error calling index: index out of range: -1"#
        ),
        (
            #"{{ index .Values.l "a" }}"#,
            #"template: t:1:3: executing "t" at <index .Values.l "a">: error calling index: cannot index slice/array with type string"#
        ),
        (
            "{{ index .Values.l 1.0 }}",
            #"template: t:1:3: executing "t" at <index .Values.l 1.0>: error calling index: cannot index slice/array with type float64"#
        ),
        (
            "{{ index .Values.l nil }}",
            #"template: t:1:3: executing "t" at <index .Values.l nil>: error calling index: cannot index slice/array with nil"#
        ),
        (
            "{{ index .Values.m 1 }}",
            #"template: t:1:3: executing "t" at <index .Values.m 1>: error calling index: value has type int; should be string"#
        ),
        (
            "{{ index .Values.m nil }}",
            #"template: t:1:3: executing "t" at <index .Values.m nil>: error calling index: value is nil; should be of type string"#
        ),
        (
            "{{ index .Values.nil 1 }}",
            #"template: t:1:3: executing "t" at <index .Values.nil 1>: error calling index: index of untyped nil"#
        ),
        ("{{ index nil }}", #"template: t:1:3: executing "t" at <index nil>: error calling index: index of untyped nil"#),
        ("{{ index .Values.l }}", "[a b 1 2.5 <nil> true]"),
        (
            #"{{ index .Values.m "zz" "y" }}"#,
            #"template: t:1:3: executing "t" at <index .Values.m "zz" "y">: error calling index: index of nil pointer"#
        ),
        (
            "{{ index .Values.n 1 }}",
            #"template: t:1:3: executing "t" at <index .Values.n 1>: error calling index: can't index item of type float64"#
        ),
        (
            "{{ index .Values.s 9 }}",
            #"template: t:1:3: executing "t" at <index .Values.s 9>: error calling index: index out of range: 9"#
        ),
        (
            "{{ index .Values.s 5 }}",
            #"template: t:1:3: executing "t" at <index .Values.s 5>: error calling index: reflect: string index out of range"#
        ),
        ("{{ index .Values.l 4 }}", "<no value>"),
        (
            "{{ index .Values.l 4 1 }}",
            #"template: t:1:3: executing "t" at <index .Values.l 4 1>: error calling index: index of nil pointer"#
        ),
        ("{{ 0 | index .Values.l }}", "a"),
        (
            #"{{ index .Values.m "b" 0 }}"#,
            #"template: t:1:3: executing "t" at <index .Values.m "b" 0>: error calling index: value has type int; should be string"#
        ),
        (
            "{{ index .Values.l .Values.n }}",
            #"template: t:1:3: executing "t" at <index .Values.l .Values.n>: error calling index: cannot index slice/array with type float64"#
        ),
        (
            "{{ index .Values.t 1 }}",
            #"template: t:1:3: executing "t" at <index .Values.t 1>: error calling index: can't index item of type bool"#
        ),
        (
            "{{ index }}",
            #"template: t:1:3: executing "t" at <index>: wrong number of args for index: want at least 1 got 0"#
        ),
        (
            "{{ call .Values.s }}",
            #"template: t:1:3: executing "t" at <call .Values.s>: error calling call: non-function .Values.s of type string"#
        ),
        ("{{ call nil }}", #"template: t:1:3: executing "t" at <call nil>: error calling call: call of nil"#),
        (
            "{{ call .Values.nil }}",
            #"template: t:1:3: executing "t" at <call .Values.nil>: error calling call: call of nil"#
        ),
        (
            "{{ call 1 2 }}",
            #"template: t:1:3: executing "t" at <call 1 2>: error calling call: non-function 1 of type int"#
        ),
        ("{{ call upper }}", #"template: t:1:8: executing "t" at <upper>: wrong number of args for upper: want 1 got 0"#),
        ("{{ call }}", #"template: t:1:3: executing "t" at <call>: wrong number of args for call: want at least 1 got 0"#),
        (
            "{{ html .Values.q }} {{ js .Values.q }} {{ urlquery .Values.q .Values.u }}",
            "it&#39;s &#34;q&#34; &lt;&amp;&gt;\n\t it\\'s \\\"q\\\" \\u003C\\u0026\\u003E\\u000A\\u0009 it%27s+%22q%22+%3C%26%3E%0A%09h%C3%A9llo+w%C3%B6rld+%E2%98%83"
        ),
    ]

    private static let table1: [(String, String)] = [
        (
            #"{{ html nil 1 "<" }} {{ js .Values.u }} {{ html .Values.l }} {{ html }}|"#,
            "&lt;no value&gt;1&lt; héllo wörld ☃ [a b 1 2.5 &lt;nil&gt; true] |"
        ),
        (#"{{ js "\x01\u200b=<>&" }}"#, #"\u0001\u200B\u003D\u003C\u003E\u0026"#),
        ("{{ .Values.s | upper | upper | len }}", "5"),
        ("{{ until 'a' | len }}", "97"),
        (
            "{{ index .Values.l\n  1\n  2 }}",
            #"template: t:1:3: executing "t" at <index .Values.l 1 2>: error calling index: index out of range: 2"#
        ),
        (#"{{ index (index .Values.m "b") "d" 0 }}"#, "1"),
        (#"{{ (index .Values.m "b").d }}"#, "[1 x]"),
        (#"{{ len (index .Values.m "b" "d") }}"#, "2"),
        (
            "{{ .Values.l | index 1 }}",
            #"template: t:1:15: executing "t" at <index 1>: error calling index: can't index item of type int"#
        ),
        (#"{{ index .Values.m "b" | len }}"#, "2"),
        (
            #"{{ include "a" (list 1 2) }}{{ define "a" }}{{ index . 1 }}{{ .x }}{{ end }}"#,
            #"template: t:1:3: executing "t" at <include "a" (list 1 2)>: error calling include: template: t:1:62: executing "a" at <.x>: can't evaluate field x in type []interface {}"#
        ),
    ]

    @Test(arguments: table + table1)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template) == answer)
    }
}
