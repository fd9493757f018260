package import Basics
package import Document

extension Schema {
    package static func builtIn(for gvk: GroupVersionKind) -> Schema? { nil }
    package static var objectMeta: Schema { .any }
    package init?(openAPIV3: Value) { return nil }
}
struct BuiltInTypes: Sendable {
    static let shared = BuiltInTypes()
    func shape(of name: String) -> Schema.Shape { .any }
}

/// Where an object was written.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int?
    package init(file: String, line: Int? = nil) { self.file = file; self.line = line }
    package var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// A selector, field set, schema or quantity that is not well-formed.
package struct KubernetesError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

package struct LabelSelector: Sendable, Hashable {
    package init() {}
    package init(_ value: Value) throws(KubernetesError) {}
    package init(query: String) throws(KubernetesError) {}
    package func matches(_ labels: Mapping) -> Bool { true }
    package var isEmpty: Bool { true }
    package var query: String { "" }
}
package struct FieldSelector: Sendable, Hashable {
    package init(query: String) throws(KubernetesError) {}
    package func matches(_ object: Value) -> Bool { true }
    package var isEmpty: Bool { true }
}

/// A set of field paths.
package struct FieldSet: Sendable, Hashable {
    package init() {}
    package init(_ paths: [FieldPath]) {}
    package init(fieldsV1: Value) throws(KubernetesError) {}
    package var fieldsV1: Value { [:] }
    /// Every field that `value` sets.
    package init(of value: Value, schema: Schema) throws(KubernetesError) {}
    package var isEmpty: Bool { true }
    package func contains(_ path: FieldPath) -> Bool { false }
    package mutating func insert(_ path: FieldPath) {}
    package func union(_ other: FieldSet) -> FieldSet { self }
    package func subtracting(_ other: FieldSet) -> FieldSet { self }
    package func intersection(_ other: FieldSet) -> FieldSet { self }
    /// Without the members of `other` and everything below them.
    package func subtractingTrees(_ other: FieldSet) -> FieldSet { self }
    package var paths: [FieldPath] { [] }
    package var leaves: FieldSet { self }
    /// The fields of the set that the object has, as one canonical value, for digests.
    package func values(in object: Object) -> Value { .null }
}

package struct ManagedFields: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package enum Operation: String, Sendable { case apply = "Apply", update = "Update" }
        package var manager: String
        package var operation: Operation
        package var apiVersion: String
        package var time: String?
        package var subresource: String
        package var fields: FieldSet
        package init(manager: String, operation: Operation, apiVersion: String, time: String? = nil, subresource: String = "", fields: FieldSet) {
            self.manager = manager; self.operation = operation; self.apiVersion = apiVersion
            self.time = time; self.subresource = subresource; self.fields = fields
        }
    }
    package var entries: [Entry]
    package init(entries: [Entry] = []) { self.entries = entries }
    /// Reads `metadata.managedFields`.
    package init(of object: Object) throws(KubernetesError) { entries = [] }
    /// What `metadata.managedFields` holds; nil when there are no entries.
    package var value: Value? { nil }
}
package func ownedFields(of object: Object, manager: String, subresource: String = "") -> FieldSet { FieldSet() }

/// structured-merge-diff on values.
package enum StructuredMerge {
    package struct Comparison: Sendable, Hashable {
        package var added = FieldSet()
        package var modified = FieldSet()
        package var removed = FieldSet()
        package init() {}
    }
    /// `applied` over `live`: maps and associative lists joined, the rest replaced.
    package static func merge(_ live: Value, with applied: Value, schema: Schema) throws(KubernetesError) -> Value { applied }
    package static func compare(_ old: Value, _ new: Value, schema: Schema) throws(KubernetesError) -> Comparison { Comparison() }
    /// `value` without the fields of `set`.
    package static func remove(_ set: FieldSet, from value: Value, schema: Schema) -> Value { value }
    /// Only the fields of `set`.
    package static func extract(_ set: FieldSet, from value: Value, schema: Schema) -> Value { value }
}
/// `application/strategic-merge-patch+json`.
package func strategicMergePatch(_ original: Value, _ patch: Value, schema: Schema) throws(KubernetesError) -> Value { patch }
/// RFC 7386.
package func mergePatch(_ original: Value, _ patch: Value) -> Value { patch }
/// RFC 6902.
package func jsonPatch(_ original: Value, _ operations: Value) throws(KubernetesError) -> Value { original }

