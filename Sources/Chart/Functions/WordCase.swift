/// `snakecase`, `kebabcase` and `camelcase`, with the word boundaries of huandu/xstrings.
enum WordCase {
    private enum Kind { case none, number, upper, alphabet, connector, punctuation, other }

    private struct Words {
        var rest: ArraySlice<Unicode.Scalar>

        mutating func next() -> (kind: Kind, word: ArraySlice<Unicode.Scalar>) {
            guard let first = rest.first else { return (.none, []) }
            let start = rest.startIndex
            var end = start + 1
            func scan(_ isPart: (Unicode.Scalar) -> Bool) {
                while end < rest.endIndex, isPart(rest[end]) { end += 1 }
            }
            let kind: Kind
            if isConnector(first) {
                kind = .connector
                scan(isConnector)
            } else if Letters.isPunctuation(first) {
                kind = .punctuation
                scan(Letters.isPunctuation)
            } else if Letters.isUpper(first) {
                kind = .upper
                if end < rest.endIndex, Letters.isUpper(rest[end]) {
                    scan(Letters.isUpper)
                    // "HTTPStatus" is "HTTP" and "Status".
                    if end < rest.endIndex, isAlphabet(rest[end]) { end -= 1 }
                } else {
                    scan { isAlphabet($0) && !Letters.isUpper($0) }
                }
            } else if isAlphabet(first) {
                kind = .alphabet
                scan { isAlphabet($0) && !Letters.isUpper($0) }
            } else if Letters.isNumber(first) {
                kind = .number
                scan(Letters.isNumber)
            } else {
                kind = .other
                scan { !isConnector($0) && !isAlphabet($0) && !Letters.isNumber($0) && !Letters.isPunctuation($0) }
            }
            defer { rest = rest[end...] }
            return (kind, rest[start..<end])
        }
    }

    private static func isConnector(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "-" || scalar == "_" || isGoSpace(scalar)
    }

    /// Letters of alphabets, not of Chinese, Japanese and Korean.
    private static func isAlphabet(_ scalar: Unicode.Scalar) -> Bool {
        guard Letters.isLetter(scalar) else { return false }
        switch scalar.value {
        case 0x3400...0x4dbf, 0x4e00...0x9fff, 0xac00...0xd7af, 0xf900...0xfaff, 0x20000...0x323af: return false
        default: return true
        }
    }

    static func joined(_ text: String, by connector: Unicode.Scalar) -> String {
        var output = String.UnicodeScalarView()
        func append(_ kind: Kind, _ word: ArraySlice<Unicode.Scalar>) {
            for scalar in word {
                if kind == .upper || kind == .connector {
                    output.append(isConnector(scalar) ? connector : Letters.isUpper(scalar) ? Letters.lower(scalar) : scalar)
                } else {
                    output.append(scalar)
                }
            }
        }
        func separates(_ kind: Kind) -> Bool { kind != .connector && kind != .punctuation }
        var words = Words(rest: Array(text.unicodeScalars)[...])
        var (kind, word) = words.next()
        while !words.rest.isEmpty {
            if kind != .connector { append(kind, word) }
            let (previous, last) = (kind, word)
            (kind, word) = words.next()
            switch previous {
            case .number:
                while kind == .alphabet || kind == .number {
                    append(kind, word)
                    (kind, word) = words.next()
                }
                if kind != .none, separates(kind) { output.append(connector) }
            case .connector: append(previous, last)
            case .punctuation: break
            default:
                guard kind == .number else {
                    if separates(kind) { output.append(connector) }
                    break
                }
                guard !words.rest.isEmpty else { break }
                let number = word
                (kind, word) = words.next()
                // A number belongs to the word before it, unless small letters follow: "bld4_floor", "http_2xx".
                guard kind == .alphabet else {
                    append(.number, number)
                    if separates(kind) { output.append(connector) }
                    break
                }
                output.append(connector)
                append(.number, number)
                while kind == .alphabet || kind == .number {
                    append(kind, word)
                    (kind, word) = words.next()
                }
                if kind != .none, separates(kind) { output.append(connector) }
            }
        }
        append(kind, word)
        return String(output)
    }

    /// "http_SERVER" is "HttpServer"; connectors at the start, and all but one of several, stay.
    static func camel(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var rest = Array(text.unicodeScalars)[...]
        var current: Unicode.Scalar?
        var startsUpper = false
        while let scalar = rest.popFirst() {
            if !isConnector(scalar) {
                startsUpper = Letters.isUpper(scalar)
                current = Letters.upper(scalar)
                break
            }
            output.append(scalar)
            // A text of connectors only ends with its last one twice.
            if rest.isEmpty { current = scalar }
        }
        guard var current else { return String(output) }
        while var scalar = rest.popFirst() {
            let previous = current
            if isConnector(scalar), isConnector(previous) {
                output.append(previous)
                current = scalar
                continue
            }
            if isConnector(previous) {
                startsUpper = Letters.isUpper(scalar)
                scalar = Letters.upper(scalar)
            } else {
                if startsUpper {
                    if Letters.isUpper(scalar) { scalar = Letters.lower(scalar) } else { startsUpper = false }
                }
                output.append(previous)
            }
            current = scalar
        }
        output.append(current)
        return String(output)
    }
}
