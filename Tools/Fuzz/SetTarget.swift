import Chart
import Document
import HelmAnswers

/// `--set` and its siblings: values, then one expression each, its first letter saying which flag.
enum SetTarget: FuzzTarget {
    static let name = "set"
    static let tokens = [
        "=", ",", ".", "[", "]", "[0]", "[65536]", "[-1]", "{", "}", "\\", "\\,", "\\.", "a", "b", "null", "true", "false", "0", "0x1f",
        "-1", "1e3", "9223372036854775808", "\"", "{\"a\":1}", "[1,2]", "{a,b}", "\u{1e}t", "\u{1e}s", "\u{1e}j", "\u{1e}l", "\u{1e}f",
    ]

    private static let chart = try? Chart.load(files: [
        ChartFile(path: "Chart.yaml", text: plainChart), ChartFile(path: "templates/values.yaml", text: "{{ toJson .Values }}"),
    ])

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        if entry.set.isEmpty { return [] }
        let letters = ["set": "t", "set-string": "s", "set-json": "j", "set-literal": "l", "set-file": "f"]
        return [Sections.join([JSON.text(entry.values)] + entry.set.map { (letters[$0.option] ?? "t") + $0.text })]
    }

    static func run(_ input: [UInt8]) {
        let sections = Sections.split(input, atMost: 6)
        guard let chart, let values = try? YAML.parse(sections[0], file: "", options: .values) else { return }
        let set = sections.dropFirst().compactMap { expression($0) }
        guard let outputs = Rendering.outputs(chart, values: [values], set: set) else { return }
        guard let result = try? JSON.parse(outputs["c/templates/values.yaml"] ?? "") else {
            // `toJson` of a number JSON does not have is "".
            return
        }
        if case .literal(let text)? = set.last, let (key, value) = plainAssignment(text) {
            require(result[key] == .string(value), "--set-literal \(text) gave \(JSON.text(result))")
        }
    }

    private static func expression(_ section: [UInt8]) -> SetValue? {
        let text = Array(section.dropFirst()).text
        switch section.first {
        case UInt8(ascii: "t"): return .typed(text)
        case UInt8(ascii: "s"): return .string(text)
        case UInt8(ascii: "j"): return .json(text)
        case UInt8(ascii: "l"): return .literal(text)
        case UInt8(ascii: "f"):
            return .file(text, contents: Dictionary(SetValue.files(named: text).map { ($0, "of \($0)") }) { first, _ in first })
        default: return nil
        }
    }

    /// The two sides of an expression whose key is one short word.
    private static func plainAssignment(_ text: String) -> (key: String, value: String)? {
        let key = text.utf8.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        guard !key.isEmpty, text.utf8.dropFirst(key.count).first == UInt8(ascii: "=") else { return nil }
        return (String(decoding: key, as: UTF8.self), String(decoding: text.utf8.dropFirst(key.count + 1), as: UTF8.self))
    }
}
