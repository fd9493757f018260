internal import Kubernetes

/// Digests of the fields that Martlet owns in live objects, per version: computing them is the dear part of a plan.
struct OwnedDigests: Sendable {
    private struct Known {
        var version: String
        var digest: String
    }

    private var known: [ObjectKey: Known] = [:]

    func digest(of live: Object, by key: FingerprintKey) -> String {
        if let known = known[live.key], known.version == live.resourceVersion { return known.digest }
        return key.ownedDigest(live)
    }

    mutating func note(_ digest: String, of live: Object) { known[live.key] = Known(version: live.resourceVersion, digest: digest) }

    /// Keeps what a plan has computed, and only that: an object left as somebody changed it has not the digest of the inventory.
    mutating func note(_ changes: ChangeSet, _ live: [ObjectKey: Live]) {
        for change in changes.changes {
            if let digest = change.owned, case .present(let object)? = live[change.key] { note(digest, of: object) }
        }
    }

    mutating func forget(_ key: ObjectKey) { known[key] = nil }
}
