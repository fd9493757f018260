import Document
import Testing

/// Every expectation is what Helm 4.2's `fromYaml` made of the same text.
@Suite struct YAMLScalarTests {
    @Test(arguments: [
        ("yes", .bool(true)), ("On", .bool(true)), ("y", .bool(true)), ("TRUE", .bool(true)),
        ("no", .bool(false)), ("OFF", .bool(false)), ("N", .bool(false)), ("False", .bool(false)),
        ("~", .null), ("null", .null), ("Null", .null), ("", .null), ("# comment", .null),
        ("nUll", "nUll"), ("yEs", "yEs"), ("yess", "yess"), ("tru", "tru"),
        ("0", 0), ("-0", 0), ("00", 0), ("1_000", 1000), ("1__0", 10), ("_1", "_1"), ("-_1", -1), ("+1", 1),
        ("0x1F", 31), ("+0x1F", 31), ("-0X1f", -31), ("0x", "0x"), ("0b11", 3), ("0b1_1", 3), ("0b", "0b"),
        ("0755", 493), ("-0755", -493), ("0o17", 15), ("-0o17", -15), ("0o", "0o"), ("08", 8.0), ("0_7", 7),
        ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
        ("9223372036854775808", 9223372036854775808.0), ("0xFFFFFFFFFFFFFFFF", 18446744073709551615.0),
        ("0xFFFFFFFFFFFFFFFFF", "0xFFFFFFFFFFFFFFFFF"), ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("1e3", 1000.0), ("1E+3", 1000.0), ("1e", "1e"), ("1.", 1.0), (".5", 0.5), ("+.5", 0.5), ("-.5_5", -0.55), (".5_0", 0.5),
        ("1e400", "1e400"), ("1e-400", 0.0), (".", "."), ("1..2", "1..2"), ("1.2.3", "1.2.3"), ("1.5Gi", "1.5Gi"), ("500m", "500m"),
        ("2001-01-01", "2001-01-01"), ("2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"), ("12:30:45", "12:30:45"),
        ("'1'", "1"), ("\"true\"", "true"), ("!!str 1", "1"), ("!!int '7'", 7), ("!!float 3", 3.0), ("!!bool yes", true),
        ("!!null ''", .null), ("!!binary aGVsbG8=", "hello"), ("! 1", "1"), ("!custom 1", "1"),
        ("!!timestamp 2001-01-01", "2001-01-01"), ("\"\\u00e9\\x41\\U0001F600\"", "éA😀"), ("'it''s'", "it's"),
        ("|\n  x\n  y\n", "x\ny\n"), (">-\n  x\n  y\n\n  z\n", "x y\nz"), ("|+\n  x\n", "x\n\n"), (".5__0", ".5__0"), ("._5", "._5"), ("a b\n  c d", "a b c d"),
    ] as [(String, Value)])
    func resolves(_ text: String, _ expected: Value) throws {
        #expect(try YAML.parse("a: " + text + "\n", options: .values)["a"] == expected)
    }

    @Test(arguments: [
        ("1.1", "1.1"), ("1e3", "1000"), ("12345678.9", "1.2345679e+07"), ("yes", "true"), ("0x10", "16"), ("'1'", "1"),
        ("2001-01-01", "2001-01-01"), ("!!str 5", "5"), ("!!int '5'", "5"), ("\"x y\"", "x y"), (".inf", ".inf"), ("-1", "-1"),
    ])
    func keys(_ text: String, _ expected: String) throws {
        #expect(try YAML.parse(text + ": v\n") == [expected: "v"])
    }

    @Test(arguments: [
        "!!int x", "!!int 1.0", "!!bool 3", "!!null x", "!!binary '%'", ".inf", "-.INF", ".nan", "{~: 1}", "{[a]: 1}", "{{a: b}: 1}",
    ])
    func refuses(_ text: String) {
        #expect(throws: DocumentError.self) { try YAML.parse("a: " + text + "\n", options: .values) }
    }
}
