/// A pattern of Go's `filepath.Match`: `*` and `?` within one name, `[a-z]`, `[^a]`, `\\` escapes.
struct ShellPattern {
    private enum Part {
        case literal(Unicode.Scalar)
        case one
        case many
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    private var parts: [Part] = []

    /// Matches no name at all.
    static let nothing = ShellPattern()

    private init() {}

    /// Nil where the pattern is malformed.
    init?(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": parts.append(.many)
            case "?": parts.append(.one)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                parts.append(.literal(escaped))
            case "[":
                let isNegated = rest.first == "^"
                if isNegated { rest.removeFirst() }
                var ranges: [ClosedRange<Unicode.Scalar>] = []
                while ranges.isEmpty || rest.first != "]" {
                    guard let low = Self.member(&rest) else { return nil }
                    var high = low
                    if rest.first == "-" {
                        rest.removeFirst()
                        guard let end = Self.member(&rest) else { return nil }
                        high = end
                    }
                    // A range the wrong way round holds nothing, but counts.
                    ranges.append(low <= high ? low...high : "\0"..."\0")
                }
                rest.removeFirst()
                parts.append(.set(ranges, isNegated: isNegated))
            default: parts.append(.literal(scalar))
            }
        }
    }

    /// One end of a range; something must stand behind it.
    private static func member(_ rest: inout ArraySlice<Unicode.Scalar>) -> Unicode.Scalar? {
        guard var scalar = rest.popFirst(), scalar != "-", scalar != "]" else { return nil }
        if scalar == "\\" {
            guard let escaped = rest.popFirst() else { return nil }
            scalar = escaped
        }
        return rest.isEmpty ? nil : scalar
    }

    func matches(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var part = 0, index = text.startIndex
        // Where to try again: after the last star, one scalar further.
        var retry: (part: Int, index: Int)?
        while index < text.endIndex {
            if part < parts.count, case .many = parts[part] {
                part += 1
                retry = (part, index)
            } else if part < parts.count, takes(parts[part], text[index]) {
                part += 1
                index += 1
            } else {
                guard let last = retry, text[last.index] != "/" else { return false }
                retry = (last.part, last.index + 1)
                (part, index) = (last.part, last.index + 1)
            }
        }
        return !parts.isEmpty && parts[part...].allSatisfy { if case .many = $0 { true } else { false } }
    }

    private func takes(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
        switch part {
        case .literal(let wanted): wanted == scalar
        case .one: scalar != "/"
        case .many: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}
