internal import Document
internal import Template

/// `.Files`: the chart's files that are no templates, by path. Go's `engine.files`, a map of bytes with methods.
final class FilesObject: ValueConvertible {
    private let files: [String: [UInt8]]
    /// Learns what is read; none for a subchart's files, all of which count as read, and for what a pattern has found.
    private let recorder: ReadRecorder?

    init(_ files: [ChartFile], recorder: ReadRecorder?) {
        self.files = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { $1 })
        self.recorder = recorder
    }

    private init(files: [String: [UInt8]]) {
        self.files = files
        recorder = nil
    }

    /// All files at once: printed, ranged over, encoded.
    private func all() -> [String: [UInt8]] {
        recorder?.listEverything()
        return files
    }

    private func one(_ path: String) -> [UInt8]? {
        recorder?.read(path)
        return files[path]
    }

    let typeName = "engine.files"
    let kind = "map"
    var isTrue: Bool { !all().isEmpty }
    private var paths: [String] { all().keys.sorted(by: goLess) }

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
            return .method(Function([.string]) { _, a in .string(goString(self.one(a.string(0)) ?? [])) })
        case "GetBytes":
            return .method(Function([.string]) { _, a in Self.slice(self.one(a.string(0)) ?? []) })
        case "Glob":
            return .method(Function([.string]) { _, a in
                self.recorder?.list(a.string(0))
                let pattern = GlobPattern(a.string(0)) ?? GlobPattern.everything
                return .object(FilesObject(files: self.files.filter { pattern.matches($0.key) }))
            })
        case "AsConfig": return .method(Function([]) { _, _ in .string(Self.flat(self.all()) { goString($0) }) })
        case "AsSecrets": return .method(Function([]) { _, _ in .string(Self.flat(self.all()) { Base64.encode($0) }) })
        case "Lines":
            return .method(Function([.string]) { _, a in
                guard var bytes = self.one(a.string(0)) else { return .strings([]) }
                if bytes.isEmpty { throw FunctionError("runtime error: index out of range [-1]") }
                if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
                return .strings(goSplit(goString(bytes), "\n"))
            })
        default: return .field(Self.slice(one(name) ?? []))
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
