import Basics
import Document
import Testing

/// Keys set and taken away in a text, everything else as it was.
@Suite struct YAMLSetTests {
    private func set(_ value: Value, _ path: [Step], in text: String, document: Int = 0, syntax: YAML.Syntax = .yaml) throws -> String {
        String(
            decoding: try YAML.setting(value, at: path.documentPath, document: document, in: Array(text.utf8), syntax: syntax),
            as: UTF8.self)
    }

    private func remove(_ path: [Step], in text: String, document: Int = 0, syntax: YAML.Syntax = .yaml) throws -> String {
        String(
            decoding: try YAML.removing(path.documentPath, document: document, in: Array(text.utf8), syntax: syntax), as: UTF8.self)
    }

    struct Case: Sendable {
        var before: String
        var path: [Step]
        var value: Value
        var after: String

        init(_ before: String, _ path: [Step], _ value: Value, _ after: String) {
            (self.before, self.path, self.value, self.after) = (before, path, value, after)
        }
    }

    static let replaced: [Case] = [
        Case("a: old # c\nb: 1\n", ["a"], "new", "a: new # c\nb: 1\n"),
        Case("a: 'old'\n", ["a"], "it's", "a: 'it''s'\n"),
        Case("a: \"old\"", ["a"], "new", "a: \"new\""),
        Case("a: old\n", ["a"], "true", "a: \"true\"\n"),
        Case("a: true\n", ["a"], "true", "a: \"true\"\n"),
        Case("a: 1.25\n", ["a"], "1.30", "a: \"1.30\"\n"),
        Case("a: v1\n", ["a"], "012", "a: \"012\"\n"),
        Case("a:\n", ["a"], "x", "a: \"x\"\n"),
        Case("a: ~\nb: 1\n", ["a"], "x", "a: \"x\"\nb: 1\n"),
        Case("a: 3 # c\n", ["a"], 4, "a: 4 # c\n"),
        Case("a: [x, {b: c}]\n", ["a", 1, "b"], "d, e", "a: [x, {b: \"d, e\"}]\n"),
        Case("a: |\n  one\n\n# c\nb: 1\n", ["a"], "two\n", "a: |\n  two\n\n# c\nb: 1\n"),
        Case("a: !!str 5\n", ["a"], "6", "a: !!str \"6\"\n"),
        Case("a: same\n", ["a"], "same", "a: same\n"),
        Case("a: &x one\nb: two\n", ["a"], "three", "a: &x three\nb: two\n"),
    ]

