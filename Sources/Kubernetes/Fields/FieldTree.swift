package import Document

/// An object taken apart into the fields that can each have an owner: scalars, lists that are replaced whole, and
/// what is empty. Items of associative lists are known by their keys, so that one that comes before another is no
/// change of the other.
package struct FieldTree: Sendable {
    package struct Leaf: Sendable, Hashable {
        package var path: FieldPath
        /// The same place in this very object.
        package var place: DocumentPath
        package var value: Value
    }

    fileprivate struct Node: Sendable {
        var value: Value
        var form: Form
        /// The leaves below.
        var range: Range<Int>
    }

    fileprivate enum Form: Sendable {
        case leaf
        case fields([(name: String, node: Node)])
        case items(ListSchema, [(element: PathElement, node: Node)])
    }

    /// In the order of the object.
    package private(set) var leaves: [Leaf] = []
    private var root: Node

    /// What is deeper counts as one leaf: no object of Kubernetes goes there.
    private static let maxDepth = 100

    /// - Parameter schema: nil for the one of the built-in kind; without any, items of lists are told apart by names.
    package init(_ object: Object, schema: Schema? = nil) {
        root = Node(value: object.value, form: .leaf, range: 0..<0)
        var builder = Builder()
        root = builder.node(object.value, schema ?? Schema.builtIn(for: object.gvk), FieldPath(), DocumentPath(), depth: 0)
        leaves = builder.leaves
    }

    /// The leaves, by their place among `leaves`, that another object of the kind says otherwise or not at all.
    package func differing(in other: Value) -> [Int] {
        var found: [Int] = []
        Self.compare(root, other, &found)
        return found
    }

    private static func compare(_ node: Node, _ other: Value?, _ found: inout [Int]) {
        guard let other else {
            found += node.range
            return
        }
        if node.value == other { return }
        switch node.form {
        case .leaf: found += node.range
        case .fields(let fields):
            guard let mapping = other.mapping else {
                found += node.range
                return
            }
            for (name, inner) in fields { compare(inner, mapping[name], &found) }
        case .items(let list, let items):
            guard let sequence = other.sequence, let known = identities(sequence, list) else {
                found += node.range
                return
            }
            let places = Dictionary(zip(known, sequence)) { first, _ in first }
            for (element, inner) in items { compare(inner, places[element], &found) }
        }
    }

    private struct Builder {
        var leaves: [Leaf] = []

        mutating func node(_ value: Value, _ schema: Schema?, _ path: FieldPath, _ place: DocumentPath, depth: Int) -> Node {
            let start = leaves.count
            var form = Form.leaf
            if depth < FieldTree.maxDepth {
                if let mapping = value.mapping, !mapping.isEmpty, schema?.isReplacedWhole != true {
                    form = .fields(
                        mapping.map { entry in
                            let inner = node(
                                entry.value, schema?.field(entry.key), path.appending(.field(entry.key)), place.appending(.key(entry.key)), depth: depth + 1)
                            return (entry.key, inner)
                        })
                } else if let items = value.sequence, !items.isEmpty, let list = FieldTree.list(schema), let elements = FieldTree.identities(items, list) {
                    form = .items(
                        list,
                        zip(elements, items).enumerated().map { index, pair in
                            let inner = node(pair.1, list.item, path.appending(pair.0), place.appending(.index(index)), depth: depth + 1)
                            return (pair.0, inner)
                        })
                }
            }
            if case .leaf = form { leaves.append(Leaf(path: path, place: place, value: value)) }
            return Node(value: value, form: form, range: start..<leaves.count)
        }
    }

    /// How items are told apart; nil for a list that is replaced whole.
    private static func list(_ schema: Schema?) -> ListSchema? {
        guard let schema, case .list(let known) = schema.shape else { return ListSchema(item: .any, type: .map(keys: ["name"])) }
        if case .atomic = known.type { return nil }
        return known
    }

    /// Nil where nothing tells the items apart.
    private static func identities(_ items: [Value], _ list: ListSchema) -> [PathElement]? {
        var elements: [PathElement] = []
        for (index, item) in items.enumerated() {
            guard let element = try? list.element(for: item, index: index, path: FieldPath()) else { return nil }
            elements.append(element)
        }
        return Set(elements).count == elements.count ? elements : nil
    }
}

extension Schema {
    fileprivate var isReplacedWhole: Bool {
        switch shape {
        case .anyAtomic, .map(_, isAtomic: true): true
        case .object(let object): object.isAtomic
        default: false
        }
    }
}
