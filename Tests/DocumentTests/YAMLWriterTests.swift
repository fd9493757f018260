import Document
import Testing

/// Every expectation is what Helm 4.2's `toYaml` printed for the same value.
@Suite struct YAMLWriterTests {
    @Test(arguments: Self.strings)
    func string(_ text: String, _ expected: String) {
        #expect(YAML.write(.string(text)) == expected + "\n")
    }

    @Test(arguments: Self.structures)
    func structure(_ json: String, _ expected: String) throws {
        #expect(YAML.write(try JSON.parse(json)) == expected + "\n")
    }

    @Test(arguments: Self.numbers)
    func number(_ value: Value, _ expected: String) {
        #expect(YAML.write(value) == expected + "\n")
    }

    /// What Helm cannot print (it fails on some control characters and loses
    /// others) must still read back as the same text.
    @Test(arguments: ["\u{7f}", "a\u{85}b", "\u{80}\u{9f}", "\u{fffe}", "\u{ffff}x"])
    func controlCharacter(_ text: String) throws {
        #expect(try YAML.parse(YAML.write(["key": .string(text)])) == ["key": .string(text)])
    }

    @Test func documents() {
        #expect(YAML.write(documents: [["a": 1], ["b": 2]]) == "a: 1\n---\nb: 2\n")
        #expect(YAML.write(documents: []) == "")
    }