    static let inserted: [Case] = [
        // Block mappings.
        Case("a: 1\n", ["b"], "x", "a: 1\nb: \"x\"\n"),
        Case("a: 1", ["b"], "x", "a: 1\nb: \"x\""),
        Case("a: 1\r\nc:\r\n    d: 2\r\n", ["c", "b"], "x", "a: 1\r\nc:\r\n    d: 2\r\n    b: \"x\"\r\n"),
        Case("a: 1\r\nb: 2", ["c"], "x", "a: 1\r\nb: 2\r\nc: \"x\""),
        Case("a:\n  b: 1 # one\n  # two\nc: 3\n", ["a", "d"], "true", "a:\n  b: 1 # one\n  d: \"true\"\n  # two\nc: 3\n"),
        Case("a:\n  b: |\n    one\n\n\nc: 3\n", ["a", "d"], "x", "a:\n  b: |\n    one\n  d: \"x\"\n\n\nc: 3\n"),
        Case("a:\n  b: |+\n    one\n\n\nc: 3\n", ["a", "d"], "x", "a:\n  b: |+\n    one\n\n\n  d: \"x\"\nc: 3\n"),
        Case("a:\n  b: |\n    one", ["a", "d"], "x", "a:\n  d: \"x\"\n  b: |\n    one"),
        Case("a:\n  b: one\n    two\n", ["a", "d"], "x", "a:\n  b: one\n    two\n  d: \"x\"\n"),
        Case("a:\n  b:\n  - 1\n  - c: 2\n", ["a", "d"], "x", "a:\n  b:\n  - 1\n  - c: 2\n  d: \"x\"\n"),
        Case("a:\n- b: 1\n- b: 2\n", ["a", 0, "c"], "x", "a:\n- b: 1\n  c: \"x\"\n- b: 2\n"),
        Case("a:\n  -   b: 1\n", ["a", 0, "c"], "x", "a:\n  -   b: 1\n      c: \"x\"\n"),
        Case("a:\n  b:\n", ["a", "d"], "x", "a:\n  b:\n  d: \"x\"\n"),
        Case("a:\n  b: [1,\n    2]\n", ["a", "d"], "x", "a:\n  b: [1,\n    2]\n  d: \"x\"\n"),
        Case("\u{feff}a: 1\n", ["b"], "ü😀", "\u{feff}a: 1\nb: \"ü\\U0001F600\"\n"),
        Case("a: 1\n...\n", ["b"], "x", "a: 1\nb: \"x\"\n...\n"),
        // What is missing on the way.
        Case("m:\n    n: 1\n", ["m", "a", "k.x/y"], "v", "m:\n    n: 1\n    a:\n        k.x/y: \"v\"\n"),
        Case("m:\n  n: 1\n", ["m", "a", "y"], "v", "m:\n  n: 1\n  a:\n    \"y\": \"v\"\n"),
        Case("m: {n: 1}\n", ["m", "a", "k"], "v", "m: {n: 1, a: {k: \"v\"}}\n"),
        // Empty ones.
        Case("m:\n  a:\n  b: 1\n", ["m", "a", "k"], "v", "m:\n  a:\n    k: \"v\"\n  b: 1\n"),
        Case("m:\n  a: # why\n  b: 1\n", ["m", "a", "k"], "v", "m:\n  a: # why\n    k: \"v\"\n  b: 1\n"),
        Case("m:\n  a: null\n", ["m", "a", "k"], "v", "m:\n  a:\n    k: \"v\"\n"),
        Case("m:\n  a: ~ # why\n", ["m", "a", "k"], "v", "m:\n  a: # why\n    k: \"v\"\n"),
        Case("m:\n    a: {}\n", ["m", "a", "k"], "v", "m:\n    a:\n        k: \"v\"\n"),
        Case("m:\n  a: {} # why", ["m", "a", "k"], "v", "m:\n  a: # why\n    k: \"v\""),
        Case("m: {a: {}, b: 1}\n", ["m", "a", "k"], "v", "m: {a: {k: \"v\"}, b: 1}\n"),
        Case("m: {a: , b: 1}\n", ["m", "a", "k"], "v", "m: {a: {k: \"v\"}, b: 1}\n"),
        Case("m: {}\nn: 1\n", ["m", "k"], "v", "m:\n  k: \"v\"\nn: 1\n"),
        Case("{}\n", ["k"], "v", "{k: \"v\"}\n"),
        Case("", ["a", "k"], "v", "a:\n  k: \"v\"\n"),
        Case("# only this\n", ["a"], "v", "# only this\na: \"v\"\n"),
        Case("# only this", ["a"], "v", "# only this\na: \"v\""),
        Case("---\n# only this\n", ["a"], "v", "---\n# only this\na: \"v\"\n"),
        // Flow mappings.
        Case("{a: 1}", ["b"], "x", "{a: 1, b: \"x\"}"),
        Case("{ a: 1, } # c\n", ["b"], "x", "{ a: 1, b: \"x\", } # c\n"),
        Case("{\"a\": 1}", ["b"], "x", "{\"a\": 1, \"b\": \"x\"}"),
        Case("m: {\n  a: 1, # one\n  b: 2 # two\n}\n", ["m", "c"], "x", "m: {\n  a: 1, # one\n  b: 2, # two\n  c: \"x\"\n}\n"),
        Case("m: {\n  a: 1, # one\n  b: 2, # two\n}\n", ["m", "c"], "x", "m: {\n  a: 1, # one\n  b: 2, # two\n  c: \"x\",\n}\n"),
        Case("m: {\n  a: 1,\n  b: [2\n  ]}\n", ["m", "c"], "x", "m: {\n  a: 1,\n  b: [2\n  ],\n  c: \"x\"}\n"),
        // Merged and shared.
        Case("b: &b {k: 1}\nm:\n  <<: *b\n", ["m", "k"], "x", "b: &b {k: 1}\nm:\n  <<: *b\n  k: \"x\"\n"),
        Case("b: &b\n  k: 1\nm: 2\n", ["b", "l"], "x", "b: &b\n  k: 1\n  l: \"x\"\nm: 2\n"),
        Case("m: &m\nn: 1\n", ["m", "k"], "v", "m: &m\n  k: \"v\"\nn: 1\n"),
    ]

