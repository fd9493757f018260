internal import Document
internal import Template

/// `.Files`: the chart's files that are no templates, by path. Go's `engine.files`, a map of bytes with methods.
final class FilesObject: ValueConvertible {
    private let files: [String: [UInt8]]

    init(_ files: [ChartFile]) {
        self.files = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { $1 })
    }

    private init(files: [String: [UInt8]]) { self.files = files }

    let typeName = "engine.files"
    let kind = "map"
    var isTrue: Bool { !files.isEmpty }
    private var paths: [String] { files.keys.sorted(by: goLess) }

    var entries: [(key: String, value: Datum)]? { paths.map { ($0, Self.slice(files[$0] ?? [])) } }

    var printed: String {
        "map[" + paths.map { "\($0):\(template: Self.slice(files[$0] ?? []))" }.joined(separator: " ") + "]"
    }

    var value: Value {
        .mapping(Mapping(uniqueEntries: paths.map { .init(key: $0, value: .string(Base64.encode(files[$0] ?? []))) }))
    }

    private static func slice(_ bytes: [UInt8]) -> Datum { .list(bytes.map { .int(Int64($0), as: .uint8) }, of: .uint8) }

    func member(_ name: String) -> DatumMember? {
        switch name {
        case "Get":
            return .method(Function([.string]) { [files] _, a in .string(goString(files[a.string(0)] ?? [])) })
        case "GetBytes":
            return .method(Function([.string]) { [files] _, a in Self.slice(files[a.string(0)] ?? []) })
        case "Glob":
            return .method(Function([.string]) { [files] _, a in
                let pattern = GlobPattern(a.string(0)) ?? GlobPattern.everything
                return .object(FilesObject(files: files.filter { pattern.matches($0.key) }))
            })
        case "AsConfig": return .method(Function([]) { [files] _, _ in .string(Self.flat(files) { goString($0) }) })
        case "AsSecrets": return .method(Function([]) { [files] _, _ in .string(Self.flat(files) { Base64.encode($0) }) })
        case "Lines":
            return .method(Function([.string]) { [files] _, a in
                guard var bytes = files[a.string(0)] else { return .strings([]) }
                if bytes.isEmpty { throw FunctionError("runtime error: index out of range [-1]") }
                if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
                return .strings(goSplit(goString(bytes), "\n"))
            })
        default: return .field(Self.slice(files[name] ?? []))
        }
    }

    /// A YAML mapping from file names to contents.
    private static func flat(_ files: [String: [UInt8]], _ text: ([UInt8]) -> String) -> String {
        if files.isEmpty { return "{}" }
        var mapping = Mapping()
        for path in files.keys.sorted(by: goLess) { mapping[baseName(path)] = .string(text(files[path] ?? [])) }
        return (try? yaml(.mapping(mapping))) ?? ""
    }
}

extension DefaultStringInterpolation {
    fileprivate mutating func appendInterpolation(template value: Datum) { appendInterpolation(value.printed) }
}
