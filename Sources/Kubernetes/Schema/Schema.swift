package import Document

/// What a value may look like: the one description that strict field validation,
/// server-side apply, strategic merge and differences read.
///
/// The kinds of Kubernetes come from a table of their fields (`BuiltInTypes`),
/// custom resources from their OpenAPI v3 schema (`init(openAPIV3:)`). Types that
/// contain themselves are references into the table, resolved when asked for.
package struct Schema: Sendable, Hashable {
    /// The form of a value.
    package indirect enum Shape: Sendable, Hashable {
        case scalar(Scalar)
        /// Anything; mappings merge field by field, sequences are replaced whole.
        case any
        /// Anything, replaced whole (`apiextensions.k8s.io/v1.JSON`).
        case anyAtomic
        case object(ObjectSchema)
        case map(Schema, isAtomic: Bool)
        case list(ListSchema)
        /// A named type of the built-in table.
        case reference(String)
    }

    package enum Scalar: Sendable, Hashable {
        case string, boolean, int32, int64, number
        case quantity, intOrString, time, microTime
        /// Base 64 in JSON.
        case bytes
    }

    private var form: Shape
    /// Written only for custom resources.
    package var rules: SchemaRules?
    /// What the API server fills in for a missing field.
    package var defaultValue: Value?
    package var isNullable = false
    /// `x-kubernetes-preserve-unknown-fields`: what the schema does not name stays.
    package var preservesUnknownFields = false
    /// `x-kubernetes-embedded-resource`: has apiVersion, kind and metadata of its own.
    package var isEmbeddedResource = false
    /// `patchStrategy: retainKeys`: a strategic merge keeps only the keys the patch lists.
    package var retainsKeys = false

    package init(_ shape: Shape) { form = shape }

    /// The form, a reference already followed.
    package var shape: Shape {
        if case .reference(let name) = form { return BuiltInTypes.shared.shape(of: name) }
        return form
    }

    /// The same schema with another form.
    mutating func replaceShape(_ shape: Shape) { form = shape }

    /// The names this form refers to, without following them.
    var referenceNames: [String] {
        switch form {
        case .reference(let name): [name]
        case .map(let value, _): value.referenceNames
        case .list(let list): list.item.referenceNames
        default: []
        }
    }

    package static let string = Schema(.scalar(.string))
    package static let any = Schema(.any)
}

/// A mapping with known fields.
package struct ObjectSchema: Sendable, Hashable {
    /// The Go type's name ("Container"), for error texts; empty for custom resources.
    package var name: String
    package var fields: [String: Schema]
    package var required: Set<String>
    /// `x-kubernetes-map-type: atomic`: one owner for the whole value.
    package var isAtomic: Bool
    /// `additionalProperties` beside named fields.
    package var additional: Schema?

    package init(
        name: String = "", fields: [String: Schema], required: Set<String> = [], isAtomic: Bool = false,
        additional: Schema? = nil
    ) {
        self.name = name
        self.fields = fields
        self.required = required
        self.isAtomic = isAtomic
        self.additional = additional
    }
}

/// How the items of a list are told apart (`x-kubernetes-list-type`).
package enum ListType: Sendable, Hashable {
    /// Replaced whole.
    case atomic
    /// Scalars, each its own identity.
    case set
    /// Objects, known by these fields.
    case map(keys: [String])
}

package struct ListSchema: Sendable, Hashable {
    package var item: Schema
    package var type: ListType
    /// How a strategic merge patch joins the list; it has fewer keys than server-side apply (`x-kubernetes-patch-*`).
    package var patch: ListPatch

    package enum ListPatch: Sendable, Hashable {
        case replace
        /// Join scalars, no duplicates.
        case merge
        case mergeByKey(String)
    }

    package init(item: Schema, type: ListType = .atomic, patch: ListPatch = .replace) {
        self.item = item
        self.type = type
        self.patch = patch
    }
}

extension Schema {
    /// The schema of a field; nil where it has none of that name.
    package func field(_ name: String) -> Schema? {
        switch shape {
        case .object(let object): object.fields[name] ?? object.additional ?? (preservesUnknownFields ? .any : nil)
        case .map(let value, _): value
        case .any, .anyAtomic: .any
        case .scalar, .list, .reference: nil
        }
    }

    /// The schema of the items of a list.
    package var item: Schema? {
        switch shape {
        case .list(let list): list.item
        case .any, .anyAtomic: .any
        default: nil
        }
    }

    /// The schema some fields down, through lists where there are any: `["spec", "template", "spec", "containers", "env"]`.
    package func field(at names: [String]) -> Schema? {
        var schema = self
        for name in names {
            while let item = schema.item, case .list = schema.shape { schema = item }
            guard let next = schema.field(name) else { return nil }
            schema = next
        }
        return schema
    }
}

/// How the items of a built-in kind's list are told apart; `path` names the fields from
/// the object's root: `["spec", "template", "spec", "containers"]`. Atomic where nothing is known.
package func listType(_ gvk: GroupVersionKind, path: [String]) -> ListType {
    guard let schema = Schema.builtIn(for: gvk)?.field(at: path), case .list(let list) = schema.shape else { return .atomic }
    return list.type
}