    @Test(arguments: replaced + inserted) func sets(_ test: Case) throws {
        #expect(try set(test.value, test.path, in: test.before) == test.after)
    }

    static let removed: [Case] = [
        Case("a: 1\nb: 2\nc: 3\n", ["b"], nil, "a: 1\nc: 3\n"),
        Case("a: 1\r\nb: 2 # c\r\n", ["b"], nil, "a: 1\r\n"),
        Case("a: 1\nb: 2", ["b"], nil, "a: 1"),
        Case("a: 1\r\nb: 2", ["b"], nil, "a: 1"),
        Case("a: 1\nb: 2", ["a"], nil, "b: 2"),
        Case("# x\na: 1\n# y\nb: 2\n# z\n", ["b"], nil, "# x\na: 1\n# y\n# z\n"),
        Case("a:\n  b: |\n    one\n\n  c: 1\n", ["a", "b"], nil, "a:\n\n  c: 1\n"),
        Case("a:\n  b: |+\n    one\n\n  c: 1\n", ["a", "b"], nil, "a:\n\n  c: 1\n"),
        Case("a:\n  b:\n  - 1\n  # c\n  - 2\n  c: 1\n", ["a", "b"], nil, "a:\n  c: 1\n"),
        Case("- a: 1\n  b: 2\n", [0, "a"], nil, "- b: 2\n"),
        Case("- a: 1 # a\n  # b\n  b: 2\n", [0, "a"], nil, "-\n  # b\n  b: 2\n"),
        Case("a:\n  b: 1\nc: 2\n", ["a", "b"], nil, "a: {}\nc: 2\n"),
        Case("a: # why\n  # one\n  b: 1 # c\nc: 2\n", ["a", "b"], nil, "a: {} # why\n  # one\nc: 2\n"),
        Case("a:\n  b: 1", ["a", "b"], nil, "a: {}"),
        Case("- a: 1\n- b\n", [0, "a"], nil, "- {}\n- b\n"),
        Case("{a: 1, b: 2, c: 3}", ["b"], nil, "{a: 1, c: 3}"),
        Case("{a: 1, b: 2}", ["b"], nil, "{a: 1}"),
        Case("{a: 1, b: 2, }", ["b"], nil, "{a: 1, }"),
        Case("{a: 1}", ["a"], nil, "{}"),
        Case("{\n  a: 1, # one\n  b: 2, # two\n  c: 3 # three\n}", ["b"], nil, "{\n  a: 1, # one\n   # two\n  c: 3 # three\n}"),
        Case("{\n  a: 1, # one\n  b: 2 # two\n}", ["b"], nil, "{\n  a: 1 # one\n   # two\n}"),
        Case("a: 1\nb: &x 2\nc: 3\n", ["b"], nil, "a: 1\nc: 3\n"),
        Case("a: 1\n", ["b"], nil, "a: 1\n"),
        Case("a: 1\n", ["b", "c"], nil, "a: 1\n"),
    ]