/// A field that is not as its schema asks.
package struct FieldProblem: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        case unknownField(nearest: String?)
        case wrongType(expected: String, found: String)
        case missing
        case invalid(String)
        case duplicateKey
    }
    package var path: DocumentPath
    package var kind: Kind
    package init(_ kind: Kind, at path: DocumentPath) { self.kind = kind; self.path = path }
    package var description: String { "" }
}
/// What is wrong with an object before any server saw it; a nil schema checks only what every object has.
package func validate(_ object: Object, schema: Schema?) -> [FieldProblem] { [] }
extension Schema {
    /// Fields the schema does not name and values of the wrong type.
    package func problems(in value: Value) -> [FieldProblem] { [] }
    /// `value` without the fields the schema does not name (custom resources).
    package func pruned(_ value: Value) -> Value { value }
    /// `value` with the schema's defaults filled in.
    package func defaulted(_ value: Value) -> Value { value }
}

/// Objects in the order they are applied: each stage may run at once.
package func applyOrder(_ objects: [Object]) -> [[Object]] { [objects] }
package func deleteOrder(_ keys: [ObjectKey]) -> [[ObjectKey]] { [keys] }

package enum Health: Sendable, Hashable {
    case healthy
    case progressing(String)
    case degraded(String)
    case suspended(String)
    case unknown(String)
    case missing
}
package func health(of object: Object, now: Timestamp) -> Health { .healthy }

/// `resource.Quantity`.
package struct Quantity: Sendable, Hashable, Comparable {
    package init?(_ text: String) { return nil }
    package init?(_ value: Value) { return nil }
    package var canonical: String { "" }
    package static func < (left: Quantity, right: Quantity) -> Bool { false }
}

package struct Difference: Sendable, Hashable {
    package var path: DocumentPath
    package var from: Value?
    package var to: Value?
    package init(path: DocumentPath, from: Value?, to: Value?) { self.path = path; self.from = from; self.to = to }
}
/// How the live object differs from the desired one in what the desired one says.
package func differences(_ live: Value, _ desired: Value, schema: Schema? = nil) -> [Difference] { [] }
package func unifiedDiff(_ from: String, _ to: String, fromName: String, toName: String, context: Int = 3) -> String { "" }
/// The object with secret values replaced by `***` and what `digest` makes of each, so that changed values look different.
package func masked(_ object: Object, digest: (String) -> String = { _ in "" }) -> Object { object }

package struct AnnotationError: Error, Sendable, Hashable, CustomStringConvertible {
    package var annotation: String
    package var value: String
    package var problem: String
    package var nearest: String?
    package var description: String { "" }
}
/// What an object's annotations ask of Martlet.
package struct ObjectPolicy: Sendable, Hashable {
    package var isIgnored = false
    package var prunes = true
    package var replaces = false
    package var wave = 0
    package init() {}
}
package func policy(of object: Object) throws(AnnotationError) -> ObjectPolicy { ObjectPolicy() }
/// `martlet.dev/tracking`: `app:group/kind:namespace/name`.
package struct Tracking: Sendable, Hashable, CustomStringConvertible {
    package var application: String
    package var key: ObjectKey
    package init(application: String, key: ObjectKey) { self.application = application; self.key = key }
    package init?(_ text: String) { return nil }
    package var description: String { "" }
}
package enum MartletAnnotations {
    package static let prefix = "martlet.dev/"
    package static let application = "martlet.dev/application"
    package static let tracking = "martlet.dev/tracking"
}
