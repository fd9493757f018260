import Document
import Testing

@Suite struct YAMLReaderTests {
    @Test func readsDocuments() throws {
        let text = """
            # only a comment
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, labels: {x: "1"}}
            data:
              list:
              - 1
              - two
              - [3, 4.5]
            ---
            # nothing
            ---
            second: ~
            ...
            """
        let documents = try YAML.documents(Array(text.utf8), file: "a.yaml")
        #expect(documents.map(\.index) == [0, 2])
        #expect(
            documents.map(\.value) == [
                [
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "labels": ["x": "1"]],
                    "data": ["list": [1, "two", [3, 4.5]]],
                ],
                ["second": nil],
            ])
        #expect(documents.map(\.range.start.line) == [3, 14])
    }

    @Test(arguments: ["", "\n\n", "# comment", "---", "---\n...\n", "\u{feff}"])
    func nothing(_ text: String) throws {
        #expect(try YAML.parse(text) == .null)
        #expect(try YAML.documents(Array(text.utf8), file: "").isEmpty)
    }

    @Test(arguments: [
        "a: 1\r\nb:\r\n- x\r\n", "\u{feff}a: 1\nb:\n- x\n", "---\na: 1\nb: [x]\n...\n", "%YAML 1.1\n---\na: 1\nb:\n  - x\n",
        "a: 1 # comment\n\nb: # comment\n# comment\n- x", "{\"a\": 1, \"b\": [\"x\"]}", "a:\t1\nb: [x]\t\n",
    ])
    func sameMapping(_ text: String) throws {
        #expect(try YAML.parse(text) == ["a": 1, "b": ["x"]])
    }

    @Test func manyDocumentsOrOne() throws {
        let text = "a: 1\n---\nb: 2\n"
        #expect(throws: DocumentError.self) { try YAML.parse(text) }
        #expect(try YAML.parse(text, options: .values) == ["a": 1])
        // As sigs.k8s.io/yaml, which does not look behind the first document.
        #expect(try YAML.parse("a: 1\n---\nb: [\n", options: .values) == ["a": 1])
    }

    @Test func anchorsAndMerges() throws {
        let text = """
            base: &base {a: 1, b: 2}
            other: &other {b: 3, c: 4}
            one:
              <<: *base
              b: 5
            two:
              b: 5
              <<: [*base, *other]
            three:
              "<<": x
            list: &list [x]
            again: *list
            key: &key name
            *key : value
            """
        let value = try YAML.parse(text)
        #expect(value["one"] == ["a": 1, "b": 5])
        // In the order they stand, as Helm and kubectl have it; of a list the first wins.
        #expect(value["two"] == ["a": 1, "b": 2, "c": 4])
        #expect(value["three"] == ["<<": "x"])
        #expect(value["again"] == ["x"])
        #expect(value["name"] == "value")
        #expect(value["two"]?.mapping?.keys.map { $0 } == ["b", "c", "a"])
    }

    @Test func anchorsEndWithTheirDocument() {
        #expect(throws: DocumentError.self) { try YAML.documents(Array("a: &x 1\n---\nb: *x\n".utf8), file: "") }
    }

    @Test func duplicateKeys() throws {
        let text = "a: 1\nb:\n  c: 1\n  d: 2\n  \"c\": 3\n"
        #expect(try YAML.parse(text, options: .values) == ["a": 1, "b": ["c": 3, "d": 2]])
        let error = #expect(throws: DocumentError.self) { try YAML.parse(text, file: "apps/x.yaml") }
        #expect(error?.problem == .duplicateKey("c"))
        #expect(error?.description == "apps/x.yaml:5:3: duplicate key \"c\"")
        // Many keys take another way through the check.
        let many = (0..<200).map { "key-\($0): \($0)\n" }.joined()
        #expect(try YAML.parse(many).mapping?.count == 200)
        let late = #expect(throws: DocumentError.self) { try YAML.parse(many + "ключ: 1\nkey-7: again\n") }
        #expect(late?.position == SourcePosition(line: 202, column: 1, offset: many.utf8.count + 12))
    }

    @Test func positionsCountBytes() throws {
        let text = "ключ: значение\r\n---\r\n\r\nb: 😀\r\n"
        let documents = try YAML.documents(Array(text.utf8), file: "")
        #expect(documents[1].range.start == SourcePosition(line: 4, column: 1, offset: text.utf8.count - 9))
        #expect(documents[1].range.bytes == (text.utf8.count - 9)..<(text.utf8.count - 2))
    }
}
