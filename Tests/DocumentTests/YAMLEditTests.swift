import Document
import Testing

@Suite struct YAMLEditTests {
    static let text = """
        # Größe: "front-end" 😀\r
        apiVersion: apps/v1\r
        ---\r
        "kind": Deployment # a comment\r
        metadata: {name: 'shop', labels: [a, "b"]}\r
        spec:\r
          template:\r
            containers:\r
            - image: nginx:1.2 # {"martlet": "policy"}\r
              name: größe\r
            - name: second\r
              image: &img "redis:6"\r
              copy: *img\r
          replicas: 3\r
          empty:\r
          text: |\r
            one\r
            two\r
          folded: >-\r
            one\r
            two\r
        """

    @Test(arguments: [
        (["kind"], "Deployment", .plain, 4, "\"kind\""),
        (["metadata", "name"], "'shop'", .singleQuoted, 5, "name"),
        (["metadata"], "{name: 'shop', labels: [a, \"b\"]}", nil, 5, "metadata"),
        (["metadata", "labels", 1], "\"b\"", .doubleQuoted, 5, nil),
        (["spec", "template", "containers", 0, "image"], "nginx:1.2", .plain, 9, "image"),
        (["spec", "template", "containers", 0, "name"], "größe", .plain, 10, "name"),
        (["spec", "template", "containers", 0], "image: nginx:1.2 # {\"martlet\": \"policy\"}\r\n      name: größe", nil, 9, nil),
        (["spec", "template", "containers", 1, "image"], "\"redis:6\"", .doubleQuoted, 12, "image"),
        (["spec", "replicas"], "3", .plain, 14, "replicas"),
        (["spec", "empty"], "", .plain, 15, "empty"),
    ] as [([Step], String, ScalarStyle?, Int, String?)])
    func locates(_ path: [Step], _ source: String, _ style: ScalarStyle?, _ line: Int, _ key: String?) throws {
        let bytes = Array(Self.text.utf8)
        let node = try #require(try YAML.locate(path.documentPath, document: 1, in: bytes))
        #expect(String(decoding: bytes[node.value.bytes], as: UTF8.self) == source)
        #expect(node.style == style)
        #expect(node.value.start.line == line)
        #expect(node.key.map { String(decoding: bytes[$0.bytes], as: UTF8.self) } == key)
        #expect(node.sharing == nil)
    }

    @Test func findsThroughAliasesAndMerges() throws {
        let bytes = Array("base: &b\n  x: 1\n  w: 2\nuse:\n  w: 3\n  <<: *b\n  z: *b\nlate: {<<: [{q: 1}, {q: 2}]}\n".utf8)
        let merged = try #require(try YAML.locate(["use", "w"].documentPath, document: 0, in: bytes))
        #expect((merged.text, merged.value.start.line, merged.sharing) == ("2", 3, .merge))
        let alias = try #require(try YAML.locate(["use", "z", "x"].documentPath, document: 0, in: bytes))
        #expect((alias.text, alias.value.start.line, alias.sharing) == ("1", 2, .alias("b")))
        #expect(try YAML.locate(["late", "q"].documentPath, document: 0, in: bytes)?.text == "1")
        #expect(try YAML.locate(["use", "nothing"].documentPath, document: 0, in: bytes) == nil)
        #expect(try YAML.locate(["base"].documentPath, document: 1, in: bytes) == nil)
        #expect(YAML.line(of: ["use", "nothing", "below"].documentPath, document: 0, in: bytes) == 4)
    }

    @Test(arguments: [
        (["kind"], "StatefulSet", "StatefulSet"), (["kind"], "true", "\"true\""), (["kind"], "a: b", "\"a: b\""), (["kind"], "", "\"\""),
        (["kind"], "a\nb", "\"a\\nb\""), (["metadata", "name"], "it's", "'it''s'"), (["metadata", "name"], "a\tb", "\"a\\tb\""),
        (["metadata", "name"], "1.0", "'1.0'"), (["metadata", "labels", 0], "x, y", "\"x, y\""), (["metadata", "labels", 0], "x", "x"),
        (["metadata", "labels", 1], "q\"\\", "\"q\\\"\\\\\""),
        (["spec", "template", "containers", 0, "image"], "nginx:1.10@sha256:ab", "nginx:1.10@sha256:ab"),
        (["spec", "template", "containers", 0, "name"], "😀", "\"\\U0001F600\""),
        (["spec", "template", "containers", 1, "image"], "redis:7", "\"redis:7\""),
        (["spec", "template", "containers", 1, "copy"], "redis:7", "\"redis:7\""),
        (["spec", "replicas"], "5", "5"), (["spec", "replicas"], "five", "\"five\""), (["spec", "empty"], "full", " full"),
        (["spec", "text"], "three\n\nfour\n", "|\r\n    three\r\n\r\n    four\r\n"), (["spec", "text"], "three", "|-\r\n    three\r\n"),
        (["spec", "folded"], "three", ">-\r\n    three\r\n"), (["spec", "folded"], "a\nb\n\n", "|+\r\n    a\r\n    b\r\n\r\n"),
    ] as [([Step], String, String)])
    func replaces(_ path: [Step], _ new: String, _ written: String) throws {
        let bytes = Array((Self.text + "\n").utf8)
        let node = try #require(try YAML.locate(path.documentPath, document: 1, in: bytes))
        let edited = try YAML.replacingScalar(at: path.documentPath, document: 1, in: bytes, with: new)
        let expected = Array(bytes[..<node.value.bytes.lowerBound]) + Array(written.utf8) + Array(bytes[node.value.bytes.upperBound...])
        #expect(String(decoding: edited, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
    }

    @Test func blockKeepsWhatFollows() throws {
        let bytes = Array("a: |\n  x\n\n# c\nb: >\n  y".utf8)
        func edited(_ key: String, _ text: String) throws -> String {
            String(decoding: try YAML.replacingScalar(at: [.key(key)], document: 0, in: bytes, with: text), as: UTF8.self)
        }
        #expect(try edited("a", "one\ntwo\n") == "a: |\n  one\n  two\n\n# c\nb: >\n  y")
        #expect(try edited("a", "one") == "a: |-\n  one\n\n# c\nb: >\n  y")
        #expect(try edited("a", " one") == "a: \" one\"\n\n# c\nb: >\n  y")
        #expect(try edited("b", "one\n") == "a: |\n  x\n\n# c\nb: >\n  one\n")
        #expect(try edited("b", "one") == "a: |\n  x\n\n# c\nb: >-\n  one")
    }

    @Test(arguments: [(["spec"], "\"spec\" is a mapping or a sequence"), (["nowhere"], "there is no \"nowhere\"")] as [([Step], String)])
    func refuses(_ path: [Step], _ reason: String) {
        let error = #expect(throws: DocumentError.self) {
            try YAML.replacingScalar(at: path.documentPath, document: 1, in: Array(Self.text.utf8), with: "x")
        }
        #expect(error?.problem == .notEditable(reason))
    }
}

/// Steps of a path as literals.
enum Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, Sendable {
    case step(DocumentPath.Step)

    init(stringLiteral value: String) { self = .step(.key(value)) }
    init(integerLiteral value: Int) { self = .step(.index(value)) }
}

extension [Step] {
    var documentPath: DocumentPath { DocumentPath(map { step in switch step { case .step(let inner): inner } }) }
}
