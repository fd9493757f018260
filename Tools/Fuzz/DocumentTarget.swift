import Document
import HelmAnswers

/// YAML and JSON, read and written: what is written reads as what was written.
enum DocumentTarget: FuzzTarget {
    static let name = "document"
    static let tokens = [
        "---\n", "...\n", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!!str ", "!!int ", "!!float ", "!!binary ", "!!map ", "!x ", "|\n", "|-\n",
        "|+\n", "|2\n", ">\n", ">-\n", "{", "}", "[", "]", ", ", "\"", "'", "''", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\x41", "#", " #", "%YAML 1.1\n",
        "~", "null", "true", "yes", "off", "0x1f", "0o17", "017", "0b1", "1_000", "1e3", ".5", ".inf", "-.inf", ".nan", "1:30", "2001-01-01", "=",
        "9223372036854775808", "-9223372036854775808", "1.7976931348623157e308", "\t", "\r\n", "\u{feff}", "\u{85}", "\u{2028}", "\u{a0}", "\u{7f}",
    ]

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        let texts = [JSON.text(entry.values), YAML.write(entry.values), entry.output ?? ""] + entry.files.map(\.text)
        return texts.filter { $0.utf8.count > 4 && !$0.contains("{{") }.map { Array($0.utf8) }
    }

    static func run(_ input: [UInt8]) {
        if let value = try? JSON.parse(input) { checkWritten(value) }
        if let value = try? YAML.parse(input, file: "", options: .values) { checkWritten(value) }
        guard let documents = try? YAML.documents(input, file: "") else { return }
        for document in documents {
            require(document.range.bytes.upperBound <= input.count, "a document ends behind the text")
            checkWritten(document.value)
            for (path, leaf) in leaves(of: document.value).prefix(8) {
                _ = YAML.line(of: path, document: document.index, in: input)
                guard case .string = leaf else { continue }
                // It may refuse; what it gives has the new text at that place (it checks that itself).
                _ = try? YAML.replacingScalar(at: path, document: document.index, in: input, with: "new: 'text' #", file: "")
            }
        }
    }

    private static func checkWritten(_ value: Value) {
        if hasSpecialNumber(value) { return }
        let value = wholeAsInteger(value)
        let yaml = YAML.write(value)
        let options = YAML.Options(maxBytes: nil)
        require((try? YAML.parse(yaml, options: options)).map(wholeAsInteger) == value, "YAML written does not read as it was:\n\(yaml)")
        let json = JSON.write(value)
        require((try? JSON.parse(json)).map(wholeAsInteger) == value, "JSON written does not read as it was: \(json.text)")
        let lines = try? JSON.parse(JSON.text(value, indent: 2, sortedKeys: true))
        require(lines.map(wholeAsInteger) == value, "JSON in lines does not read as it was")
    }

    /// JSON has no infinity, and nothing equals NaN.
    private static func hasSpecialNumber(_ value: Value) -> Bool {
        switch value {
        case .double(let number): !number.isFinite
        case .sequence(let items): items.contains { hasSpecialNumber($0) }
        case .mapping(let mapping): mapping.contains { hasSpecialNumber($0.value) }
        default: false
        }
    }

    /// Go writes a whole float64 without fraction: as an integer it comes back.
    private static func wholeAsInteger(_ value: Value) -> Value {
        switch value {
        case .double(let number): Int64(exactly: number).map { .int($0) } ?? value
        case .sequence(let items): .sequence(items.map(wholeAsInteger))
        case .mapping(let mapping): .mapping(mapping.mapValues(wholeAsInteger))
        default: value
        }
    }

    private static func leaves(of value: Value) -> [(DocumentPath, Value)] {
        var found: [(DocumentPath, Value)] = []
        var pending = [(DocumentPath(), value)]
        while let (path, value) = pending.popLast(), found.count < 100 {
            switch value {
            case .mapping(let mapping): pending += mapping.map { (path.appending(.key($0.key)), $0.value) }
            case .sequence(let items): pending += items.enumerated().map { (path.appending(.index($0)), $1) }
            default: found.append((path, value))
            }
        }
        return found
    }
}
