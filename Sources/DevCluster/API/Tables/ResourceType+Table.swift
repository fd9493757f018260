import Basics
import Document
import Kubernetes

extension ResourceType {
    /// Objects as rows (`meta.k8s.io/v1 Table`), the way `kubectl get` prints them.
    func table(
        of objects: [StoredObject], version: String, includes: ObjectForm.TableObject, metadata: Mapping, now: Timestamp
    ) -> Value {
        let columns = columns(version)
        let definitions = columns.map { column -> Value in
            [
                "name": .string(column.name), "type": .string(column.type), "format": .string(column.format),
                "description": .string(column.description), "priority": .int(column.priority),
            ]
        }
        let rows = objects.map { stored -> Value in
            let object = converted(stored.object, to: version)
            var row: Mapping = ["cells": .sequence(columns.map { $0.cell(object, now) })]
            switch includes {
            case .none: break
            case .metadata: row["object"] = partialMetadata(object)
            case .whole: row["object"] = object.value
            }
            return .mapping(row)
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .mapping(metadata),
            "columnDefinitions": .sequence(definitions), "rows": .sequence(rows),
        ]
    }

    private func columns(_ version: String) -> [TableColumn] {
        if let custom {
            let own = custom.version(version)?.columns ?? []
            return [.name] + (own.isEmpty ? [.age] : own.map { TableColumn(printing: $0) })
        }
        return builtinColumns[GroupKind(group: group, kind: kind)] ?? [.name, .age]
    }
}

extension TableColumn {
    /// A column that a CustomResourceDefinition asks for.
    init(printing column: CustomDefinition.PrinterColumn) {
        let path = JSONPath(column.path)
        let type = column.type
        self.init(
            column.name, type: type, format: column.format, priority: column.priority, description: column.description
        ) { object, now in
            guard let value = path?.first(in: object.value), !value.isNull else { return type == "integer" ? .null : "" }
            switch type {
            case "date": return .string(ageText(value, now))
            case "integer", "number", "boolean": return value
            default: return value.string != nil ? value : .string(JSON.text(value))
            }
        }
    }
}
