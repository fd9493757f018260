/// A set of field paths, kept as the tree that `fieldsV1` is.
///
/// A path may be a member and have members below it: an item of a list that
/// someone owns, and its fields.
package struct FieldSet: Sendable, Hashable {
    package private(set) var members: Set<PathElement> = []
    package private(set) var children: [PathElement: FieldSet] = [:]

    package init() {}

    package init(_ paths: some Sequence<FieldPath>) {
        for path in paths { insert(path) }
    }

    package var isEmpty: Bool { members.isEmpty && children.isEmpty }

    package func contains(_ path: FieldPath) -> Bool {
        guard let last = path.elements.last else { return false }
        var set = self
        for element in path.elements.dropLast() {
            guard let child = set.children[element] else { return false }
            set = child
        }
        return set.members.contains(last)
    }

    /// What is below one step; empty where nothing is.
    package func below(_ element: PathElement) -> FieldSet { children[element] ?? FieldSet() }

    package mutating func insert(_ path: FieldPath) { insert(path.elements[...]) }

    private mutating func insert(_ elements: ArraySlice<PathElement>) {
        guard let first = elements.first else { return }
        if elements.count == 1 {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(elements.dropFirst())
        }
    }

    mutating func insertMember(_ element: PathElement) { members.insert(element) }

    /// Everything of `set` moved below `element`.
    mutating func insert(_ set: FieldSet, below element: PathElement) {
        guard !set.isEmpty else { return }
        children[element] = children[element]?.union(set) ?? set
    }

    /// Every member in canonical order.
    package var paths: [FieldPath] {
        var paths: [FieldPath] = []
        collect(below: FieldPath(), into: &paths)
        return paths
    }

    private func collect(below prefix: FieldPath, into paths: inout [FieldPath]) {
        for element in elements {
            let path = prefix.appending(element)
            if members.contains(element) { paths.append(path) }
            children[element]?.collect(below: path, into: &paths)
        }
    }

    /// The first steps of all members, in canonical order.
    package var elements: [PathElement] { members.union(children.keys).sorted() }
}

extension FieldSet {
    package func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.members.formUnion(other.members)
        result.children.merge(other.children) { $0.union($1) }
        return result
    }

    /// Without the members of `other`; what lies below one of them stays.
    package func subtracting(_ other: FieldSet) -> FieldSet {
        var result = self
        result.members.subtract(other.members)
        for (element, child) in other.children {
            guard let own = result.children[element] else { continue }
            let rest = own.subtracting(child)
            result.children[element] = rest.isEmpty ? nil : rest
        }
        return result
    }

    /// Without the members of `other` and everything below them.
    package func subtractingTrees(_ other: FieldSet) -> FieldSet {
        var result = self
        result.members.subtract(other.members)
        for element in other.members { result.children[element] = nil }
        for (element, child) in other.children {
            guard let own = result.children[element] else { continue }
            let rest = own.subtractingTrees(child)
            result.children[element] = rest.isEmpty ? nil : rest
        }
        return result
    }

    package func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.members = members.intersection(other.members)
        for (element, child) in children {
            guard let theirs = other.children[element] else { continue }
            let both = child.intersection(theirs)
            if !both.isEmpty { result.children[element] = both }
        }
        return result
    }

    /// The members that have none below them.
    package var leaves: FieldSet {
        var result = FieldSet()
        result.members = members.filter { children[$0] == nil }
        result.children = children.mapValues(\.leaves)
        return result
    }

    /// With every field name on the way to a member a member itself, as far as
    /// the schema names it: needed before two sets of different origin are compared.
    func namingStructFields() -> FieldSet {
        var result = self
        for (element, child) in children {
            if case .field = element { result.members.insert(element) }
            result.children[element] = child.namingStructFields()
        }
        return result
    }
}

extension FieldSet: CustomStringConvertible {
    package var description: String { paths.map(\.description).joined(separator: "\n") }
}