    @Test(arguments: removed) func removes(_ test: Case) throws {
        #expect(try remove(test.path, in: test.before) == test.after)
    }

    static let json: [Case] = [
        Case("{\n\t\"a\": {\"b\": \"x\"},\n\t\"c\": \"\\ud83d\\ude00 \\/\"\n}\n", ["a", "b"], "😀\u{7f}", "{\n\t\"a\": {\"b\": \"😀\u{7f}\"},\n\t\"c\": \"\\ud83d\\ude00 \\/\"\n}\n"),
        Case("{\n  \"a\": {\n    \"b\": 1\n  }\n}", ["a", "c", "d"], "x", "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": {\"d\": \"x\"}\n  }\n}"),
        Case("{\"a\":{}}", ["a", "b"], "x", "{\"a\":{\"b\": \"x\"}}"),
        Case("{\"a\":null}", ["a", "b"], "x", "{\"a\":{\"b\": \"x\"}}"),
    ]

    @Test(arguments: json) func setsInJSON(_ test: Case) throws {
        #expect(try set(test.value, test.path, in: test.before, syntax: .json) == test.after)
    }

    @Test func removesInJSON() throws {
        #expect(try remove(["a", "c"], in: "{\"a\": {\n\t\"b\": 1,\n\t\"c\": \"x\"\n}}", syntax: .json) == "{\"a\": {\n\t\"b\": 1\n}}")
        #expect(try remove(["a"], in: "{\"a\": 1, \"c\": 2}", syntax: .json) == "{\"c\": 2}")
    }

    @Test func severalDocuments() throws {
        let text = "a: 1\n---\n# nothing\n---\nm:\n  b: 2\n---\nc: 3\n"
        #expect(try set("x", ["m", "k"], in: text, document: 2) == "a: 1\n---\n# nothing\n---\nm:\n  b: 2\n  k: \"x\"\n---\nc: 3\n")
        #expect(try set("x", ["k"], in: text, document: 0) == "a: 1\nk: \"x\"\n---\n# nothing\n---\nm:\n  b: 2\n---\nc: 3\n")
    }

    static let refused: [(String, [Step], String)] = [
        ("a: &x {k: 1}\nb: *x\n", ["b", "k"], "\"b.k\" stands in what the anchor \"&x\" holds, and other places have it too through \"*x\""),
        ("a: &x {k: 1}\nb: *x\n", ["b", "l"], "through \"*x\""),
        ("a: &x one\nb: *x\n", ["a"], "cannot be changed without changing something else"),
        ("a: one\n", ["a", "b"], "what it stands in is no mapping"),
        ("a: [1]\n", ["a", 3], "no mapping"),
        ("a: {b: 1}\n", ["a"], "cannot be changed"),
    ]

    @Test(arguments: refused) func refuses(_ text: String, _ path: [Step], _ says: String) throws {
        let error = try #require(throws: DocumentError.self) { try set("v", path, in: text) }
        guard case .notEditable(let reason) = error.problem else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains(says) && error.position != nil, "\(error)")
    }

    // MARK: random documents

