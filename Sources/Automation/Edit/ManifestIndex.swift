internal import Delivery
internal import Document
internal import Kubernetes

/// An object as a file of manifests has it.
struct ManifestObject: Sendable {
    var file: String
    /// Among the documents of the file, empty ones counted.
    var document: Int
    /// Where it stands in the document: the root, or an item of a `List`.
    var path: DocumentPath
    var object: Object

    var syntax: YAML.Syntax { YAML.Syntax(file: file) }
}

/// Which files of an application hold which objects; made once and kept up to date
/// file by file, since of thousands few change.
struct ManifestIndex {
    private struct Name: Hashable {
        var kind: GroupKind
        var name: String
    }

    private var places: [Name: Set<String>] = [:]
    private var objects: [String: [ManifestObject]] = [:]
    /// What is wrong with files that cannot be read, by path.
    private(set) var problems: [String: DocumentError] = [:]

    init(_ files: [String], bytes: [String: [UInt8]]) {
        for file in files { update(file, bytes: bytes[file] ?? []) }
    }

    mutating func update(_ file: String, bytes: [UInt8]) {
        do throws(DocumentError) {
            objects[file] = try Self.objects(in: file, bytes)
            problems[file] = nil
        } catch {
            objects[file] = []
            problems[file] = error
        }
        for object in objects[file] ?? [] { places[Name(kind: object.object.groupKind, name: object.object.name), default: []].insert(file) }
    }

    /// The objects that may be meant: of the very namespace, else those that name none and get their application's.
    func objects(_ key: ObjectKey) -> [ManifestObject] {
        let files = places[Name(kind: key.groupKind, name: key.name)] ?? []
        let found = files.sorted().flatMap { objects[$0] ?? [] }.filter { $0.object.groupKind == key.groupKind && $0.object.name == key.name }
        let exact = found.filter { $0.object.namespace == key.namespace }
        return exact.isEmpty ? found.filter { $0.object.namespace.isEmpty } : exact
    }

    func objects(in file: String) -> [ManifestObject] { objects[file] ?? [] }

    /// The objects of some files that can be read, by what they are called there.
    static func values(in files: [String], _ bytes: [String: [UInt8]]) -> [ObjectKey: Value] {
        let all = files.flatMap { file in (try? objects(in: file, bytes[file] ?? [])) ?? [] }
        return Dictionary(all.map { ($0.object.key, $0.object.value) }) { first, _ in first }
    }

    /// The objects of a text, items of lists each.
    static func objects(in file: String, _ bytes: [UInt8]) throws(DocumentError) -> [ManifestObject] {
        var found: [ManifestObject] = []
        func add(_ value: Value, document: Int) {
            if let items = value.listItems {
                for (index, item) in items.enumerated() {
                    guard let object = Object(item) else { continue }
                    found.append(ManifestObject(file: file, document: document, path: [.key("items"), .index(index)], object: object))
                }
            } else if let object = Object(value) {
                found.append(ManifestObject(file: file, document: document, path: [], object: object))
            }
        }
        if YAML.Syntax(file: file) == .json {
            add(try JSON.parse(bytes, file: file), document: 0)
        } else {
            for document in try YAML.documents(bytes, file: file) { add(document.value, document: document.index) }
        }
        return found
    }
}
