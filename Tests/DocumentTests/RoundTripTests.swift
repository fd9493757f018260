import Basics
import Document
import Testing

/// Random trees, written and read again: the same tree. A failing seed can be run alone.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<40)
    func keepsTheTree(_ seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        for _ in 0..<25 {
            let value = generator.value(depth: 0)
            #expect(try JSON.parse(JSON.write(value)) == value)
            #expect(try JSON.parse(JSON.text(value, indent: 2)) == value)
            let yaml = YAML.write(value)
            #expect(try YAML.parse(yaml) == value, "\(yaml)")
            #expect(YAML.write(try YAML.parse(yaml)) == yaml)
        }
    }

    @Test(arguments: 0..<20)
    func documentsKeepTheirOrder(_ seed: UInt64) throws {
        var generator = TreeGenerator(seed: seed)
        let values = (0..<8).map { _ in Value.mapping(["key": generator.value(depth: 1)]) }
        let documents = try YAML.documents(Array(YAML.write(documents: values).utf8), file: "")
        #expect(documents.map(\.value) == values)
    }

    /// Cut or changed anywhere, a text is read or refused; nothing traps.
    @Test(arguments: 0..<20)
    func survivesDamage(_ seed: UInt64) {
        var generator = TreeGenerator(seed: seed)
        let value = generator.value(depth: 0)
        for text in [Array(YAML.write(value).utf8), JSON.write(value)] {
            for _ in 0..<60 {
                var damaged = Array(text.prefix(Int(generator.number(below: UInt64(text.count) + 1))))
                if !damaged.isEmpty, generator.number(below: 2) == 0 {
                    damaged[Int(generator.number(below: UInt64(damaged.count)))] = UInt8(generator.number(below: 256))
                }
                _ = try? YAML.documents(damaged, file: "")
                _ = try? JSON.parse(damaged)
                _ = try? YAML.locate([.key("a")], document: 0, in: damaged)
            }
        }
    }
}

/// Trees with the texts and numbers that are easy to get wrong.
struct TreeGenerator {
    private let random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    mutating func number(below bound: UInt64) -> UInt64 { random.next(below: bound) }

    mutating func value(depth: Int) -> Value {
        switch number(below: depth > 4 ? 10 : 16) {
        case 0: return .null
        case 1: return .bool(number(below: 2) == 0)
        case 2: return .int(Int64(bitPattern: random.next()) >> Int64(number(below: 64)))
        case 3: return .double(Double(Int64(bitPattern: random.next()) >> 12) / 1024 + 0.5)
        case 4...9: return .string(text())
        case 10...12: return .sequence((0..<number(below: 5)).map { _ in value(depth: depth + 1) })
        default: return .mapping(Mapping((0..<number(below: 5)).map { _ in (text(), value(depth: depth + 1)) }))
        }
    }

    private mutating func text() -> String {
        (0..<number(below: 5)).map { _ in Self.pieces[Int(number(below: UInt64(Self.pieces.count)))] }.joined()
    }

    private static let pieces = [
        "yes", "no", "null", "~", "0x1F", "1e3", "1_000", "2001-01-01", "12:30", "- ", ": ", " #", "'", "\"", "\\", "{", "]", "&a", "*a",
        "!", "|", ">", "%", "@", "`", "---", "a", "name", "é", "日本", "😀", "\t", "\n", "\n\n", "\r\n", " ", "  ", "\u{a0}", "\u{2028}",
        "\u{feff}", "\u{1}", "\u{7f}", "\u{85}", "word word word word word ", "long-text-without-any-space-in-it", "=", "0", "9",
    ]
}
