internal import Document

/// Every type of the built-in kinds, read once from the tables beside this file.
///
/// A table line is a type and its fields, lines indented by two continue it:
///
///     *Deployment spec:DeploymentSpec status:DeploymentStatus     a kind: apiVersion, kind and metadata are understood
///     LabelSelector= matchLabels:{string}                         replaced whole (`x-kubernetes-map-type: atomic`)
///     Container name!:string                                      required
///       ports:[ContainerPort]{containerPort,protocol}~containerPort
///
/// Types: a scalar, `any`, `json`, a type of the same group or `group.Type`;
/// `{T}` a map and `{T}=` one replaced whole; `[T]` an atomic list, `[T]{}` a set,
/// `[T]{a,b}` a list with keys. Behind it `~key` or `~` says how a strategic merge
/// patch joins, `^` that it keeps only the keys it lists, `(x)` the default.
/// Text, because the same facts as Swift literals take the compiler minutes.
struct BuiltInTypes: Sendable {
    static let shared = BuiltInTypes(tables: [meta, core, workloads, network, access, extensions])

    private var types: [String: Schema.Shape] = [:]
    private var kinds: [GroupVersionKind: String] = [:]

    init(tables: [String]) {
        for table in tables { read(table) }
    }

    /// The form of "apps.Deployment"; `any` for a name no table has, which `BuiltInTypesTests` rules out.
    func shape(of name: String) -> Schema.Shape { types[name] ?? .any }

    func name(of gvk: GroupVersionKind) -> String? { kinds[gvk] }

    /// Every kind of the tables.
    var allKinds: [GroupVersionKind] { Array(kinds.keys) }

    /// References that lead nowhere: a slip in a table.
    var danglingReferences: [String] {
        var missing: Set<String> = []
        for case .object(let object) in types.values {
            for field in object.fields.values {
                for name in field.referenceNames where types[name] == nil { missing.insert("\(object.name): \(name)") }
            }
        }
        return missing.sorted()
    }
}

extension BuiltInTypes {
    private mutating func read(_ table: String) {
        var group = Substring()
        var apiVersion = Substring()
        var words: [Substring] = []
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if line.hasPrefix(" ") {
                words += parts
                continue
            }
            define(words, group: group, apiVersion: apiVersion)
            words = parts
            if parts.first == "group" {
                group = parts.dropFirst().first ?? ""
                apiVersion = parts.dropFirst(2).first ?? ""
                words = []
            }
        }
        define(words, group: group, apiVersion: apiVersion)
    }

    private mutating func define(_ words: [Substring], group: Substring, apiVersion: Substring) {
        guard var head = words.first else { return }
        let isKind = head.hasPrefix("*")
        if isKind { head = head.dropFirst() }
        let isAtomic = head.hasSuffix("=")
        if isAtomic { head = head.dropLast() }
        var object = ObjectSchema(name: String(head), fields: [:], isAtomic: isAtomic)
        let name = "\(group).\(head)"
        if isKind {
            object.fields["apiVersion"] = .string
            object.fields["kind"] = .string
            object.fields["metadata"] = Schema(.reference("meta.ObjectMeta"))
            kinds[GroupVersionKind(apiVersion: String(apiVersion), kind: object.name)] = name
        }
        for word in words.dropFirst() {
            guard let colon = word.firstIndex(of: ":") else { continue }
            var field = word[..<colon]
            if field.hasSuffix("!") {
                field = field.dropLast()
                object.required.insert(String(field))
            }
            var reader = TypeReader(rest: word[word.index(after: colon)...], group: group)
            object.fields[String(field)] = reader.type()
        }
        types[name] = .object(object)
    }
}

/// The little grammar of a field's type.
private struct TypeReader {
    var rest: Substring
    let group: Substring

    mutating func type() -> Schema {
        var schema: Schema
        if skip("[") {
            let item = type()
            skip("]")
            var list = ListSchema(item: item)
            if skip("{") {
                let keys = name { $0 != "}" }.split(separator: ",").map(String.init)
                skip("}")
                list.type = keys.isEmpty ? .set : .map(keys: keys)
            }
            if skip("~") {
                let key = name(\.isLetterOrDigit)
                list.patch = key.isEmpty ? .merge : .mergeByKey(String(key))
            }
            schema = Schema(.list(list))
        } else if skip("{") {
            let value = type()
            skip("}")
            schema = Schema(.map(value, isAtomic: skip("=")))
        } else {
            schema = named(name { $0.isLetterOrDigit || $0 == "." })
        }
        if skip("^") { schema.retainsKeys = true }
        if skip("(") {
            schema.defaultValue = .string(String(name { $0 != ")" }))
            skip(")")
        }
        return schema
    }

    private func named(_ name: Substring) -> Schema {
        switch name {
        case "string": Schema(.scalar(.string))
        case "bool": Schema(.scalar(.boolean))
        case "int32": Schema(.scalar(.int32))
        case "int64": Schema(.scalar(.int64))
        case "number", "double": Schema(.scalar(.number))
        case "quantity": Schema(.scalar(.quantity))
        case "intstr": Schema(.scalar(.intOrString))
        case "time": Schema(.scalar(.time))
        case "microtime": Schema(.scalar(.microTime))
        case "bytes": Schema(.scalar(.bytes))
        case "any": Schema(.any)
        case "json": Schema(.anyAtomic)
        default: Schema(.reference(name.contains(".") ? String(name) : "\(group).\(name)"))
        }
    }

    @discardableResult
    private mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func name(_ belongs: (Character) -> Bool) -> Substring {
        let name = rest.prefix(while: belongs)
        rest = rest.dropFirst(name.count)
        return name
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}

extension Schema {
    /// The schema of a kind that Kubernetes itself serves; nil for any other.
    package static func builtIn(for gvk: GroupVersionKind) -> Schema? {
        BuiltInTypes.shared.name(of: gvk).map { Schema(.reference($0)) }
    }

    /// `metadata`, the same for every kind.
    package static let objectMeta = Schema(.reference("meta.ObjectMeta"))

    /// Kinds that have a built-in schema.
    package static var builtInKinds: [GroupVersionKind] { BuiltInTypes.shared.allKinds }
}
