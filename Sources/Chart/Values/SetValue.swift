internal import Document
internal import Template

/// One value given outside a file: Helm's `--set` and its siblings.
package enum SetValue: Sendable, Hashable {
    /// `--set a.b=1,c[0]=x,d={1,2}`: numbers, booleans and null by their looks.
    case typed(String)
    /// `--set-string`: texts, whatever they look like.
    case string(String)
    /// `--set-json a={"b":1}`, or a whole JSON object.
    case json(String)
    /// `--set-literal`: one key, the rest is its text as it stands.
    case literal(String)
    /// `--set-file key=path`, the file's content in place of its path.
    case file(key: String, content: String)

    func apply(to values: DatumMap) throws(ChartError) {
        switch self {
        case .typed(let text): try SetParser.parse(text, into: values) { SetParser.typed($0) }
        case .string(let text): try SetParser.parse(text, into: values) { .string($0) }
        case .json(let text):
            if let mapping = (try? JSON.parse(text))?.mapping {
                Coalescing.overlay(storage(of: mapping), onto: values)
            } else {
                try SetParser.parse(text, into: values, readsJSON: true) { .string($0) }
            }
        case .literal(let text):
            guard let (key, value) = goCut(text, "=") else { throw SetParser.failure("key \(goQuoted(text)) has no value") }
            let escaped = goReplace(goReplace(value, "\\", "\\\\"), ",", "\\,")
            try SetParser.parse("\(key)=\(escaped.hasPrefix("{") ? "\\" + escaped : escaped)", into: values) { .string($0) }
        case .file(let key, let content): try SetParser.parse("\(key)=x", into: values) { _ in .string(content) }
        }
    }
}

extension Coalescing {
    /// Lays a table over another; maps are merged, anything else is replaced.
    static func overlay(_ storage: [String: Datum], onto target: DatumMap, depth: Int = 0) {
        guard depth < depthOfValues else { return }
        for (key, value) in storage {
            if case .map(let inner) = value, case .map(let existing)? = target[key] {
                overlay(inner.storage, onto: existing, depth: depth + 1)
            } else {
                target[key] = value
            }
        }
    }
}

/// The grammar of `--set` (Helm's package strvals).
struct SetParser {
    private static let maximumIndex = 65_536
    private static let maximumNesting = 30

    private var rest: ArraySlice<Unicode.Scalar>
    private let readsJSON: Bool
    private let value: (String) -> Datum

    /// Sets what the text says; `value` makes a value of what stands behind "=".
    static func parse(
        _ text: String, into values: DatumMap, readsJSON: Bool = false, value: @escaping (String) -> Datum
    ) throws(ChartError) {
        var parser = SetParser(text, readsJSON: readsJSON, value: value)
        while !parser.rest.isEmpty { try parser.key(in: values, nesting: 0) }
    }

    private init(_ text: String, readsJSON: Bool, value: @escaping (String) -> Datum) {
        rest = Array(text.unicodeScalars)[...]
        self.readsJSON = readsJSON
        self.value = value
    }

    static func failure(_ message: String) -> ChartError {
        ChartError(.values, message: "failed parsing --set data: \(message)")
    }

    /// A number, a boolean or null where the text is one.
    static func typed(_ text: String) -> Datum {
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "0": return .int64(0)
        default:
            if !text.hasPrefix("0"), let number = Int64(text) { return .int64(number) }
            return .string(text)
        }
    }

    /// Up to one of the stops; a backslash takes the next scalar as it is.
    private mutating func word(until stops: [Unicode.Scalar]) -> (text: String, stop: Unicode.Scalar?) {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if stops.contains(scalar) { return (String(text), scalar) }
            if scalar == "\\" {
                if let next = rest.popFirst() { text.append(next) }
            } else {
                text.append(scalar)
            }
        }
        return (String(text), nil)
    }

    private mutating func key(in values: DatumMap, nesting: Int) throws(ChartError) {
        let (name, stop) = word(until: ["=", "[", ",", "."])
        switch stop {
        case "=":
            let value = try self.assigned()
            if !name.isEmpty { values[name] = value }
        case "[":
            let index = try keyIndex()
            var items: [Datum] = []
            switch values[name] {
            case nil, .null?: break
            case .list(let existing, _)?: items = existing
            default: throw Self.failure("unable to parse key: interface conversion: interface {} is not []interface {}")
            }
            let list = try item(of: items, at: index, nesting: nesting)
            if !name.isEmpty { values[name] = .list(list) }
        case ".":
            guard nesting < Self.maximumNesting else {
                throw Self.failure("value name nested level is greater than maximum supported nested level of \(Self.maximumNesting)")
            }
            var inner = DatumMap()
            switch values[name] {
            case nil, .null?: break
            case .map(let existing)?: inner = existing
            default: throw Self.failure("interface conversion: interface {} is not map[string]interface {}")
            }
            try key(in: inner, nesting: nesting + 1)
            if inner.isEmpty { throw Self.failure("key map \(goQuoted(name)) has no value") }
            if !name.isEmpty { values[name] = .map(inner) }
        case ",": throw Self.failure("key \(goQuoted(name)) has no value (cannot end with ,)")
        default:
            if !name.isEmpty { throw Self.failure("key \(goQuoted(name)) has no value") }
        }
    }

    private mutating func keyIndex() throws(ChartError) -> Int {
        let (text, stop) = word(until: ["]"])
        guard stop != nil, let index = Int(text) else { throw Self.failure("error parsing index: strconv.Atoi: parsing \(goQuoted(text)): invalid syntax") }
        return index
    }

    private mutating func item(of items: [Datum], at index: Int, nesting: Int) throws(ChartError) -> [Datum] {
        guard nesting < Self.maximumNesting else { throw Self.failure("value name nested level is greater than maximum supported nested level of \(Self.maximumNesting)") }
        if index < 0 { throw Self.failure("negative \(index) index not allowed") }
        if index > Self.maximumIndex { throw Self.failure("index of \(index) is greater than maximum supported index of \(Self.maximumIndex)") }
        var items = items
        let (name, stop) = word(until: ["[", ".", "="])
        if !name.isEmpty { throw Self.failure("unexpected data at end of array index: \(goQuoted(name))") }
        let value: Datum
        switch stop {
        case "=": value = try assigned()
        case "[":
            let next = try keyIndex()
            var inner: [Datum] = []
            if items.indices.contains(index), case .list(let existing, _) = items[index] { inner = existing }
            value = .list(try item(of: inner, at: next, nesting: nesting + 1))
        case ".":
            var inner = DatumMap()
            if items.indices.contains(index), case .map(let existing) = items[index] { inner = existing }
            try key(in: inner, nesting: nesting + 1)
            value = .map(inner)
        default: return items
        }
        while items.count <= index { items.append(.null) }
        items[index] = value
        return items
    }

    /// What follows "=": a list in braces, or everything up to the next comma.
    private mutating func assigned() throws(ChartError) -> Datum {
        if readsJSON { return try json() }
        guard rest.first == "{" else { return value(word(until: [","]).text) }
        rest.removeFirst()
        var items: [Datum] = []
        while true {
            let (text, stop) = word(until: [",", "}"])
            switch stop {
            case ",": items.append(value(text))
            case "}":
                if rest.first == "," { rest.removeFirst() }
                if !(items.isEmpty && text.isEmpty) { items.append(value(text)) }
                return .list(items)
            default: throw Self.failure("list must terminate with '}'")
            }
        }
    }

    /// A JSON value ends where it is whole: the shortest stretch up to a comma that parses.
    private mutating func json() throws(ChartError) -> Datum {
        var end = rest.startIndex
        while true {
            let comma = rest[end...].firstIndex(of: ",") ?? rest.endIndex
            let text = String(String.UnicodeScalarView(rest[..<comma]))
            if let value = try? JSON.parse(text) {
                rest = rest[comma...].dropFirst()
                return Datum(value)
            }
            guard comma < rest.endIndex else { throw Self.failure("invalid JSON: \(goQuoted(text))") }
            end = comma + 1
        }
    }
}
