package import Document

/// `metadata.managedFields[].fieldsV1`: a tree of objects whose keys carry a
/// prefix for what they are (KEP-555; structured-merge-diff `fieldpath/serialize`).
extension FieldSet {
    /// Depth no real object reaches; the API server refuses objects nested deeper.
    private static let depthLimit = 512

    package init(fieldsV1 value: Value) throws(KubernetesError) {
        self = try FieldSet.read(value, depth: 0).below
    }

    private static func read(_ value: Value, depth: Int) throws(KubernetesError) -> (isMember: Bool, below: FieldSet) {
        guard depth < depthLimit else { throw KubernetesError(.managedFields("nested over \(depthLimit) levels")) }
        guard let mapping = value.mapping else {
            throw KubernetesError(.managedFields("expected a mapping, found \(value.kindName)"))
        }
        var set = FieldSet()
        var isMember = mapping.isEmpty
        for entry in mapping {
            if entry.key == "." {
                isMember = true
                continue
            }
            let element = try PathElement(fieldsV1: entry.key)
            let (member, below) = try read(entry.value, depth: depth + 1)
            if member { set.insertMember(element) }
            set.insert(below, below: element)
        }
        return (isMember, set)
    }

    package var fieldsV1: Value { .mapping(encoded(isMember: false)) }

    private func encoded(isMember: Bool) -> Mapping {
        var entries: [Mapping.Entry] = []
        if isMember, !isEmpty { entries.append(Mapping.Entry(key: ".", value: [:])) }
        for element in elements {
            let member = members.contains(element)
            entries.append(Mapping.Entry(key: element.fieldsV1, value: .mapping(below(element).encoded(isMember: member))))
        }
        return Mapping(uniqueEntries: entries)
    }
}

extension PathElement {
    /// From `f:name`, `k:{"name":"web"}`, `v:"x"` or `i:0`.
    init(fieldsV1 key: String) throws(KubernetesError) {
        let rest = String(key.dropFirst(2))
        switch key.prefix(2) {
        case "f:": self = .field(rest)
        case "k:":
            guard let mapping = (try? JSON.parse(rest))?.mapping else { throw Self.malformed(key) }
            self = .key(sorting: mapping.map { KeyField(name: $0.key, value: $0.value) })
        case "v:":
            guard let value = try? JSON.parse(rest) else { throw Self.malformed(key) }
            self = .value(value)
        case "i:":
            guard let index = Int(rest) else { throw Self.malformed(key) }
            self = .index(index)
        default: throw Self.malformed(key)
        }
    }

    var fieldsV1: String {
        switch self {
        case .field(let name): "f:" + name
        case .key(let fields):
            "k:" + JSON.text(.mapping(Mapping(uniqueEntries: fields.map { Mapping.Entry(key: $0.name, value: $0.value) })))
        case .value(let value): "v:" + JSON.text(value)
        case .index(let index): "i:\(index)"
        }
    }

    private static func malformed(_ key: String) -> KubernetesError {
        KubernetesError(.managedFields("\"\(key)\" is no path element"))
    }
}
