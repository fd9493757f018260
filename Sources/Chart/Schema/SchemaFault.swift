internal import Template

/// Why a value does not fit a schema: a tree, printed as Helm prints it.
final class SchemaFault: Sendable {
    /// Where the value lies, from the root.
    let path: [String]
    let kind: Kind
    let causes: [SchemaFault]

    init(_ kind: Kind, at path: [String], causes: [SchemaFault] = []) {
        self.path = path
        self.kind = kind
        self.causes = causes
    }

    enum Kind: Sendable {
        /// A text of its own.
        case message(String)
        /// Several faults of one schema.
        case group
        /// What a `$ref` leads to; not shown where it has one cause.
        case reference
    }

    /// Several faults as one; nil for none.
    static func joined(_ faults: [SchemaFault], at path: [String]) -> SchemaFault? {
        guard let first = faults.first else { return nil }
        return faults.count == 1 ? first : SchemaFault(.group, at: path, causes: faults)
    }

    /// The faults of a group; otherwise this one alone.
    var parts: [SchemaFault] { if case .group = kind { causes } else { [self] } }

    /// One line per fault, the causes of one indented below it.
    static func text(_ faults: [SchemaFault]) -> String {
        var lines: [String] = []
        for fault in faults { fault.append(to: &lines, indent: 0) }
        return lines.joined(separator: "\n")
    }

    private func append(to lines: inout [String], indent: Int) {
        var indent = indent
        var isShown = true
        if case .reference = kind, causes.count == 1 { isShown = false }
        if isShown {
            let pointer = path.map { "/" + SchemaPointer.escaped($0) }.joined()
            lines.append(String(repeating: "  ", count: indent) + "- at \(Self.quoted(pointer)): \(message)")
            indent += 1
        }
        for cause in causes { cause.append(to: &lines, indent: indent) }
    }

    private var message: String {
        switch kind {
        case .message(let text): text
        case .group, .reference: "validation failed"
        }
    }
}

/// The words of faults.
extension SchemaFault {
    /// In single quotes.
    static func quoted(_ text: String) -> String {
        // As Helm's library does it, with what comes of a backslash at the end.
        let inner = goReplace(goReplace(goQuoted(text), "\\\"", "\""), "'", "\\'").dropFirst().dropLast()
        return "'\(inner)'"
    }

    static func quoted(_ texts: [String]) -> String { texts.map(quoted).joined(separator: ", ") }

    /// A constant of a schema.
    static func shown(_ value: SchemaValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let flag): "\(flag)"
        case .number(let text): text
        case .string(let text): quoted(text)
        case .array, .object: "value"
        }
    }

    /// A value as Go prints it.
    static func shown(_ value: Datum) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .list, .map: "value"
        default: goSprint([value])
        }
    }
}
