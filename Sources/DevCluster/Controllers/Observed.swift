package import Kubernetes

/// The cluster as the controllers know it, with the two indices they need: by
/// kind and namespace, and by controlling owner.
package struct Observed: Sendable {
    private var objects: [GroupKind: [String: [String: Object]]] = [:]
    private var dependents: [Dependency: Set<ObjectKey>] = [:]

    /// Who controls: an owner's uid, or nobody in a namespace.
    private struct Dependency: Hashable {
        var owner: String
        var namespace: String
        var kind: GroupKind

        init(_ object: Object) {
            owner = object.controllerReference?.uid ?? ""
            namespace = owner.isEmpty ? object.namespace : ""
            kind = object.groupKind
        }

        init(owner: String, namespace: String, kind: GroupKind) {
            self.owner = owner
            self.namespace = namespace
            self.kind = kind
        }
    }

    package init(_ objects: some Sequence<Object> = []) {
        for object in objects { insert(object) }
    }

    package func object(_ key: ObjectKey) -> Object? { objects[key.groupKind]?[key.namespace]?[key.name] }

    package func object(_ kind: GroupKind, namespace: String = "", name: String) -> Object? { objects[kind]?[namespace]?[name] }

    /// All of a kind, in one namespace or everywhere, by name.
    package func objects(_ kind: GroupKind, namespace: String? = nil) -> [Object] {
        guard let all = objects[kind] else { return [] }
        if let namespace { return (all[namespace] ?? [:]).values.sorted { $0.name < $1.name } }
        return all.values.flatMap(\.values).sorted { $0.key < $1.key }
    }

    /// The dependents of a kind that name this uid as their controller, by name.
    package func owned(by uid: String, _ kind: GroupKind) -> [Object] {
        guard !uid.isEmpty else { return [] }
        return found(Dependency(owner: uid, namespace: "", kind: kind))
    }

    /// The objects of a kind nobody controls, by name.
    package func orphans(_ kind: GroupKind, namespace: String) -> [Object] {
        found(Dependency(owner: "", namespace: namespace, kind: kind))
    }

    private func found(_ dependency: Dependency) -> [Object] {
        (dependents[dependency] ?? []).sorted().compactMap { object($0) }
    }

    /// Puts an object in the place of the one with its key.
    package mutating func insert(_ object: Object) {
        let key = object.key
        if let old = self.object(key) { forget(old, key) }
        objects[key.groupKind, default: [:]][key.namespace, default: [:]][key.name] = object
        dependents[Dependency(object), default: []].insert(key)
    }

    package mutating func remove(_ key: ObjectKey) {
        guard let old = object(key) else { return }
        forget(old, key)
        objects[key.groupKind]?[key.namespace]?[key.name] = nil
    }

    private mutating func forget(_ object: Object, _ key: ObjectKey) {
        let dependency = Dependency(object)
        dependents[dependency]?.remove(key)
        if dependents[dependency]?.isEmpty == true { dependents[dependency] = nil }
    }
}
