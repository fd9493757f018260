import Document
import Kubernetes

/// Names, labels, annotations and owners (apimachinery/pkg/api/validation).
enum MetadataRules {
    static func errors(_ object: Object, type: ResourceType) -> [FieldError] {
        var errors: [FieldError] = []
        if object.name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else if let problem = nameProblem(object.name, type: type) {
            errors.append(.invalid("metadata.name", .string(object.name), problem))
        }
        errors += labelErrors(object.value[path: "metadata", "labels"], at: "metadata.labels")
        var size = 0
        for entry in object.annotations {
            size += entry.key.utf8.count + (entry.value.string?.utf8.count ?? 0)
            if !ObjectName.isQualifiedName(entry.key.lowercased()) {
                errors.append(.invalid("metadata.annotations", .string(entry.key), qualifiedNameText))
            }
        }
        if size > 262_144 { errors.append(.tooLong("metadata.annotations", 262_144)) }
        for (index, entry) in (object.value[path: "metadata", "ownerReferences"]?.sequence ?? []).enumerated() {
            let place = "metadata.ownerReferences[\(index)]"
            for field in ["apiVersion", "kind", "name", "uid"] where (entry[field]?.string ?? "").isEmpty {
                errors.append(.invalid("\(place).\(field)", "", field == "apiVersion" ? "version must not be empty" : "must not be empty"))
            }
        }
        let controllers = object.ownerLinks.filter(\.isController)
        if controllers.count > 1 {
            errors.append(
                .invalid(
                    "metadata.ownerReferences", object.value[path: "metadata", "ownerReferences"] ?? [],
                    "Only one reference can have Controller set to true. Found \"true\" in references for \(controllers.map { "\($0.kind)/\($0.name)" }.joined(separator: " and "))"
                ))
        }
        for name in object.finalizers where !ObjectName.isQualifiedName(name) {
            errors.append(.invalid("metadata.finalizers", .string(name), qualifiedNameText))
        }
        return errors
    }

    private static func nameProblem(_ name: String, type: ResourceType) -> String? {
        if type.id == ResourceID(group: "", plural: "services") { return dns1035Problem(name) }
        return ObjectName.problem(name, for: type.gvk(type.storageVersion))
    }

    private static func dns1035Problem(_ name: String) -> String? {
        let isLabel = ObjectName.labelProblem(name) == nil
        guard isLabel, let first = name.utf8.first, (97...122).contains(first) else {
            return name.utf8.count > 63
                ? "must be no more than 63 characters"
                : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        }
        return nil
    }

    static func labelErrors(_ labels: Value?, at place: String) -> [FieldError] {
        var errors: [FieldError] = []
        for entry in labels?.mapping ?? [:] {
            if !ObjectName.isQualifiedName(entry.key) { errors.append(.invalid(place, .string(entry.key), qualifiedNameText)) }
            let text = entry.value.string ?? ""
            if !ObjectName.isLabelValue(text) {
                errors.append(
                    .invalid(
                        place, .string(text),
                        text.utf8.count > 63 ? "must be no more than 63 characters" : labelValueText))
            }
        }
        return errors
    }

    static let qualifiedNameText =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    static let labelValueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
}
