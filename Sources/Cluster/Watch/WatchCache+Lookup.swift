import Basics
import HTTP
package import Kubernetes

/// Reading the cache.
extension WatchCache {
    package func object(_ key: ObjectKey) -> Object? {
        var best: (object: Object, dropped: Int)?
        for (identifier, part) in parts where identifier.groupKind == key.groupKind {
            guard let object = part.index[key], Self.isBetter((object, part.dropped.count), than: best) else { continue }
            best = (object, part.dropped.count)
        }
        return best?.object
    }

    /// One kind may be followed in two scopes. The copy that has all its fields counts, for without `managedFields` nobody can
    /// tell what was changed; of copies that are alike, the newer one.
    private static func isBetter(_ one: (object: Object, dropped: Int), than other: (object: Object, dropped: Int)?) -> Bool {
        guard let other else { return true }
        if one.dropped != other.dropped { return one.dropped < other.dropped }
        return isOlder(one.object.resourceVersion, than: other.object.resourceVersion) == false
    }

    /// Sorted by namespace and name.
    package func objects(_ groupKind: GroupKind, namespace: String? = nil) -> [Object] {
        distinct { identifier, index in identifier.groupKind == groupKind ? index.all(namespace: namespace) : [] }
    }

    /// The objects, of any type followed, with an owner reference to a uid.
    package func owned(by uid: String) -> [Object] { distinct { _, index in index.owned(by: uid) } }

    /// The objects, of any type followed, labelled as an application's.
    package func objects(application: String) -> [Object] { distinct { _, index in index.of(application: application) } }

    package func object(uid: String) -> Object? {
        for part in parts.values {
            if let key = part.index.key(uid: uid) { return part.index[key] }
        }
        return nil
    }

    /// Up the controller references, as far as the cache knows them: a pod's Deployment. The object itself where it has no owner.
    package func root(of key: ObjectKey) -> Object? {
        guard var current = object(key) else { return nil }
        for _ in 0..<16 {
            guard let owner = owners(of: current).first(where: \.isController), let next = object(uid: owner.uid) else { break }
            current = next
        }
        return current
    }

    /// How far a type can be trusted; nil where nobody follows it in this scope.
    package func state(of groupKind: GroupKind, scope: ListScope = .all) -> State? {
        parts[Identifier(groupKind: groupKind, scope: scope)]?.state
    }

    package func isSynced(_ groupKind: GroupKind, scope: ListScope = .all) -> Bool {
        state(of: groupKind, scope: scope)?.isSynced ?? false
    }

    /// Every type followed, its scope and state.
    package var followed: [(resource: APIResource, scope: ListScope, state: State)] {
        parts.map { ($0.value.resource, $0.key.scope, $0.value.state) }
    }

    /// Waits until a condition on one object holds, looking again at each of its changes.
    ///
    /// - Parameter condition: gets nil while the object is not there.
    /// - Returns: the object that met it.
    /// - Throws: `.timeout`, `.cancelled`.
    @discardableResult
    package func wait(
        for key: ObjectKey, timeout: Duration, until condition: @escaping @Sendable (Object?) -> Bool
    ) async throws(ClusterError) -> Object? {
        let changes = changes { $0 == key }
        return try await wait(timeout: timeout, what: "\(key)", changes: changes) { cache in
            let object = await cache.object(key)
            return condition(object) ? .some(object) : .none
        }
    }

    /// Waits until `look` returns something, asking again after each change of the cache.
    package func wait<Result: Sendable>(
        timeout: Duration, what: String, changes: CacheChangeStream? = nil,
        _ look: @escaping @Sendable (WatchCache) async -> Result?
    ) async throws(ClusterError) -> Result {
        let changes = changes ?? self.changes()
        do {
            let found = try await withDeadline(timeout, time) { () async throws -> Result in
                if let result = await look(self) { return result }
                for await _ in changes {
                    if let result = await look(self) { return result }
                }
                throw CancellationError()
            }
            if let found { return found }
        } catch {
            throw ClusterError(.cancelled, message: "cancelled while waiting for \(what)", transport: .cancelled)
        }
        throw ClusterError(.timeout, message: "waited \(timeout) for \(what)")
    }

    private func distinct(_ find: (Identifier, ObjectIndex) -> [Object]) -> [Object] {
        var found: [ObjectKey: (object: Object, dropped: Int)] = [:]
        for (identifier, part) in parts {
            for object in find(identifier, part.index) where Self.isBetter((object, part.dropped.count), than: found[object.key]) {
                found[object.key] = (object, part.dropped.count)
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value.object)
    }
}
