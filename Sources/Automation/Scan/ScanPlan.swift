internal import Basics
package import Registry

/// Why a repository's tags are wanted: a container's filter and what it runs now.
package struct TagNeed: Sendable {
    package var policy: TagPolicy
    package var image: ImageReference

    package init(policy: TagPolicy, image: ImageReference) { (self.policy, self.image) = (policy, image) }
}

/// Which tags a registry has to be asked about one by one, once it has listed them.
///
/// A digest is a request and a build time three, so only what decides is asked:
/// tags that pass a filter ordered by build time, and the tags of pinned images.
/// A tag may be moved to another image: the newest are asked each time, the old
/// ones in turn, so that each comes up within `turns` scans.
package enum ScanPlan {
    static let newest = 20
    static let turns = 48

    /// - Parameters:
    ///   - names: what the registry listed now.
    ///   - known: what it listed before.
    ///   - turn: grows by one with each scan.
    package static func inquiries(names: [String], known: [ImageTag], needs: [TagNeed], turn: Int) -> Inquiries {
        let before = Dictionary(known.map { ($0.name, $0) }) { first, _ in first }
        var inquiries = Inquiries(tags: names.map { before[$0] ?? ImageTag($0) })
        for need in needs {
            let current = need.image.tag ?? (need.image.digest == nil ? "latest" : nil)
            let passing = inquiries.tags.filter { need.policy.matches($0.name) }
            if need.policy.needsBuildTimes {
                let fresh = Set(passing.filter { $0.builtAt != nil }.sorted { ($0.builtAt ?? .zero) > ($1.builtAt ?? .zero) }.prefix(newest).map(\.name))
                let asked = passing.filter { tag in
                    tag.digest == nil || tag.builtAt == nil || fresh.contains(tag.name) || isItsTurn(tag.name, turn)
                }
                inquiries.builds.formUnion(asked.map(\.name))
                if let current, names.contains(current) { inquiries.builds.insert(current) }
            }
            if let digest = need.image.digest {
                inquiries.pinned.insert(digest)
                if let best = need.policy.sorted(passing).first { inquiries.builds.insert(best.name) }
                // The same version may be there in two spellings: without a digest the chosen one could never be taken.
                let here = need.policy.current(of: need.image, among: inquiries.tags) ?? ImageTag("")
                if let best = need.policy.best(of: inquiries.tags, from: here) { inquiries.builds.insert(best.name) }
                if let current, names.contains(current) { inquiries.builds.insert(current) }
            }
        }
        return inquiries
    }

    private static func isItsTurn(_ name: String, _ turn: Int) -> Bool {
        stableHash(name.utf8) % UInt64(turns) == UInt64(truncatingIfNeeded: turn) % UInt64(turns)
    }
}

/// The tags as far as they are known, and what is to be asked about them.
package struct Inquiries: Sendable {
    package var tags: [ImageTag]
    /// Names of tags whose image's digest and build time are wanted.
    package var builds: Set<String> = []
    /// Digests that git has, whatever tag they belong to now: whether another image is newer depends on theirs.
    package var pinned: Set<String> = []
}

extension Timestamp {
    fileprivate static let zero = Timestamp(milliseconds: 0)
}
