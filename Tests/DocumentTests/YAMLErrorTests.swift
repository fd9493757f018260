import Document
import Testing

@Suite struct YAMLErrorTests {
    @Test(arguments: [
        ("a: \"open\nb: 1\n", "f.yaml:3:1: a quoted text is not closed (the one that begins on line 1), expected the closing quote"),
        ("a: 'open\n---\nb: 1\n", "f.yaml:2:1: a new document begins inside a quoted text (the one that begins on line 1), expected the closing quote"),
        ("a: [1, 2\nb: 3\n", "f.yaml:2:2: the sequence in brackets is not closed or lacks a comma (the one that begins on line 1), expected \",\" or \"]\""),
        ("a: {x: 1\n", "f.yaml:2:1: the mapping in braces is not closed or lacks a comma (the one that begins on line 1), expected \",\" or \"}\""),
        ("a:\n\t- x\n", "f.yaml:2:1: a tab is not allowed here, expected spaces"),
        ("a: @x\n", "f.yaml:1:4: \"@\" cannot begin a value, expected quotes around a text that begins with it"),
        ("a: 1\n b: 2\n", "f.yaml:2:3: \": \" is not allowed here, expected quotes around a text with \": \" in it, or the key on a line of its own"),
        ("a: b: c\n", "f.yaml:1:5: \": \" is not allowed here, expected quotes around a text with \": \" in it, or the key on a line of its own"),
        ("a:\n  b: 1\n c: 2\n", "f.yaml:3:2: this line does not fit the mapping around it (the one that begins on line 1), expected a key at the mapping's own indentation"),
        ("- a\nb: 1\n", "f.yaml:2:1: this line does not fit the sequence around it (the one that begins on line 1), expected \"- \" at the sequence's own indentation"),
        ("key\nb: 1\n", "f.yaml:2:2: \": \" is not allowed here, expected quotes around a text with \": \" in it, or the key on a line of its own"),
        ("a: 1\nb\n", "f.yaml:3:1: a key without a value (the one that begins on line 2), expected \":\" behind the key"),
        ("a: *x\n", "f.yaml:1:4: alias \"*x\" has no anchor"),
        ("a: &x [*x]\n", "f.yaml:1:8: alias \"*x\" stands inside the value it names"),
        ("a:\n  <<: 1\n", "f.yaml:2:7: \"<<\" merges something that is not a mapping, expected a mapping or a sequence of mappings"),
        ("a: \"\\q\"\n", "f.yaml:1:5: an escape that double quotes do not know, expected \"\\\\\" for a backslash, or single quotes around the text"),
        ("a: 1\n---\nb: 2\n", "f.yaml:3:1: a second document begins here, expected one document"),
        ("a: .inf\n", "f.yaml:1:4: .inf is no number that JSON can hold, expected quotes around it if it is a text"),
        ("~: 1\n", "f.yaml:1:1: null cannot be a key, expected a text, in quotes if it is \"~\", \"null\" or empty"),
        ("a: \u{1}\n", "f.yaml:1:4: the control character U+0001 is not allowed in YAML"),
    ])
    func says(_ text: String, _ expected: String) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(Array(text.utf8), file: "f.yaml") }
        #expect(error?.description == expected)
    }

    @Test(arguments: [
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], [0xff, 0xfe, 0x61, 0x00], Array("a: b\nc: ".utf8) + [0xc3, 0x28, 0x0a],
        Array("a: ".utf8) + [0x00], Array("a: ".utf8) + [0xed, 0xa0, 0x80], [0x1f, 0x8b, 0x08, 0x00, 0x00],
    ] as [[UInt8]])
    func binaryFile(_ bytes: [UInt8]) {
        let error = #expect(throws: DocumentError.self) { try YAML.documents(bytes, file: "image.yaml") }
        #expect(error?.problem == .notText)
        #expect(error?.file == "image.yaml")
    }

    @Test func tooLarge() throws {
        let text = [UInt8](repeating: UInt8(ascii: "\n"), count: 5 << 20)
        #expect(try YAML.parse(text, file: "") == .null)
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text + [0x0a], file: "big.yaml") }
        #expect(error?.description == "big.yaml: over the limit: file size in bytes 5242880; make it smaller or divide it")
        #expect(try YAML.parse(text + [0x0a], file: "", options: .cluster) == .null)
    }

    @Test(arguments: [
        (String(repeating: "[", count: 100_000), 1001), (String(repeating: "{a: ", count: 100_000), 4001),
        (String(repeating: "- ", count: 100_000), 2001),
    ])
    func tooDeep(_ text: String, _ column: Int) {
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text, file: "deep.yaml") }
        #expect(error?.problem == .limit("nesting depth", 1000))
        #expect(error?.position?.column == column)
    }

    @Test func aliasBombs() {
        var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        var empty = "a0: &a0 []\n"
        var merged = "a0: &a0 {k: v}\n"
        for level in 1...40 {
            let list = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            laughs += "a\(level): &a\(level) [\(list)]\n"
            empty += "a\(level): &a\(level) [\(list)]\n"
            merged += "a\(level): &a\(level) {x: *a\(level - 1), y: *a\(level - 1), <<: *a\(level - 1)}\n"
        }
        for text in [laughs, empty, merged] {
            let start = ContinuousClock.now
            let error = #expect(throws: DocumentError.self) { try YAML.parse(text) }
            #expect(error?.problem == .limit("bytes that aliases expand to", 10 << 20))
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    /// Deep trees are read, compared, hashed and freed on the small stacks that
    /// threads of C libraries have.
    @Test func deepOnASmallStack() async {
        let survives = await onSmallStack {
            let depth = 1000
            let yaml = String(repeating: "{a: ", count: depth) + "1" + String(repeating: "}", count: depth)
            let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            guard let one = try? YAML.parse(yaml), let two = try? YAML.parse(yaml), let three = try? JSON.parse(json) else { return false }
            return one == two && Set([one, two, three]).count == 2 && YAML.write(one).count > depth
                && (try? JSON.parse(JSON.write(three))) == three
        }
        #expect(survives)
    }
}
