import Document
import Kubernetes

/// Who owns whom, by uid: what garbage collection walks.
struct OwnerIndex: Sendable {
    struct Place: Sendable, Hashable, Comparable {
        var resource: ResourceID
        var key: StorageKey

        static func < (left: Place, right: Place) -> Bool {
            left.resource == right.resource ? left.key < right.key : left.resource < right.resource
        }
    }

    private var dependents: [String: Set<Place>] = [:]
    private var uids: Set<String> = []

    /// Notes that the object at a place changed, came (old nil) or went (new nil).
    mutating func replace(_ old: Object?, by new: Object?, at place: Place) {
        let before = old.map { Set($0.ownerLinks.map(\.uid)) } ?? []
        let after = new.map { Set($0.ownerLinks.map(\.uid)) } ?? []
        for uid in before where !after.contains(uid) {
            dependents[uid]?.remove(place)
            if dependents[uid]?.isEmpty == true { dependents[uid] = nil }
        }
        for uid in after where !before.contains(uid) { dependents[uid, default: []].insert(place) }
        if let old, new == nil { uids.remove(old.uid) }
        if let new { uids.insert(new.uid) }
    }

    /// In a fixed order, so that runs repeat.
    func dependents(of uid: String) -> [Place] { (dependents[uid] ?? []).sorted() }

    func exists(_ uid: String) -> Bool { uids.contains(uid) }
}

struct OwnerLink: Sendable, Hashable {
    var apiVersion: String
    var kind: String
    var name: String
    var uid: String
    var isController: Bool
    var blocksOwnerDeletion: Bool
}

extension Object {
    var ownerLinks: [OwnerLink] {
        (value[path: "metadata", "ownerReferences"]?.sequence ?? []).compactMap { entry in
            guard let uid = entry["uid"]?.string else { return nil }
            return OwnerLink(
                apiVersion: entry["apiVersion"]?.string ?? "", kind: entry["kind"]?.string ?? "",
                name: entry["name"]?.string ?? "", uid: uid, isController: entry["controller"]?.bool ?? false,
                blocksOwnerDeletion: entry["blockOwnerDeletion"]?.bool ?? false)
        }
    }

    var finalizers: [String] {
        get { (value[path: "metadata", "finalizers"]?.sequence ?? []).compactMap(\.string) }
        set { value[path: "metadata", "finalizers"] = newValue.isEmpty ? nil : .sequence(newValue.map { .string($0) }) }
    }
}
