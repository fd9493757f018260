internal import Document

/// What is wrong with an object before any server saw it: its name, labels and
/// annotations, and, where its schema is known, unknown fields, wrong types and
/// list items named twice. Without a schema only what every object has is checked.
package func validate(_ object: Object, schema: Schema?, checks: SchemaChecks = SchemaChecks()) -> [FieldProblem] {
    let metadata: DocumentPath = [.key("metadata")]
    var problems: [FieldProblem] = []
    if object.name.isEmpty {
        // A name of another type is the schema's to report.
        let name = object.value[path: "metadata", "name"] ?? ""
        let generated = object.value[path: "metadata", "generateName"]?.string ?? ""
        if generated.isEmpty, name == "" || name.isNull {
            problems.append(FieldProblem(.missing, at: metadata.appending(.key("name"))))
        }
    } else if let text = ObjectName.problem(object.name, for: object.gvk) {
        problems.append(FieldProblem(.invalid(value: .string(object.name), text), at: metadata.appending(.key("name"))))
    }
    if !object.namespace.isEmpty, let text = ObjectName.labelProblem(object.namespace) {
        problems.append(FieldProblem(.invalid(value: .string(object.namespace), text), at: metadata.appending(.key("namespace"))))
    }
    for (field, mapping) in [("labels", object.labels), ("annotations", object.annotations)] {
        let place = metadata.appending(.key(field))
        for entry in mapping {
            if !ObjectName.isQualifiedName(field == "annotations" ? entry.key.lowercased() : entry.key) {
                problems.append(
                    FieldProblem(.invalid(value: .string(entry.key), "is not a valid \(field.dropLast()) key"), at: place))
            }
            if field == "labels", let text = entry.value.string, !ObjectName.isLabelValue(text) {
                problems.append(
                    FieldProblem(.invalid(value: entry.value, "is not a valid label value"), at: place.appending(.key(entry.key))))
            }
        }
    }
    if let schema {
        problems += schema.problems(in: object.value, checks: checks)
    } else if let value = object.value["metadata"] {
        var checker = SchemaChecker(checks: checks)
        checker.check(value, .objectMeta, at: metadata, owner: "ObjectMeta")
        problems += checker.problems
    }
    return problems
}
