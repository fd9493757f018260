import Document
import Kubernetes

/// What a CustomResourceDefinition must say (apiextensions-apiserver/pkg/apis/apiextensions/validation).
enum DefinitionRules {
    static func check(_ object: Object, into errors: inout [FieldError]) {
        let spec = object.value["spec"] ?? [:]
        let group = spec["group"]?.string ?? ""
        let plural = spec[path: "names", "plural"]?.string ?? ""
        if group.isEmpty { errors.append(.required("spec.group")) }
        if plural.isEmpty { errors.append(.required("spec.names.plural")) }
        if (spec[path: "names", "kind"]?.string ?? "").isEmpty { errors.append(.required("spec.names.kind")) }
        let scope = spec["scope"]?.string ?? ""
        if scope.isEmpty {
            errors.append(.required("spec.scope"))
        } else if scope != "Cluster", scope != "Namespaced" {
            errors.append(.notSupported("spec.scope", .string(scope), ["Cluster", "Namespaced"]))
        }
        if !group.isEmpty, !plural.isEmpty, object.name != "\(plural).\(group)" {
            errors.append(.invalid("metadata.name", .string(object.name), "must be spec.names.plural+\".\"+spec.group"))
        }
        let versions = spec["versions"]?.sequence ?? []
        let storages = versions.filter { $0["storage"]?.bool ?? false }.count
        if storages != 1 {
            errors.append(
                .invalid("spec.versions", .sequence(versions), "must have exactly one version marked as storage version"))
        }
        for (index, version) in versions.enumerated() where version[path: "schema", "openAPIV3Schema"] == nil {
            errors.append(.required("spec.versions[\(index)].schema.openAPIV3Schema", "schemas are required"))
        }
        for (index, version) in versions.enumerated() {
            guard let schema = version[path: "schema", "openAPIV3Schema"] else { continue }
            if schema["type"]?.string != "object" {
                errors.append(
                    .required("spec.versions[\(index)].schema.openAPIV3Schema.type", "must not be empty at the root"))
            } else if Schema(openAPIV3: schema) == nil {
                errors.append(
                    .invalid(
                        "spec.versions[\(index)].schema.openAPIV3Schema", "<schema>", "is no structural schema, or nests too deeply"))
            }
        }
    }
}
