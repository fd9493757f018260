internal import Document
internal import Registry

/// A value that stands in for another one while a chart is rendered: it can be told from any other
/// text and has the form of what it stands for, so that templates that look at it go the same way.
struct Sentinel: Sendable {
    var path: DocumentPath
    /// What the value is; "" where there is none.
    var original: String
    var value: Value
    var text: String

    /// - Parameter number: another one for each of a render; five digits, so that none begins like another.
    init(_ path: DocumentPath, original: Value, number: Int) {
        self.path = path
        self.original = Self.text(of: original) ?? ""
        let number = 77_000 + number
        switch original {
        case .int, .double: (value, text) = (.int(Int64(number)), "\(number)")
        default:
            text = Self.form(of: self.original, isTag: Self.isTag(path), number)
            value = .string(text)
        }
    }

    /// Of a text that is no value, such as a chart's version.
    init(text original: String, number: Int) {
        path = []
        self.original = original
        text = Self.form(of: original, isTag: true, 77_000 + number)
        value = .string(text)
    }

    /// A scalar as a template prints it; nil for what no image has.
    static func text(of value: Value) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double: JSON.text(value)
        case .null: ""
        case .bool, .sequence, .mapping: nil
        }
    }

    private static func isTag(_ path: DocumentPath) -> Bool {
        guard case .key(let key)? = path.steps.last else { return false }
        let name = key.lowercased()
        return name.contains("tag") || name.contains("version")
    }

    private static func form(of text: String, isTag: Bool, _ number: Int) -> String {
        let digest = "sha256:"
        let hex = text.hasPrefix(digest) ? text.dropFirst(digest.count) : text[...]
        if hex.utf8.count == 64, hex.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) {
            return (text.hasPrefix(digest) ? digest : "") + String(repeating: "7", count: 59) + "\(number)"
        }
        let isPrefixed = text.hasPrefix("v")
        let numbers = text.dropFirst(isPrefixed ? 1 : 0).prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        if let major = numbers.first, !text.contains("/") {
            return "\(isPrefixed ? "v" : "")\(major).\(numbers.dropFirst().first ?? "0").\(number)"
        }
        if isTag { return "0.1.\(number)" }
        if !text.contains("/"), text.contains(".") || text.contains(":"), ImageReference(text)?.tag == nil || text.contains(".") {
            return "s\(number).example.com"
        }
        if let image = ImageReference(text) {
            let folder = image.name.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            return ImageReference(name: "\(folder)s\(number)x", tag: image.tag, digest: image.digest).description
        }
        return "s\(number)x"
    }
}
