internal import Template

/// TOML 1.0 into a template's values: integers stay int64, dates their text.
struct TOMLReader {
    /// What is wrong, and on which line.
    struct Fault: Error, CustomStringConvertible {
        var line: Int
        /// The key whose value is being read, its table's before it; empty between keys.
        var lastKey = ""
        var message: String
        var description: String { "toml: line \(line)\(lastKey.isEmpty ? "" : " (last key \(goQuoted(lastKey)))"): \(message)" }
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private let root = DatumMap()
    /// Tables that a header has named: naming them twice is an error.
    private var headers: Set<String> = []
    /// The table that the last header named.
    private var header: [String] = []
    private var currentKey: [String] = []

    static func parse(_ text: String) throws -> DatumMap {
        var reader = TOMLReader(scalars: Array(text.unicodeScalars))
        return try reader.document()
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func fault(_ message: String) -> Fault {
        Fault(line: line, lastKey: (header + currentKey).joined(separator: "."), message: message)
    }

    /// The character at hand as Go's `%q` shows it.
    private var shown: String { goQuoted(scalar: Int64((current ?? " ").value)) }

    private mutating func advance() {
        if current == "\n" { line += 1 }
        index += 1
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        advance()
        return true
    }

    private func looksAt(_ text: String) -> Bool {
        index + text.unicodeScalars.count <= scalars.count
            && scalars[index..<(index + text.unicodeScalars.count)].elementsEqual(text.unicodeScalars)
    }

    private mutating func skipBlanks() { while current == " " || current == "\t" { advance() } }

    /// Blanks, comments and line ends.
    private mutating func skipLines() {
        while let scalar = current {
            if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                advance()
            } else if scalar == "#" {
                while let scalar = current, scalar != "\n" { advance() }
            } else {
                return
            }
        }
    }

    private mutating func endLine() throws {
        skipBlanks()
        if current == "#" { while let scalar = current, scalar != "\n" { advance() } }
        if current == "\r" { advance() }
        guard current == nil || take("\n") else {
            throw fault("expected a top-level item to end with a newline, comment, or EOF, but got '\(current ?? " ")' instead")
        }
    }

    private mutating func document() throws -> DatumMap {
        var table = root
        while true {
            skipLines()
            guard current != nil else { return root }
            if take("[") {
                let isArray = take("[")
                let path = try keyPath()
                guard take("]"), !isArray || take("]") else { throw fault("expected end of table name") }
                try endLine()
                table = isArray ? try arrayTable(path) : try headerTable(path)
                header = path
            } else {
                try assignment(in: table, depth: 0)
                try endLine()
            }
        }
    }

    private mutating func headerTable(_ path: [String]) throws -> DatumMap {
        let name = path.joined(separator: "\u{0}")
        guard headers.insert(name).inserted else { throw fault("Key '\(path.joined(separator: "."))' has already been defined.") }
        return try descend(path, from: root)
    }

    private mutating func arrayTable(_ path: [String]) throws -> DatumMap {
        guard let last = path.last else { return root }
        let parent = try descend(Array(path.dropLast()), from: root)
        let table = DatumMap()
        switch parent[last] {
        case nil: parent[last] = .list([.map(table)], of: .map)
        case .list(let items, let element)?: parent[last] = .list(items + [.map(table)], of: element)
        default: throw fault("Key '\(path.joined(separator: "."))' has already been defined.")
        }
        // The tables below this element may be named anew.
        let prefix = path.joined(separator: "\u{0}") + "\u{0}"
        headers = headers.filter { !$0.hasPrefix(prefix) }
        return table
    }

    private func descend(_ path: [String], from start: DatumMap) throws -> DatumMap {
        var table = start
        for key in path {
            switch table[key] {
            case nil:
                let inner = DatumMap()
                table[key] = .map(inner)
                table = inner
            case .map(let inner)?: table = inner
            case .list(let items, _)?:
                guard case .map(let inner)? = items.last else { throw fault("Key '\(key)' has already been defined.") }
                table = inner
            default: throw fault("Key '\(key)' has already been defined.")
            }
        }
        return table
    }

    private mutating func assignment(in table: DatumMap, depth: Int) throws {
        var path = try keyPath()
        guard current != nil else { throw fault("unexpected EOF; expected key separator '='") }
        guard take("=") else { throw fault("expected '.' or '=', but got \(shown) instead") }
        let outer = currentKey
        currentKey += path
        defer { currentKey = outer }
        skipBlanks()
        let value = try value(depth: depth + 1)
        let last = path.removeLast()
        let target = try descend(path, from: table)
        guard target[last] == nil else { throw fault("Key '\(last)' has already been defined.") }
        target[last] = value
    }

