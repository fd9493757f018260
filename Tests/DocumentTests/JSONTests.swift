import Document
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-0", .double(-0.0)), ("12", 12), ("-9223372036854775808", .int(.min)),
        ("9223372036854775807", .int(.max)), ("9223372036854775808", 9223372036854775808.0), ("1.0", 1.0), ("-1.5e-3", -0.0015),
        ("1E2", 100.0), ("1e+2", 100.0), ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("0.1", 0.1), ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)), ("5e-324", .double(.leastNonzeroMagnitude)),
        ("\"\"", ""), ("\"a\\n\\t\\\"\\\\\\/\\b\\f\\r\"", "a\n\t\"\\/\u{8}\u{c}\r"), ("\"\\u00e9\\uD83D\\uDE00\"", "é😀"),
        ("\"\\ud800\"", "\u{fffd}"), ("\"\\ud800x\"", "\u{fffd}x"), ("\"\\ud800\\u0041\"", "\u{fffd}A"), ("\"\\udc00\\ud800\"", "\u{fffd}\u{fffd}"),
        ("\"\\u0000\"", "\u{0}"), ("\"日本 long enough to leave the small strings\"", "日本 long enough to leave the small strings"),
        ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]), ("[1,[2,[3]],{}]", [1, [2, [3]], [:]]),
        ("{\"a\":1,\"b\":{\"c\":[true,null]}}", ["a": 1, "b": ["c": [true, nil]]]), ("{\"a\":1,\"b\":2,\"a\":3}", ["a": 3, "b": 2]),
        ("\r\n\t[ 1 , 2 ]\n", [1, 2]),
    ] as [(String, Value)])
    func reads(_ text: String, _ expected: Value) throws {
        #expect(try JSON.parse(text) == expected)
    }

    @Test(arguments: [
        ("", "line 1:1: the text ends in the middle of a value"),
        ("[1, 2", "line 1:6: the text ends in the middle of a value"),
        ("{\"a\"}", "line 1:5: a key without a value, expected \":\""),
        ("{a: 1}", "line 1:2: no key, expected a key in double quotes"),
        ("[1,]", "line 1:4: no JSON value begins here, expected a value"),
        ("{\"a\":1,}", "line 1:8: no key, expected a key in double quotes"),
        ("[1 2]", "line 1:4: a comma is missing, expected \",\" or \"]\""),
        ("{\"a\":1\n \"b\":2}", "line 2:2: a comma is missing, expected \",\" or \"}\""),
        ("[1}", "line 1:3: a comma is missing, expected \",\" or \"]\""),
        ("1 2", "line 1:3: text behind the end of the value, expected nothing more"),
        ("nul", "line 1:1: no JSON value begins here, expected a value"),
        ("nulll", "line 1:5: text behind the end of the value, expected nothing more"),
        ("'a'", "line 1:1: no JSON value begins here, expected a value"),
        ("\"open", "line 1:1: a string is not closed, expected the closing quote"),
        ("[\"é\", \"open\\\"]", "line 1:7: a string is not closed, expected the closing quote"),
        ("\"a\nb\"", "line 1:3: a control character in a string, expected an escape such as \\n"),
        ("\"\\x\"", "line 1:2: an escape that JSON does not know, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
        ("\"\\u12\"", "line 1:4: an incomplete \\u escape, expected four hexadecimal digits"),
        ("01", "line 1:1: a number with a leading zero"),
        ("-", "line 1:2: a number without digits, expected a digit"),
        ("+1", "line 1:1: no JSON value begins here, expected a value"),
        ("1.", "line 1:3: a number without digits behind the point, expected a digit"),
        (".5", "line 1:1: no JSON value begins here, expected a value"),
        ("1e", "line 1:3: an exponent without digits, expected a digit"),
        ("1e999", "line 1:1: a number beyond what a double holds"),
        ("NaN", "line 1:1: no JSON value begins here, expected a value"),
    ])
    func refuses(_ text: String, _ expected: String) {
        let error = #expect(throws: DocumentError.self) { try JSON.parse(text) }
        #expect(error?.description == expected)
    }

    @Test func limitsDepth() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        _ = try JSON.parse(nested(1000))
        let error = #expect(throws: DocumentError.self) { try JSON.parse(nested(1001)) }
        #expect(error?.problem == .limit("nesting depth", 1000))
        #expect(throws: DocumentError.self) { try JSON.parse(String(repeating: "{\"a\":", count: 1_000_000)) }
    }

    /// Go 1.24's encoding/json.
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-1.5, "-1.5"), (100.0, "100"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (1.5e21, "1.5e+21"), (123456789.125, "123456789.125"), (1e-6, "0.000001"), (1.5e-7, "1.5e-7"), (1e-7, "1e-7"), (1e-10, "1e-10"),
        (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (0.1, "0.1"), (9007199254740993.0, "9007199254740992"),
    ] as [(Double, String)])
    func writesNumbers(_ value: Double, _ expected: String) {
        #expect(JSON.text(.double(value)) == expected)
    }

    @Test(arguments: [
        ("a\"b\\c/", "\"a\\\"b\\\\c/\""), ("\n\r\t\u{8}\u{c}\u{1}\u{1f}", "\"\\n\\r\\t\\b\\f\\u0001\\u001f\""), ("<&>", "\"<&>\""),
        ("a\u{2028}b\u{2029}", "\"a\\u2028b\\u2029\""), ("\u{2027}é😀\u{7f}", "\"\u{2027}é😀\u{7f}\""), ("", "\"\""),
    ])
    func writesStrings(_ text: String, _ expected: String) {
        #expect(JSON.text(.string(text)) == expected)
    }

    @Test func writesStructures() {
        let value: Value = ["b": [1, [], [:], ["x": nil]], "a": true, "c": ["[", "{", ""]]
        #expect(JSON.text(value) == #"{"b":[1,[],{},{"x":null}],"a":true,"c":["[","{",""]}"#)
        #expect(JSON.text(value, sortedKeys: true) == #"{"a":true,"b":[1,[],{},{"x":null}],"c":["[","{",""]}"#)
        #expect(
            JSON.text(["b": [1, []], "a": [:]], indent: 2) == """
                {
                  "b": [
                    1,
                    []
                  ],
                  "a": {}
                }
                """)
    }
}
