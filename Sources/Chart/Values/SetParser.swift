internal import Document
internal import Template

/// The grammar of `--set` (Helm's package strvals): `a.b[0].c=value,d={x,y}`.
///
/// A text that ends before its value is no error where only punctuation is missing
/// (`a.`, `a[0]`, `a[`): what stands until then is taken.
struct SetParser {
    /// What is wrong, in Helm's words.
    struct Failure: Error {
        var message: String
        init(_ message: String) { self.message = message }
    }

    /// How the text behind "=" is read.
    enum Reading {
        /// Up to the next comma, or a list in braces; the function makes a value of each text.
        case values((String) throws(Failure) -> Datum)
        /// JSON, one value after the other.
        case json
        /// All that follows, as it stands; keys have no escapes.
        case literal
    }

    /// Whether something may follow.
    private enum Progress { case more, end }

    private static let maximumIndex = 65_536
    private static let maximumNesting = 30
    /// Lists in lists are not counted by Helm; no text nests them so deep and means it.
    private static let maximumDepth = 1000

    private var rest: ArraySlice<Unicode.Scalar>
    private let reading: Reading
    private var depth = 0

    /// Sets what the text says.
    static func parse(_ text: String, into values: DatumMap, _ reading: Reading) throws(Failure) {
        var parser = SetParser(rest: Array(text.unicodeScalars)[...], reading: reading)
        while try parser.key(in: values, nesting: 0) == .more {}
    }

    private init(rest: ArraySlice<Unicode.Scalar>, reading: Reading) {
        self.rest = rest
        self.reading = reading
    }

    private var isLiteral: Bool { if case .literal = reading { true } else { false } }

    // MARK: keys

    private mutating func key(in values: DatumMap, nesting: Int) throws(Failure) -> Progress {
        try descend()
        defer { depth -= 1 }
        let (name, stop) = word(until: isLiteral ? ["=", "[", "."] : ["=", "[", ",", "."])
        func set(_ value: Datum) { if !name.isEmpty { values[name] = value } }
        switch stop {
        case "=":
            let (value, progress) = try assigned()
            set(value)
            return progress
        case "[":
            guard let index = try index() else { return .end }
            var items: [Datum] = []
            switch values[name] {
            case nil: break
            case .list(let existing, _)?: items = existing
            case let other?: throw Self.conversion(of: other, to: "[]interface {}")
            }
            let progress = try item(of: &items, at: index, nesting: nesting)
            set(.list(items))
            return progress
        case ".":
            guard nesting < Self.maximumNesting else {
                throw Failure("value name nested level is greater than maximum supported nested level of \(Self.maximumNesting)")
            }
            var inner = DatumMap()
            switch values[name] {
            case nil: break
            case .map(let existing)?: inner = existing
            case let other?: throw Self.conversion(of: other, to: "map[string]interface {}")
            }
            let progress = try key(in: inner, nesting: nesting + 1)
            if progress == .more, inner.isEmpty { throw Failure("key map \(goQuoted(name)) has no value") }
            if !inner.isEmpty { set(.map(inner)) }
            return progress
        case ",": throw Failure("key \(goQuoted(name)) has no value (cannot end with ,)")
        default:
            if name.isEmpty { return .end }
            throw Failure("key \(goQuoted(name)) has no value")
        }
    }

    /// What stands behind a "[": a number and a "]"; nil where the text ends.
    private mutating func index() throws(Failure) -> Int? {
        let (text, stop) = word(until: ["]"])
        guard stop != nil else { return nil }
        if let index = Int(text) { return index }
        throw Failure("error parsing index: strconv.Atoi: parsing \(goQuoted(text)): \(Self.overflows(text) ? "value out of range" : "invalid syntax")")
    }