    /// On texts of every style: what is read afterwards is what was meant, and the lines that changed are few and together.
    @Test(arguments: 0..<60) func whateverTheText(_ seed: Int) throws {
        var writer = RandomText(seed: UInt64(seed) &* 7919 &+ 1)
        for _ in 0..<25 {
            let text = writer.text()
            let bytes = Array(text.utf8)
            let before = try YAML.parse(bytes, file: "")
            let (path, value) = writer.change(of: before)
            let after: [UInt8]
            do {
                after =
                    if let value { try YAML.setting(value, at: path, document: 0, in: bytes) } else {
                        try YAML.removing(path, document: 0, in: bytes)
                    }
            } catch {
                Issue.record("\(error)\n\(path) = \(value.map { JSON.text($0) } ?? "-")\n\(text)")
                continue
            }
            var intended = before
            intended.put(value, at: path.steps[...])
            let edited = String(decoding: after, as: UTF8.self)
            #expect(try YAML.parse(after, file: "") == intended, "\(path)\n\(text)\n→\n\(edited)")
            let old = lines(text), new = lines(edited)
            let same = zip(old, new).prefix { $0 == $1 }.count
            let sameEnd = zip(old.dropFirst(same).reversed(), new.dropFirst(same).reversed()).prefix { $0 == $1 }.count
            let gone = Set(old[same..<(old.count - sameEnd)])
            let come = new[same..<(new.count - sameEnd)].filter { !gone.contains($0) }
            // A value that goes may have lines, and one that comes may need mappings around it.
            #expect(value == nil || gone.count <= 5, "\(path)\n\(text)\n→\n\(edited)")
            #expect(come.count <= (value == nil ? 1 : 5), "\(path): \(come)\n\(text)\n→\n\(edited)")
            #expect(text.contains("\r\n") == edited.contains("\r\n") || new.count < 2, "\(text)\n→\n\(edited)")
        }
    }

    private func lines(_ text: String) -> [String] {
        text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String($0) ?? "" }
    }
}

extension Value {
    /// What an edit is meant to do, written without looking at how it is done.
    fileprivate mutating func put(_ value: Value?, at path: ArraySlice<DocumentPath.Step>) {
        guard let step = path.first else { return }
        switch step {
        case .key(let key):
            var inner = self[key] ?? .null
            if path.count == 1 { self[key] = value } else {
                inner.put(value, at: path.dropFirst())
                self[key] = inner
            }
        case .index(let index):
            guard case .sequence(var items) = self else { return }
            items[index].put(value, at: path.dropFirst())
            self = .sequence(items)
        }
    }
}

/// Makes texts as people write them, and worse.
private struct RandomText {
    let random: RandomSource
    var lineBreak = "\n"
    var unit = 2

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    private func below(_ limit: Int) -> Int { Int(truncatingIfNeeded: random.next() % UInt64(limit)) }
    private func chance(_ share: Int) -> Bool { below(100) < share }
    private func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

    mutating func text() -> String {
        lineBreak = chance(25) ? "\r\n" : "\n"
        unit = pick([2, 2, 4, 3])
        var lines: [String] = []
        if chance(15) { lines.append("# head") }
        if chance(15) { lines.append("---") }
        lines += mapping(indent: 0, depth: 0)
        var text = lines.joined(separator: lineBreak)
        // A block that keeps its last breaks needs one.
        if chance(80) || lines.last?.isEmpty ?? true { text += lineBreak }
        return text
    }

    private func comment() -> String { chance(15) ? pick([" # c", " # {\"$imagepolicy\": \"a:b\"}", "  # ü: x"]) : "" }

    private func mapping(indent: Int, depth: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        for index in 0..<(1 + below(4)) {
            if chance(8) { lines.append("") }
            if chance(12) { lines.append(margin + "# about \(index)") }
            let name = pick(["k", "name", "martlet.dev/tag.web", "'q'", "\"d q\"", "ü"])
            let key = name.hasPrefix("'") ? "'q\(index)'" : name.hasPrefix("\"") ? "\"d q\(index)\"" : "\(name)\(index)"
            lines += entry(margin + key + ":", indent: indent, depth: depth)
        }
        return lines
    }

