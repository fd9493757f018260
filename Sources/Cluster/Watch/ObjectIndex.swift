import Document
package import Kubernetes

/// The objects of one list-and-watch, found by name, by owner and by application.
package struct ObjectIndex: Sendable {
    /// Names the application an object belongs to.
    package static let applicationLabel = "martlet.dev/application"

    /// By namespace, then name.
    private var objects: [String: [String: Object]] = [:]
    private var byOwner: [String: Set<ObjectKey>] = [:]
    private var byApplication: [String: Set<ObjectKey>] = [:]
    private var byUID: [String: ObjectKey] = [:]
    package private(set) var count = 0

    package init() {}

    package subscript(_ key: ObjectKey) -> Object? { objects[key.namespace]?[key.name] }

    package func all(namespace: String? = nil) -> [Object] {
        if let namespace { return objects[namespace].map { Array($0.values) } ?? [] }
        return objects.values.flatMap(\.values)
    }

    package func owned(by uid: String) -> [Object] { (byOwner[uid] ?? []).compactMap { self[$0] } }
    package func of(application: String) -> [Object] { (byApplication[application] ?? []).compactMap { self[$0] } }
    package func key(uid: String) -> ObjectKey? { byUID[uid] }

    /// Takes an object in, unless the one that is there is newer or the same.
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    package mutating func set(_ object: Object) -> Bool {
        let key = object.key
        if let known = self[key] {
            if known.uid == object.uid {
                if known.resourceVersion == object.resourceVersion, !object.resourceVersion.isEmpty { return false }
                if isOlder(object.resourceVersion, than: known.resourceVersion) == true { return false }
            } else if isOlder(object.resourceVersion, than: known.resourceVersion) == true {
                return false  // the one before, heard of late
            }
            drop(known, key)
        }
        objects[key.namespace, default: [:]][key.name] = object
        count += 1
        for owner in owners(of: object) { byOwner[owner.uid, default: []].insert(key) }
        if let application = object.label(Self.applicationLabel) { byApplication[application, default: []].insert(key) }
        if !object.uid.isEmpty { byUID[object.uid] = key }
        return true
    }

    /// Takes an object out, as of its last version; one that was made since stays.
    @discardableResult
    package mutating func remove(_ object: Object) -> Bool {
        let key = object.key
        guard let known = self[key] else { return false }
        if known.uid != object.uid, isOlder(object.resourceVersion, than: known.resourceVersion) == true { return false }
        drop(known, key)
        return true
    }

    /// Puts a whole list in place of what is there.
    ///
    /// - Parameter version: the list's; an object that is newer was made or changed since, and the
    ///   watch from `version` on will speak of it. Nil to keep nothing.
    /// - Returns: the keys of what was added, changed or removed.
    package mutating func replace(_ list: [Object], keepingNewerThan version: String?) -> Set<ObjectKey> {
        var changed: Set<ObjectKey> = []
        var listed: Set<ObjectKey> = []
        listed.reserveCapacity(list.count)
        for object in list {
            listed.insert(object.key)
            if version == nil, let known = self[object.key], known != object { drop(known, object.key) }
            if set(object) { changed.insert(object.key) }
        }
        for object in all() where !listed.contains(object.key) {
            if let version, isOlder(version, than: object.resourceVersion) == true { continue }
            drop(object, object.key)
            changed.insert(object.key)
        }
        return changed
    }

    private mutating func drop(_ object: Object, _ key: ObjectKey) {
        guard objects[key.namespace]?.removeValue(forKey: key.name) != nil else { return }
        if objects[key.namespace]?.isEmpty == true { objects[key.namespace] = nil }
        count -= 1
        for owner in owners(of: object) {
            byOwner[owner.uid]?.remove(key)
            if byOwner[owner.uid]?.isEmpty == true { byOwner[owner.uid] = nil }
        }
        if let application = object.label(Self.applicationLabel) {
            byApplication[application]?.remove(key)
            if byApplication[application]?.isEmpty == true { byApplication[application] = nil }
        }
        if byUID[object.uid] == key { byUID[object.uid] = nil }
    }
}

/// One entry of `metadata.ownerReferences`.
package struct Owner: Sendable, Hashable {
    package var groupKind: GroupKind
    package var name: String
    package var uid: String
    package var isController: Bool
}

package func owners(of object: Object) -> [Owner] {
    (object.value[path: "metadata", "ownerReferences"]?.sequence ?? []).compactMap { entry in
        guard let uid = entry["uid"]?.string, let kind = entry["kind"]?.string else { return nil }
        let gvk = GroupVersionKind(apiVersion: entry["apiVersion"]?.string ?? "", kind: kind)
        return Owner(
            groupKind: gvk.groupKind, name: entry["name"]?.string ?? "", uid: uid,
            isController: entry["controller"]?.bool ?? false)
    }
}
