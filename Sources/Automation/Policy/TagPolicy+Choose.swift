package import Registry

extension TagPolicy {
    /// Where to go from the current tag.
    ///
    /// Only forward: a version, number or text must be greater, a build time
    /// later, and both known. So a registry that forgets tags, lies or moves a tag
    /// back changes nothing. Where the order is the name's, the current tag need
    /// not be in the list; where it is the build time's, an unknown one means to
    /// stay, because no tag is known to be newer. (Flux v1 took the best tag
    /// whatever the current was, but skipped images without build times.)
    ///
    /// A current tag that the order says nothing about ("latest" under `semver:`)
    /// is left for the best that matches, unless both build times are known and
    /// the other is older.
    ///
    /// A current tag with a digest is pinned: the digest of the same tag is
    /// followed, and a new tag must have one. Its `builtAt` is that of the pinned
    /// image; where it is nil it is looked for among the tags.
    package func choose(from tags: [ImageTag], current: ImageTag, allowsDowngrade: Bool = false) -> Choice {
        let current = Self.completed(current, from: tags)
        let here = candidate(current) ?? outsider(current)
        guard !tags.isEmpty else { return .stay(.noTags) }

        guard let best = best(of: tags, from: here) else { return .stay(.noMatch(policy: text, bestOther: bestOther(tags))) }
        guard let bestKey = best.key else {
            return .stay(needsBuildTimes ? .buildTimeUnknown(tag: best.tag.name) : .unordered(tag: best.tag.name, policy: text))
        }
        if allowsDowngrade { return take(best.tag, current) }
        guard let hereKey = here.key else {
            if needsBuildTimes {
                let isListed = tags.contains { $0.name == current.name && (current.digest == nil || $0.digest == current.digest) }
                return .stay(isListed ? .buildTimeUnknown(tag: current.name) : .currentUnknown(tag: current.name))
            }
            return Self.isOlder(best.tag, than: current) ? .stay(.currentIsNewer(best: best.tag.name)) : take(best.tag, current)
        }
        let order = bestKey.compare(hereKey)
        if order > 0 { return take(best.tag, current) }
        if order < 0, best.tag.name == current.name { return .stay(.movedBack(tag: current.name)) }
        if order < 0 { return .stay(.currentIsNewer(best: best.tag.name)) }
        return follow(current, tags)
    }

    /// The tag that `choose` takes where it is newer than the current one: who follows digests has to know its.
    func best(of tags: [ImageTag], from current: ImageTag) -> ImageTag? {
        let current = Self.completed(current, from: tags)
        return best(of: tags, from: candidate(current) ?? outsider(current))?.tag
    }

    private func best(of tags: [ImageTag], from here: Candidate) -> Candidate? {
        let form = here.form.parts > 0 ? here.form : nil
        var best: Candidate?
        for tag in tags {
            guard let other = candidate(tag), isVariant(other, of: here) else { continue }
            if best.map({ other.precedes($0, like: form) }) ?? true { best = other }
        }
        return best
    }

    /// Nothing is newer: only the digest of the same tag may have changed.
    private func follow(_ current: ImageTag, _ tags: [ImageTag]) -> Choice {
        guard let digest = current.digest, let listed = tags.first(where: { $0.name == current.name }), matches(listed.name) else {
            return .stay(.upToDate)
        }
        guard let newDigest = listed.digest else { return .stay(.digestUnknown(tag: listed.name)) }
        if newDigest == digest { return .stay(.upToDate) }
        // A registry whose replicas differ would be followed back and forth for ever, were both not known.
        if OrderKey.time(of: listed) == nil || OrderKey.time(of: current) == nil { return .stay(.buildTimeUnknown(tag: listed.name)) }
        return Self.isOlder(listed, than: current) ? .stay(.movedBack(tag: listed.name)) : .take(listed)
    }

    private func take(_ tag: ImageTag, _ current: ImageTag) -> Choice {
        guard let digest = current.digest else { return tag.name == current.name ? .stay(.upToDate) : .take(tag) }
        guard let newDigest = tag.digest else { return .stay(.digestUnknown(tag: tag.name)) }
        return tag.name == current.name && newDigest == digest ? .stay(.upToDate) : .take(tag)
    }

    /// "1.2.3_debug" is another build of 1.2.3, so only from one with a `_` to
    /// one with a `_`. A person who wrote an expression has said which to take.
    private func isVariant(_ other: Candidate, of here: Candidate) -> Bool {
        guard case .range = pattern else { return true }
        return !other.form.hasMetadata || here.form.hasMetadata
    }

    /// The current tag with the build time of the image it stands for.
    private static func completed(_ current: ImageTag, from tags: [ImageTag]) -> ImageTag {
        guard current.builtAt == nil else { return current }
        var current = current
        if let digest = current.digest {
            current.builtAt = tags.first { $0.digest == digest && $0.builtAt != nil }?.builtAt
        } else {
            current.builtAt = tags.first { $0.name == current.name }?.builtAt
        }
        return current
    }

    /// True when both build times are known and the first is earlier.
    private static func isOlder(_ tag: ImageTag, than current: ImageTag) -> Bool {
        guard let left = OrderKey.time(of: tag), let right = OrderKey.time(of: current) else { return false }
        return left.compare(right) < 0
    }

    /// The best of the tags that do not match.
    private func bestOther(_ tags: [ImageTag]) -> String? {
        var best: Candidate?
        for tag in tags where isTagName(tag.name) && tag.name.lowercased() != "latest" {
            var other = outsider(tag)
            // What a group would capture cannot be known without a match.
            if case .group = order { other.key = .time(of: tag) }
            if other.key != nil, best.map({ other.precedes($0) }) ?? true { best = other }
        }
        return best?.tag.name
    }
}