    private func entry(_ head: String, indent: Int, depth: Int) -> [String] {
        let inner = indent + unit
        let margin = String(repeating: " ", count: inner)
        switch depth < 3 ? below(10) : 2 + below(6) {
        case 0, 1: return [head + comment()] + mapping(indent: inner, depth: depth + 1)
        case 2: return [head + " " + flow(depth: 0) + comment()]
        case 3:
            let style = pick(["|", "|-", "|+", ">", ">-", "|2"].filter { $0 != "|2" || unit == 2 })
            return [head + " " + style + comment(), margin + "one", margin + "two: # x"] + (chance(40) ? [""] : [])
        case 4: return [head + " first", margin + "second" + comment()]
        case 5: return [head + pick(["", " ~", " null", " {}", " []"]) + comment()]
        case 6: return [head + " &a\(below(1000)) x" + comment()]
        case 8: return [head + comment()] + sequence(indent: chance(50) ? inner : indent, depth: depth + 1)
        default: return [head + " " + scalar(inFlow: false) + comment()]
        }
    }

    private func sequence(indent: Int, depth: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        for _ in 0..<(1 + below(3)) {
            if chance(40) {
                var inner = mapping(indent: indent + 2, depth: depth + 1)
                // A comment or a blank line would come before the dash.
                while inner.first.map({ $0.isEmpty || $0.contains("# about") }) ?? false { inner.removeFirst() }
                if let first = inner.first { inner[0] = margin + "- " + first.drop { $0 == " " } }
                lines += inner
            } else {
                lines.append(margin + "- " + scalar(inFlow: false) + comment())
            }
        }
        return lines
    }

    private func flow(depth: Int) -> String {
        guard depth < 2, chance(70) else { return scalar(inFlow: true) }
        let space = chance(30) ? " " : ""
        if chance(30) { return "[\(space)" + (0..<(1 + below(3))).map { _ in flow(depth: depth + 1) }.joined(separator: ", ") + "\(space)]" }
        let entries = (0..<below(4)).map { "f\($0): " + flow(depth: depth + 1) }
        return "{\(space)" + entries.joined(separator: ", ") + (entries.isEmpty ? "" : pick(["", "", ","])) + "\(space)}"
    }

    private func scalar(inFlow: Bool) -> String {
        pick(["text", "1", "1.10", "'it''s'", "\"a\\tb\"", "nginx:1.2", "true", "\"\"", "größe", "\"😀\"", "'# no'", "x#y"])
    }

    /// Somewhere in a document: another text, a key more, a key less.
    func change(of value: Value) -> (DocumentPath, Value?) {
        var way: [DocumentPath.Step] = []
        var current = value
        for _ in 0..<8 {
            if case .sequence(let items) = current, !items.isEmpty {
                let index = below(items.count)
                // An item as a whole is not what these edits are for.
                guard case .mapping = items[index] else { break }
                way.append(.index(index))
                current = items[index]
                continue
            }
            guard case .mapping(let mapping) = current, !mapping.isEmpty else { break }
            if chance(25) { break }
            let entry = pick(mapping.entries)
            if case .sequence(let items) = entry.value, !items.contains(where: { $0.mapping != nil }) { break }
            way.append(.key(entry.key))
            current = entry.value
        }
        let texts: [Value] = ["new", "1.10", "true", "a: b # c", "", "it's", 7, false]
        // Only a sequence whose chosen item is none of these is left in the middle.
        while case .sequence = value[DocumentPath(way)] ?? .null { way.removeLast() }
        if case .mapping(let mapping)? = value[DocumentPath(way)] {
            if chance(40), let entry = mapping.entries.isEmpty ? nil : pick(mapping.entries) {
                return (DocumentPath(way + [.key(entry.key)]), Value?.none)
            }
            let more: [DocumentPath.Step] = chance(30) ? [.key("n.x/y"), .key("deep")] : [.key("n.x/y")]
            return (DocumentPath(way + more), pick(texts))
        }
        guard !way.isEmpty else { return ([.key("new")], "x") }
        if value[DocumentPath(way)]?.isNull ?? false, chance(50) { return (DocumentPath(way + [.key("n")]), pick(texts)) }
        return (DocumentPath(way), chance(60) ? pick(texts) : Value?.none)
    }
}
