internal import Document
internal import Template

/// The maps a template's `.` holds: `.Chart`, `.Release`, `.Values`.
enum ChartContext {
    static func release(_ release: ReleaseOptions) -> DatumMap {
        DatumMap([
            "Name": .string(release.name), "Namespace": .string(release.namespace), "IsUpgrade": .bool(release.isUpgrade),
            "IsInstall": .bool(!release.isUpgrade), "Revision": .int(Int64(release.revision)), "Service": .string("Helm"),
        ])
    }

    static func chart(_ node: ChartNode) -> DatumMap {
        let metadata = node.metadata
        return DatumMap([
            "Name": .string(metadata.name), "Home": .string(metadata.home), "Sources": texts(metadata.sources),
            "Version": .string(metadata.version), "Description": .string(metadata.description),
            "Keywords": texts(metadata.keywords), "Icon": .string(metadata.icon), "APIVersion": .string(metadata.apiVersion),
            "Condition": .string(metadata.condition), "Tags": .string(metadata.tags),
            "AppVersion": .string(metadata.appVersion), "Deprecated": .bool(metadata.deprecated),
            "Annotations": .map(
                DatumMap(
                    DatumTable((metadata.annotations ?? [:]).mapValues(Datum.string)), of: .string, isNil: metadata.annotations == nil)),
            "KubeVersion": .string(metadata.kubeVersion), "Type": .string(metadata.type), "IsRoot": .bool(node.isRoot),
            "Maintainers": .list(
                metadata.maintainers.map { person in
                    .map(DatumMap(["Name": .string(person.name), "Email": .string(person.email), "URL": .string(person.url)]))
                }),
            "Dependencies": .list(metadata.dependencies.map { .map(dependency($0)) }),
        ])
    }

    private static func texts(_ texts: [String]) -> Datum { .list(texts.map(Datum.string)) }

    private static func dependency(_ dependency: ChartDependency) -> DatumMap {
        DatumMap([
            "Name": .string(dependency.name), "Version": .string(dependency.version),
            "Repository": .string(dependency.repository), "Condition": .string(dependency.condition),
            "Tags": texts(dependency.tags), "Enabled": .bool(dependency.isEnabled), "Alias": .string(dependency.alias),
            "ImportValues": .list(
                dependency.imported.map { imports in
                    imports.map { .map(DatumMap(["child": .string($0.child), "parent": .string($0.parent)], of: .string)) }
                } ?? dependency.importValues.map { Datum($0) }),
        ])
    }

    /// A map called `common.Values`, as Helm names the values and the context itself.
    static func named(_ map: DatumMap) -> DatumMap {
        DatumMap(viewOf: map, name: "common.Values") { map, name in
            switch name {
            case "AsMap": Function([]) { _, _ in .map(map.isEmpty ? DatumMap() : DatumMap(viewOf: map)) }
            // Its writer is something no template has.
            case "Encode": Function([.object("io.Writer")]) { _, _ in .null }
            case "YAML": Function([]) { _, _ in .string((try yaml(.map(map))) + "\n") }
            case "Table":
                Function([.string]) { _, a in
                    let keys = goSplit(a.string(0), ".")
                    guard let table = map.table(keys) else {
                        let missing = keys.indices.first { map.table(Array(keys[...$0])) == nil }
                        throw FunctionError("\(goQuoted(missing.map { keys[$0] } ?? "")) is not a table")
                    }
                    return .map(named(table))
                }
            case "PathValue":
                Function([.string]) { _, a in
                    let path = a.string(0)
                    if path.isEmpty { throw FunctionError("YAML path cannot be empty") }
                    var keys = goSplit(path, ".")
                    let last = keys.removeLast()
                    switch map.table(keys)?[last] {
                    case nil, .map: throw FunctionError("\(goQuoted(last)) is not a value")
                    case let value?: return value
                    }
                }
            default: nil
            }
        }
    }
}
