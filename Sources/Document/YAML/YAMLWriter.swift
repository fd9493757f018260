/// Prints block style as go-yaml v2's emitter does.
///
/// The emitter decides line breaks from what it wrote last: whether that was a
/// space (`whitespace`), whether the line holds nothing but indentation and
/// indicators so far (`indention`), and the column in characters.
struct YAMLWriter {
    /// The column behind which text is folded.
    let width: Int
    /// As yaml.v3: sequences stand deeper than their key, text is not folded, floats keep their exponent.
    let isPretty: Bool
    /// Whether a text has a character that YAML may not hold, not even in JSON's quotes.
    var hasForbidden = false
    /// Whether a text has U+0085, a line break to a reader of YAML inside JSON's quotes too.
    var hasNextLine = false

    var output: [UInt8] = []
    var column = 0
    /// -1 outside of everything.
    var indent = -1
    private var whitespace = true
    private var indention = true

    init(isPretty: Bool = false) {
        self.isPretty = isPretty
        width = isPretty ? .max : 80
    }

    /// A collection being written; a stack of its own, so that depth costs heap only.
    private enum Frame {
        case sequence(ArraySlice<Value>, outerIndent: Int)
        case mapping(ArraySlice<Mapping.Entry>, outerIndent: Int)
    }

    /// What a node stands in: a sequence under a key is not indented further.
    private enum Context {
        case root, item, value
    }

    mutating func write(_ value: Value) {
        var frames: [Frame] = []
        node(value, .root, &frames)
        while let frame = frames.popLast() {
            switch frame {
            case .sequence(var items, let outer):
                guard let item = items.popFirst() else {
                    indent = outer
                    continue
                }
                frames.append(.sequence(items, outerIndent: outer))
                startLine()
                indicator("-", needsSpace: true, isIndention: true)
                node(item, .item, &frames)
            case .mapping(var entries, let outer):
                guard let entry = entries.popFirst() else {
                    indent = outer
                    continue
                }
                frames.append(.mapping(entries, outerIndent: outer))
                startLine()
                key(entry.key)
                node(entry.value, .value, &frames)
            }
        }
        indent = -1
        startLine()
    }

    private mutating func node(_ value: Value, _ context: Context, _ frames: inout [Frame]) {
        switch value {
        case .null: word("null")
        case .bool(let flag): word(flag ? "true" : "false")
        case .int(let number): word(String(number))
        case .double(let number): word(isPretty ? GoNumber.general(number) : Self.number(number))
        case .string(let text): string(text, isSimpleKey: false)
        case .sequence(let items):
            if items.isEmpty { return indicator("[]", needsSpace: true, isIndention: false) }
            frames.append(.sequence(items[...], outerIndent: indent))
            increaseIndent(isIndentless: context == .value && !indention && !isPretty)
        case .mapping(let mapping):
            if mapping.isEmpty { return indicator("{}", needsSpace: true, isIndention: false) }
            frames.append(.mapping(mapping.entries.sorted { KeyOrder.precedes($0.key, $1.key) }[...], outerIndent: indent))
            increaseIndent(isIndentless: false)
        }
    }

    private mutating func increaseIndent(isIndentless: Bool) {
        if indent < 0 { indent = 0 } else if !isIndentless { indent &+= 2 }
    }

    /// A number goes through JSON on its way (sigs.k8s.io/yaml), so a whole one
    /// that fits 64 bits is printed as an integer.
    private static func number(_ value: Double) -> String {
        let json = GoNumber.json(value)
        guard value.isFinite else { return GoNumber.general(value) }
        if let whole = Int64(json) { return String(whole) }
        if let whole = UInt64(json) { return String(whole) }
        return GoNumber.general(value)
    }

    // MARK: keys and scalars

    /// Keys of several lines or over 128 bytes take the form with `?`.
    private mutating func key(_ key: String) {
        var key = key
        let isSimple = key.withUTF8 { $0.count <= 128 && !ScalarShape(of: $0).hasBreaks }
        if isSimple {
            string(key, isSimpleKey: true)
            indicator(":", needsSpace: false, isIndention: false)
        } else {
            indicator("?", needsSpace: true, isIndention: true)
            string(key, isSimpleKey: false)
            startLine()
            indicator(":", needsSpace: true, isIndention: true)
        }
    }

    private mutating func word(_ text: String) {
        separate()
        output.append(contentsOf: text.utf8)
        column &+= text.utf8.count
        endScalar()
    }

    private mutating func string(_ text: String, isSimpleKey: Bool) {
        let outer = indent
        // The lines behind the first of a scalar stand two deeper, also at the root.
        indent = indent < 0 ? 2 : indent &+ 2
        var text = text
        text.withUTF8 { bytes in
            let shape = ScalarShape(of: bytes)
            switch shape.style(of: bytes, isSimpleKey: isSimpleKey, allowsTabs: isPretty) {
            case .plain: plain(bytes, mayFold: !isSimpleKey)
            case .singleQuoted: singleQuoted(bytes, mayFold: !isSimpleKey)
            case .doubleQuoted: doubleQuoted(bytes, mayFold: !isSimpleKey)
            case .literal, .folded: literal(bytes)
            }
        }
        indent = outer
    }

    // MARK: what the scalar styles share

    /// A new line at the current indentation, unless already there.
    mutating func startLine() {
        let target = max(indent, 0)
        if !indention || column > target || (column == target && !whitespace) { lineBreak() }
        if column < target {
            output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: target &- column))
            column = target
        }
        whitespace = true
        indention = true
    }

    mutating func lineBreak() {
        output.append(0x0a)
        column = 0
    }

    mutating func separate() {
        if !whitespace { put(UInt8(ascii: " ")) }
    }

    mutating func put(_ byte: UInt8) {
        output.append(byte)
        column &+= 1
    }

    mutating func indicator(_ text: StaticString, needsSpace: Bool, isIndention: Bool) {
        if needsSpace { separate() }
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        column &+= text.utf8CodeUnitCount
        whitespace = false
        indention = indention && isIndention
    }

    mutating func endScalar() {
        whitespace = false
        indention = false
    }

    mutating func beginBlockLines() {
        lineBreak()
        whitespace = true
        indention = true
    }

    /// Inside a scalar: whether the line holds only indentation so far.
    mutating func noteIndention(_ value: Bool) { indention = value }
}