    static let strings: [(String, String)] = [
        ("", "\"\""),
        ("a", "a"),
        ("hello world", "hello world"),
        ("yes", "\"yes\""),
        ("Yes", "\"Yes\""),
        ("no", "\"no\""),
        ("on", "\"on\""),
        ("OFF", "\"OFF\""),
        ("y", "\"y\""),
        ("Y", "\"Y\""),
        ("n", "\"n\""),
        ("true", "\"true\""),
        ("TRUE", "\"TRUE\""),
        ("nUll", "nUll"),
        ("null", "\"null\""),
        ("~", "\"~\""),
        ("1", "\"1\""),
        ("-1", "\"-1\""),
        ("+1", "\"+1\""),
        ("0", "\"0\""),
        ("1e3", "\"1e3\""),
        ("1E-3", "\"1E-3\""),
        ("0x1F", "\"0x1F\""),
        ("0x", "0x"),
        ("0b11", "\"0b11\""),
        ("0o17", "\"0o17\""),
        ("0755", "\"0755\""),
        ("08", "\"08\""),
        ("1_000", "\"1_000\""),
        ("_1", "_1"),
        ("1.", "\"1.\""),
        ("1.5", "\"1.5\""),
        (".5", "\".5\""),
        (".", "."),
        ("..", ".."),
        ("...", "'...'"),
        ("---", "'---'"),
        ("---a", "'---a'"),
        (".inf", "\".inf\""),
        ("-.INF", "\"-.INF\""),
        (".nan", "\".nan\""),
        ("1.2.3", "1.2.3"),
        ("10.0.0.1", "10.0.0.1"),
        ("500m", "500m"),
        ("2001-01-01", "\"2001-01-01\""),
        ("2001-1-31", "\"2001-1-31\""),
        ("2001-02-30", "2001-02-30"),
        ("2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\""),
        ("2001-12-14 21:59:43.10", "\"2001-12-14 21:59:43.10\""),
        ("2001-12-14T21:59:43", "2001-12-14T21:59:43"),
        ("12:30:45", "\"12:30:45\""),
        ("1:2", "\"1:2\""),
        ("1:60", "1:60"),
        ("01:2", "\"01:2\""),
        ("190:20:30.15", "\"190:20:30.15\""),
        ("<<", "<<"),
        ("=", "="),
        ("-", "'-'"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        ("?", "'?'"),
        ("? a", "'? a'"),
        ("?a", "?a"),
        (":", "':'"),
        (":a", ":a"),
        ("a:", "'a:'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a #b", "'a #b'"),
        ("a#b", "a#b"),
        ("#a", "'#a'"),
        ("[a", "'[a'"),
        ("a]", "a]"),
        ("{a", "'{a'"),
        ("&a", "'&a'"),
        ("*a", "'*a'"),
        ("!a", "'!a'"),
        ("|", "'|'"),
        ("> a", "'> a'"),
        ("'a", "'''a'"),
        ("a'b", "a'b"),
        ("\"a", "'\"a'"),
        ("a\"b", "a\"b"),
        ("%a", "'%a'"),
        ("@a", "'@a'"),
        ("`a", "'`a'"),
        (",a", "',a'"),
        ("\\", "\\"),
        ("a\\b", "a\\b"),
        (" a", "' a'"),
        ("a ", "'a '"),
        (" ", "' '"),
        ("  ", "'  '"),
        ("\t", "\"\\t\""),
        ("a\tb", "\"a\\tb\""),
        ("é", "é"),
        ("日本", "日本"),
        ("😀", "\"\\U0001F600\""),
        ("a\u{a0}b", "a\u{a0}b"),
        ("\u{1b}", "\"\\e\""),
        ("\u{0}", "\"\\0\""),
        ("\u{7}\u{8}", "\"\\a\\b\""),
        ("\r", "\"\\r\""),
        ("a\r\nb", "\"a\\r\\nb\""),
        ("\u{2028}", "'\u{2028}'"),
        ("a\u{2028}b", "'a\u{2028}  b'"),
        ("\u{feff}", "\"\\uFEFF\""),
        ("\u{feff}ab c", "\"\\uFEFF\\x61\\x62\\x20\\x63\""),
        ("\u{d7ff}\u{e000}", "\u{d7ff}\u{e000}"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb\n\n", "|+\n  a\n  b\n"),
        ("\n", "|2+\n"),
        ("\n\n", "|2+\n\n"),
        ("\na", "|2-\n\n  a"),
        (" a\nb\n", "|2\n   a\n  b"),
        ("a \nb", "\"a \\nb\""),
        ("a\n b", "|-\n  a\n   b"),
        ("a\n\nb", "|-\n  a\n\n  b"),
        ("a\n \nb", "\"a\\n \\nb\""),
        ("a\tb\nc", "\"a\\tb\\nc\""),
        ("# c\nd\n", "|\n  # c\n  d"),
        ("key: value\nlist:\n- a\n", "|\n  key: value\n  list:\n  - a"),
        ("é\n日本\n", "|\n  é\n  日本"),
        ("😀\n", "\"\\U0001F600\\n\""),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        ("word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end", "word word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word end"),
        ("word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word ", "'word word word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word '"),
        ("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y z", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  y z"),
        ("aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa   two  spaces  after the fold   two  spaces  after the fold ", "'aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa   two  spaces  after\n  the fold   two  spaces  after the fold '"),
        ("quote: word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end", "'quote: word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word word end'"),
        ("\"q\" word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end\t", "\"\\\"q\\\" word word word word word word word word word word word word word word word\n  word word word word word word word word word word word word word word word end\\t\""),
        ("it's word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: word: end", "'it''s word: word: word: word: word: word: word: word: word: word: word: word: word:\n  word: word: word: word: word: word: word: end'"),
        ("日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 end", "日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本\n  日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本 日本\n  日本 日本 日本 日本 日本 end"),
    ]

    static let structures: [(String, String)] = [
        (
            #"{"b":1,"a":{"y":1,"c":[]},"l":[1,"two",[3,[4]],{"a":1,"b":[5]}],"e":{},"n":null,"t":true}"#,
            """
            a:
              c: []
              "y": 1
            b: 1
            e: {}
            l:
            - 1
            - two
            - - 3
              - - 4
            - a: 1
              b:
              - 5
            "n": null
            t: true
            """
        ),
        (
            #"{"a10":1,"a9":1,"a1":1,"a01":1,"b":1,"B":1,"a-b":1,"a.b":1,"ab":1,"aB":1,"1":1,"10":1,"2":1,"_x":1,"é":1,"x100":1,"x20":1}"#,
            """
            _x: 1
            "1": 1
            "2": 1
            "10": 1
            B: 1
            a-b: 1
            a.b: 1
            a1: 1
            a01: 1
            a9: 1
            a10: 1
            aB: 1
            ab: 1
            b: 1
            x20: 1
            x100: 1
            é: 1
            """
        ),
        (
            #"{"yes":1,"n":1,"null":1,"1.5":1,"a: b":1,"multi\nline":1,"":1,"- x":1,"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk":{"a":1}}"#,
            """
            "": 1
            '- x': 1
            "1.5": 1
            'a: b': 1
            ? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
            : a: 1
            ? |-
              multi
              line
            : 1
            "n": 1
            "null": 1
            "yes": 1
            """
        ),
        (
            #"[[],{},[[]],[{}],[[1,2],[3]],{"a":[[1]]}]"#,
            """
            - []
            - {}
            - - []
            - - {}
            - - - 1
                - 2
              - - 3
            - a:
              - - 1
            """
        ),
        (
            #"{"script":"a\nb\n","nested":{"deep":{"text":"line one\n  indented\n\nlast"}},"list":["a\nb","c\n"]}"#,
            """
            list:
            - |-
              a
              b
            - |
              c
            nested:
              deep:
                text: |-
                  line one
                    indented

                  last
            script: |
              a
              b
            """
        ),
        (
            #"{"long":"word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end","list":["word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"],"deep":{"deeper":{"deepest":"word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word end"}}}"#,
            """
            deep:
              deeper:
                deepest: word word word word word word word word word word word word word word
                  word word word word word word word word word word word word word word word word
                  end
            list:
            - word word word word word word word word word word word word word word word word
              word word word word word word word word word word word word word word end
            long: word word word word word word word word word word word word word word word word
              word word word word word word word word word word word word word word end
            """
        ),
        (
            #""top""#,
            """
            top
            """
        ),
        (
            #"5"#,
            """
            5
            """
        ),
        (
            #"null"#,
            """
            null
            """
        ),
        (
            #"true"#,
            """
            true
            """
        ),
        (
            #"[]"#,
            """
            []
            """
        ),
        (
            #"{}"#,
            """
            {}
            """
        ),
    ]

    static let numbers: [(Value, String)] = [
        (.double(1e6), "1000000"),
        (.double(1.5e7), "15000000"),
        (.double(12345678.5), "1.23456785e+07"),
        (.double(1e20), "1e+20"),
        (.double(1e21), "1e+21"),
        (.double(1.5e300), "1.5e+300"),
        (.double(1e-7), "1e-07"),
        (.double(0.00001), "1e-05"),
        (.double(0.0001), "0.0001"),
        (.double(0.1), "0.1"),
        (.double(-0.0), "0"),
        (.double(100000.5), "100000.5"),
        (.double(9223372036854775807.0), "9223372036854776000"),
        (.double(9007199254740993.0), "9007199254740992"),
        (.double(18446744073709551615.0), "1.8446744073709552e+19"),
        (.double(18446744073709551616.0), "1.8446744073709552e+19"),
        (.double(-1.0), "-1"),
        (.double(1.0), "1"),
        (.double(3.14159265358979), "3.14159265358979"),
        (.int(.max), "9223372036854775807"),
        (.int(.min), "-9223372036854775808"),
        (.int(0), "0"),
        (.double(.infinity), ".inf"),
        (.double(-.infinity), "-.inf"),
        (.double(.nan), ".nan"),
    ]
}
