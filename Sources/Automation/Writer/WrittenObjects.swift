internal import Delivery
internal import Kubernetes

/// Everything the applications of a snapshot say, to be compared with what they say in another.
struct WrittenObjects {
    /// By application, because two may write the same one; a name may be both a hook's and not.
    private var objects: [String: [ObjectKey: [Object]]] = [:]
    /// What charts made up, by application: who is given it again does not differ in it.
    private(set) var generated: [String: [String: String]] = [:]

    init(_ snapshot: RepositorySnapshot, generated known: [String: [String: String]] = [:]) {
        for part in snapshot.parts {
            var context = snapshot.context(part.spec)
            if let known = known[part.spec.name] { context.release.generated = known }
            let (desired, made) = settled(context) { context in
                let desired = render(part, bytes: snapshot.bytes, revision: snapshot.revision, context: context)
                return (desired, desired.generated)
            }
            generated[part.spec.name] = made
            var found: [ObjectKey: [Object]] = [:]
            for object in desired.objects.map(\.object) + desired.hooks.map(\.object) {
                var key = object.key
                // Without a namespace it is in the application's, if it is in any.
                if key.namespace.isEmpty { key.namespace = part.spec.namespace ?? "default" }
                found[key, default: []].append(object)
            }
            objects[part.spec.name] = found
        }
    }

    /// What is not the same, or only on one side; each once for either side.
    func differing(from other: WrittenObjects) -> [(key: ObjectKey, object: Object)] {
        var found: [(key: ObjectKey, object: Object)] = []
        for application in Set(objects.keys).union(other.objects.keys) {
            let (own, others) = (objects[application] ?? [:], other.objects[application] ?? [:])
            for key in Set(own.keys).union(others.keys) where own[key] != others[key] {
                found += ((own[key] ?? []) + (others[key] ?? [])).map { (key, $0) }
            }
        }
        return found
    }
}
