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
            list: &list [x]
            again: *list
            """
        let value = try YAML.parse(text)
        #expect(value["one"] == ["a": 1, "b": 5])
        #expect(value["two"] == ["a": 1, "b": 2, "c": 4])
        #expect(value["again"] == ["x"])
    }
}