    /// Go stops at the first digit too many, before it sees what follows.
    private static func overflows(_ text: String) -> Bool {
        var digits = Array(text.utf8)[...]
        if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        var number: UInt64 = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return false }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, hasCarry) = product.addingReportingOverflow(UInt64(digit - 48))
            if isTooLarge || hasCarry { return true }
            number = sum
        }
        return number > UInt64(Int64.max)
    }

    private mutating func item(of items: inout [Datum], at index: Int, nesting: Int) throws(Failure) -> Progress {
        try descend()
        defer { depth -= 1 }
        if index < 0 { throw Failure("negative \(index) index not allowed") }
        let (name, stop) = word(until: ["[", ".", "="])
        if !name.isEmpty {
            let scalars = name.unicodeScalars.map { goQuoted(scalar: Int64($0.value)) }
            throw Failure("unexpected data at end of array index: [\(scalars.joined(separator: " "))]")
        }
        let existing = items.indices.contains(index) ? items[index] : nil
        let value: Datum
        switch stop {
        case "=": value = try assigned().value
        case "[":
            guard let next = try self.index() else { return .end }
            var inner: [Datum] = []
            switch existing {
            case nil, .null?, .undefined?: break
            case .list(let list, _)?: inner = list
            case let other?: throw Self.conversion(of: other, to: "[]interface {}")
            }
            guard try item(of: &inner, at: next, nesting: nesting) == .more else { return .end }
            value = .list(inner)
        case ".":
            var inner = DatumMap()
            if case .map(let map)? = existing { inner = map } else if existing != nil { items[index] = .map(inner) }
            guard try key(in: inner, nesting: nesting) == .more else { return .end }
            value = .map(inner)
        default: return .end
        }
        if index > Self.maximumIndex {
            throw Failure("index of \(index) is greater than maximum supported index of \(Self.maximumIndex)")
        }
        while items.count <= index { items.append(.null) }
        items[index] = value
        return .more
    }

    private mutating func descend() throws(Failure) {
        depth += 1
        if depth > Self.maximumDepth { throw Failure("value name nested level is greater than \(Self.maximumDepth)") }
    }

    /// The words of Go's runtime for a value that is something else.
    private static func conversion(of value: Datum, to type: String) -> Failure {
        Failure("unable to parse key: interface conversion: interface {} is \(value.isNil ? "nil" : value.typeName), not \(type)")
    }

    // MARK: values

    private mutating func assigned() throws(Failure) -> (value: Datum, progress: Progress) {
        switch reading {
        case .json: return (try json(), .more)
        case .literal:
            defer { rest = [] }
            return (.string(String(String.UnicodeScalarView(rest))), .more)
        case .values(let value):
            guard let first = rest.first else { return (.string(""), .end) }
            guard first == "{" else { return (try value(word(until: [","]).text), .more) }
            rest.removeFirst()
            var items: [Datum] = []
            while true {
                let (text, stop) = word(until: [",", "}"])
                guard let stop else { throw Failure("list must terminate with '}'") }
                if stop == "}", rest.first == "," { rest.removeFirst() }
                items.append(try value(text))
                if stop == "}" { return (.list(items), .more) }
            }
        }
    }

    private mutating func json() throws(Failure) -> Datum {
        if skipBlanksAndComma() { return .null }
        let text = String(String.UnicodeScalarView(rest))
        let bytes = Array(text.utf8)
        switch GoJSONScanner.scan(bytes) {
        case .unfinished: throw Failure("unexpected EOF")
        case .failure(let message): throw Failure(message)
        case .end(let end):
            let value: Value
            do throws(DocumentError) {
                value = try JSON.parse(Array(bytes[..<end]), maxDepth: 10_000)
            } catch {
                throw Failure(Self.tooLarge(bytes[..<end].dropFirst(error.position?.offset ?? 0)) ?? error.description)
            }
            rest = Array(String(decoding: bytes[end...], as: UTF8.self).unicodeScalars)[...]
            _ = skipBlanksAndComma()
            return Datum(value)
        }
    }

    private static func tooLarge(_ bytes: ArraySlice<UInt8>) -> String? {
        let number = bytes.prefix { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        return number.isEmpty ? nil : "json: cannot unmarshal number \(String(decoding: number, as: UTF8.self)) into Go value of type float64"
    }

    /// True where only blanks stand before the next comma or the end.
    private mutating func skipBlanksAndComma() -> Bool {
        while let scalar = rest.first {
            if scalar == "," {
                rest.removeFirst()
                return true
            }
            guard isGoSpace(scalar) else { return false }
            rest.removeFirst()
        }
        return true
    }

    /// Up to one of the stops; a backslash takes the next scalar as it is.
    private mutating func word(until stops: [Unicode.Scalar]) -> (text: String, stop: Unicode.Scalar?) {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if stops.contains(scalar) { return (String(text), scalar) }
            if scalar == "\\", !isLiteral {
                if let next = rest.popFirst() { text.append(next) }
            } else {
                text.append(scalar)
            }
        }
        return (String(text), nil)
    }
}
