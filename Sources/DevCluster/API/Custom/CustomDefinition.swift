import Document
import Kubernetes
import RegularExpression

/// What a CustomResourceDefinition says of its resource.
struct CustomDefinition: Sendable {
    struct Version: Sendable {
        var name: String
        var schema: Schema?
        var hasStatus: Bool
        var scale: ScalePaths?
        var columns: [PrinterColumn]
    }

    struct PrinterColumn: Sendable {
        var name: String
        var type: String
        var format: String
        var description: String
        var priority: Int64
        var path: String
    }

    var versions: [Version]

    func version(_ name: String) -> Version? { versions.first { $0.name == name } }

    /// A custom resource as its schema lets it in: unknown fields pruned, defaults filled in.
    func read(_ value: Value, version name: String, prefix: String) throws(APIFailure) -> (Value, unknown: [String]) {
        var unknown: [String] = []
        var result = value
        // Metadata is typed also here; everything else follows the schema.
        var reader = TypedReader()
        if let metadata = value["metadata"] {
            do {
                result["metadata"] = try reader.read(metadata, Schema.objectMeta, path: "metadata", owner: "ObjectMeta") ?? [:]
            } catch {
                throw APIFailure(error.code, error.reason, prefix + error.message)
            }
        } else {
            result["metadata"] = [:]
        }
        unknown += reader.unknownFields
        guard let schema = version(name)?.schema else { return (result, unknown) }
        for problem in schema.problems(in: result) {
            if case .unknownField = problem.kind, problem.path.steps.first != .key("metadata") {
                unknown.append(problem.path.description)
            }
        }
        let metadata = result["metadata"]
        result = schema.defaulted(schema.pruned(result))
        result["metadata"] = metadata
        return (result, unknown)
    }

    /// What the schema says against an object, in the server's words.
    func problems(_ object: Object, version name: String) -> [FieldError] {
        guard let schema = version(name)?.schema else { return [] }
        var value = object.value
        value["metadata"] = nil
        return schema.problems(in: value, checks: Self.checks).compactMap { FieldError($0) }
    }

    private static let checks: SchemaChecks = {
        var checks = SchemaChecks()
        checks.matchesPattern = { pattern, text in
            guard let expression = try? RegularExpression(pattern) else { return nil }
            return expression.matches(text)
        }
        return checks
    }()
}

extension ResourceType {
    /// The resource a CustomResourceDefinition describes; nil where it lacks a name or a served version.
    init?(definition: Object) {
        let spec = definition.value["spec"] ?? .null
        let names = spec["names"] ?? .null
        guard let group = spec["group"]?.string, let plural = names["plural"]?.string, let kind = names["kind"]?.string else {
            return nil
        }
        let all = spec["versions"]?.sequence ?? []
        let served = all.filter { $0["served"]?.bool ?? false }
        let versions = served.compactMap { version -> CustomDefinition.Version? in
            guard let name = version["name"]?.string else { return nil }
            let scale = version[path: "subresources", "scale"]
            func path(_ field: String) -> [String]? {
                scale?[field]?.string.map { $0.split(separator: ".").map(String.init) }
            }
            return CustomDefinition.Version(
                name: name, schema: Schema(definition: definition, version: name),
                hasStatus: version[path: "subresources", "status"] != nil,
                scale: path("specReplicasPath").map {
                    ScalePaths(
                        specReplicas: $0, statusReplicas: path("statusReplicasPath") ?? [], selector: path("labelSelectorPath"))
                },
                columns: (version["additionalPrinterColumns"]?.sequence ?? []).compactMap { column in
                    guard let name = column["name"]?.string, let path = column["jsonPath"]?.string else { return nil }
                    return CustomDefinition.PrinterColumn(
                        name: name, type: column["type"]?.string ?? "string", format: column["format"]?.string ?? "",
                        description: column["description"]?.string ?? "", priority: column["priority"]?.int ?? 0, path: path)
                })
        }
        let sorted = versions.map(\.name).sorted { versionPrecedes($0, $1) }
        guard let first = sorted.first else { return nil }
        let storage = all.first { $0["storage"]?.bool ?? false }?["name"]?.string ?? first
        self.init(
            id: ResourceID(group: group, plural: plural), versions: sorted, storageVersion: storage, kind: kind,
            singular: names["singular"]?.string ?? kind.lowercased(),
            shortNames: (names["shortNames"]?.sequence ?? []).compactMap(\.string),
            categories: (names["categories"]?.sequence ?? []).compactMap(\.string),
            isNamespaced: spec["scope"]?.string != "Cluster", hasStatus: versions.contains { $0.hasStatus },
            scale: versions.compactMap(\.scale).first, hasGeneration: true, custom: CustomDefinition(versions: versions))
    }
}
