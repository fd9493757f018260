package import Registry

/// What a policy says about one container's image.
package enum Choice: Sendable, Hashable {
    case stay(StayReason)
    /// Go to this tag; its digest is there when the image is pinned.
    case take(ImageTag)
}

/// Why an image stays as it is.
package enum StayReason: Sendable, Hashable {
    case upToDate
    case notAutomated
    /// Martlet is to leave the object alone.
    case ignored
    case locked(by: String?, reason: String?)
    case noTags
    /// The best of the tags that do not match, where they have an order.
    case noMatch(policy: String, bestOther: String?)
    /// The best tag that matches is older than the one in git.
    case currentIsNewer(best: String)
    /// The tag, or the digest, in use is not in the registry, and nothing else tells when it was built.
    case currentUnknown(tag: String)
    case buildTimeUnknown(tag: String)
    /// The tag matches, but the group that orders captures nothing of use.
    case unordered(tag: String, policy: String)
    /// The image is pinned, and the tag's digest has not been asked for yet.
    case digestUnknown(tag: String)
    /// The tag in use points to an image that was built before the pinned one.
    case movedBack(tag: String)
}

extension StayReason: CustomStringConvertible {
    /// A clause for a table.
    package var description: String {
        switch self {
        case .upToDate: "up to date"
        case .notAutomated: "not automated"
        case .ignored: "ignored"
        case .locked(let by, let reason):
            "locked" + (by.map { " by \(printable($0, limit: 80))" } ?? "") + (reason.map { ": \(printable($0, limit: 200))" } ?? "")
        case .noTags: "the registry lists no tags"
        case .noMatch(let policy, let best):
            "no tag matches \(printable(policy, limit: 80))" + (best.map { " (best other: \(printable($0)))" } ?? "")
        case .currentIsNewer(let best): "current tag is newer than any that matches (best: \(printable(best)))"
        case .currentUnknown(let tag): "current image \(printable(tag)) is not in the registry, so when it was built is not known; release once by hand"
        case .buildTimeUnknown(let tag): "when \(printable(tag)) was built is not known"
        case .unordered(let tag, let policy):
            "\(printable(tag)) matches \(printable(policy, limit: 80)), but the group captures nothing that orders it"
        case .digestUnknown(let tag): "the digest of \(printable(tag)) is not known yet"
        case .movedBack(let tag): "\(printable(tag)) was moved back to an older image"
        }
    }
}
