internal import Document
internal import Template

/// One value given outside a file: Helm's `--set` and its siblings.
package enum SetValue: Sendable, Hashable {
    /// `--set-json a={"b":1}`, or a whole JSON object.
    case json(String)
    /// `--set a.b=1,c[0]=x,d={1,2}`: numbers, booleans and null by their looks.
    case typed(String)
    /// `--set-string`: texts, whatever they look like.
    case string(String)
    /// `--set-file key=path`, and what is in the files it names (`SetValue.files(named:)`).
    case file(String, contents: [String: String])
    /// `--set-literal`: one key, the rest is its text as it stands.
    case literal(String)

    /// The option people know it by.
    package var option: String {
        switch self {
        case .json: "--set-json"
        case .typed: "--set"
        case .string: "--set-string"
        case .file: "--set-file"
        case .literal: "--set-literal"
        }
    }

    /// The files a `--set-file` expression names, to be read before it is used.
    package static func files(named expression: String) -> [String] {
        // What is wrong with the expression is said when it is applied.
        var names: [String] = []
        try? SetParser.parse(expression, into: DatumMap(), .values { name in
            names.append(name)
            return .null
        })
        return names
    }

    /// As Helm takes them: one kind after the other, whatever their order in the command.
    static func inOrder(_ values: [SetValue]) -> [SetValue] {
        (0..<5).flatMap { rank in values.filter { $0.rank == rank } }
    }

    private var rank: Int {
        switch self {
        case .json: 0
        case .typed: 1
        case .string: 2
        case .file: 3
        case .literal: 4
        }
    }

    /// Sets what it says in values there already are: the items of a list that it does not name stay.
    func apply(to values: DatumMap) throws(ChartError) {
        do throws(SetParser.Failure) {
            switch self {
            case .json(let text):
                if trimmedSpace(text).hasPrefix("{") {
                    Coalescing.overlay(storage(of: try Self.object(text)), onto: values)
                } else {
                    try SetParser.parse(text, into: values, .json)
                }
            case .typed(let text): try SetParser.parse(text, into: values, .values(Self.typed))
            case .string(let text): try SetParser.parse(text, into: values, .values { .string($0) })
            case .file(let text, let contents):
                try SetParser.parse(text, into: values, .values { name throws(SetParser.Failure) in
                    guard let content = contents[name] else { throw SetParser.Failure("open \(name): no such file or directory") }
                    return .string(content)
                })
            case .literal(let text): try SetParser.parse(text, into: values, .literal)
            }
        } catch {
            throw ChartError(.values, message: "failed parsing \(option) data: \(error.message)")
        }
    }

    private static func object(_ text: String) throws(SetParser.Failure) -> Mapping {
        do throws(DocumentError) {
            if let mapping = try JSON.parse(text).mapping { return mapping }
        } catch {
            throw SetParser.Failure(goJSONError(error, text))
        }
        throw SetParser.Failure("no JSON object: \(text)")
    }

    /// A number, a boolean or null where the text is one.
    private static func typed(_ text: String) -> Datum {
        // Go compares these without case, the long s included.
        switch goReplace(Letters.lower(text), "\u{17f}", "s") {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "0": return .int(0, as: .int64)
        default:
            if !text.hasPrefix("0"), let number = Int64(text) { return .int(number, as: .int64) }
            return .string(text)
        }
    }
}

extension Coalescing {
    /// Lays a table over another; maps are merged, anything else is replaced.
    static func overlay(_ storage: DatumTable, onto target: DatumMap, depth: Int = 0) {
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