    private mutating func keyPath() throws -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            if current == "\"" {
                path.append(try basicText())
            } else if current == "'" {
                path.append(try literalText())
            } else {
                var key = String.UnicodeScalarView()
                while let scalar = current, scalar.isASCII, Letters.isLetter(scalar) || Letters.isNumber(scalar) || scalar == "_" || scalar == "-" {
                    key.append(scalar)
                    advance()
                }
                if key.isEmpty {
                    switch current {
                    case nil where path.isEmpty, "=" where path.isEmpty: throw fault("unexpected '=': key name appears blank")
                    case "." where path.isEmpty: throw fault("unexpected '.': keys cannot start with a '.'")
                    case nil, "=": throw fault("unexpected '='")
                    case ".": throw fault("unexpected '.'")
                    default: throw fault("expected '.' or '=', but got \(shown) instead")
                    }
                }
                path.append(String(key))
            }
            skipBlanks()
            guard path.count <= 200 else { throw fault("nested too deeply") }
        } while take(".")
        return path
    }

    private mutating func value(depth: Int) throws -> Datum {
        guard depth < 200 else { throw fault("nested too deeply") }
        switch current {
        case "\"": return .string(looksAt("\"\"\"") ? try longText("\"") : try basicText())
        case "'": return .string(looksAt("'''") ? try longText("'") : try literalText())
        case "[":
            advance()
            var items: [Datum] = []
            skipLines()
            while current != "]" {
                items.append(try value(depth: depth + 1))
                skipLines()
                guard take(",") else { break }
                skipLines()
            }
            guard take("]") else { throw fault("expected a comma (',') or array terminator (']'), but got \(current.map { "'\($0)'" } ?? "end of file")") }
            return .list(items)
        case "{":
            advance()
            let table = DatumMap()
            skipBlanks()
            if take("}") { return .map(table) }
            repeat {
                skipBlanks()
                try assignment(in: table, depth: depth + 1)
                skipBlanks()
            } while take(",")
            guard take("}") else { throw fault("expected a comma or an inline table terminator '}', but got \(current.map { "'\($0)'" } ?? "end of file")") }
            return .map(table)
        default: return try bareValue()
        }
    }

    private mutating func bareValue() throws -> Datum {
        var text = ""
        while let scalar = current, scalar.isASCII, Letters.isLetter(scalar) || Letters.isNumber(scalar) || "+-._:".unicodeScalars.contains(scalar) {
            text.unicodeScalars.append(scalar)
            advance()
        }
        // A date and a time may be apart by one space.
        if text.utf8.count == 10, text.utf8.dropFirst(4).first == UInt8(ascii: "-"), current == " ",
            index + 1 < scalars.count, Letters.isNumber(scalars[index + 1])
        {
            advance()
            if case .string(let time) = try bareValue() { return .string(text + "T" + time) }
        }
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        case "": throw fault(current == nil ? "unexpected EOF; expected value" : "expected value but found \(shown) instead")
        default: break
        }
        let isHexadecimal = text.hasPrefix("0x")
        if isHexadecimal || !text.contains(where: { $0 == "." || $0 == "e" || $0 == "E" || $0 == ":" }),
            let number = Conversion.integer(text)
        {
            return .int64(number)
        }
        if !text.contains(":"), let number = Conversion.float(String(text.filter { $0 != "_" })) { return .float(number) }
        let isDate = text.utf8.first.map { (48...57).contains($0) } ?? false
        guard isDate, text.contains("-") || text.contains(":") else { throw fault("expected value but found \(goQuoted(text)) instead") }
        return .string(text)
    }

    private mutating func literalText() throws -> String {
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = current, scalar != "'" {
            if scalar == "\n" { throw fault("strings cannot contain newlines") }
            text.append(scalar)
            advance()
        }
        guard take("'") else { throw fault("unexpected EOF; expected \"'\"") }
        return String(text)
    }

    private mutating func basicText() throws -> String {
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = current, scalar != "\"" {
            if scalar == "\n" { throw fault("strings cannot contain newlines") }
            advance()
            if scalar == "\\" { text.append(try escaped()) } else { text.append(scalar) }
        }
        guard take("\"") else { throw fault("unexpected EOF; expected '\"'") }
        return String(text)
    }

    private mutating func longText(_ quote: Unicode.Scalar) throws -> String {
        for _ in 0..<3 { advance() }
        if current == "\r" { advance() }
        if current == "\n" { advance() }
        let end = String(repeating: String(quote), count: 3)
        var text = String.UnicodeScalarView()
        while let scalar = current {
            if looksAt(end) {
                // Up to two quotes may stand before the closing three.
                if looksAt(end + String(quote)) {
                    text.append(quote)
                    advance()
                    continue
                }
                for _ in 0..<3 { advance() }
                return String(text)
            }
            advance()
            guard quote == "\"", scalar == "\\" else {
                text.append(scalar)
                continue
            }
            if current == "\n" || current == " " || current == "\t" || current == "\r" {
                while let blank = current, blank == "\n" || blank == " " || blank == "\t" || blank == "\r" { advance() }
            } else {
                text.append(try escaped())
            }
        }
        throw fault("unexpected EOF; expected \(goQuoted(end))")
    }

    private mutating func escaped() throws -> Unicode.Scalar {
        guard let scalar = current else { throw fault("unexpected EOF") }
        advance()
        switch scalar {
        case "b": return "\u{08}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{0c}"
        case "r": return "\r"
        case "e": return "\u{1b}"
        case "\"": return "\""
        case "\\": return "\\"
        case "u", "U":
            let count = scalar == "u" ? 4 : 8
            var digits = ""
            for _ in 0..<count {
                if let digit = current { digits.unicodeScalars.append(digit) }
                advance()
            }
            guard let code = UInt32(digits, radix: 16), let value = Unicode.Scalar(code) else { throw fault("invalid unicode escape: \(goQuoted(digits))") }
            return value
        default: throw fault("invalid escape character '\(scalar)'; only the following escape characters are allowed: \\b, \\t, \\n, \\f, \\r, \\\", \\\\, \\uXXXX, and \\UXXXXXXXX")
        }
    }
}
