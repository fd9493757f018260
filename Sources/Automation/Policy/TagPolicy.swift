internal import Chart
package import Kubernetes
package import Registry
internal import RegularExpression

/// Which tags of an image count, and which of two is the better one.
///
/// Pure: lists, digests and build times come in as values. What does not match
/// the grammar of tags never counts, and `latest` only where the filter is
/// `glob:latest`, as Flux v1 had it: it names no image in particular.
package struct TagPolicy: Sendable {
    /// As a person writes it: `semver:~1.4`.
    package let text: String
    let pattern: TagPattern

    /// A pattern that cannot be used is an error that says where it is written,
    /// what is wrong with it and what would be right; it never matches everything.
    /// (Flux v1 took all tags then.)
    package init(_ filter: TagFilter, annotation: String? = nil, origin: Origin? = nil) throws(AutomationError) {
        text = filter.text
        do throws(TagPattern.Malformed) {
            pattern = try TagPattern(filter)
        } catch {
            let name = annotation.map { "annotation \"\(printable($0, limit: 120))\": " } ?? ""
            let place = error.character.map { ", at character \($0) of the pattern" } ?? ""
            throw AutomationError(
                .invalid, "\(name)\"\(printable(filter.text, limit: 80))\" is no tag filter: \(error.problem)\(place)", origin: origin,
                advice: error.advice)
        }
    }

    /// Whether tags are ordered by when their images were built, which must be asked for image by image.
    package var needsBuildTimes: Bool { order == .buildTime }

    var order: TagOrder {
        switch pattern {
        case .range: .version
        case .everything, .glob, .expression(_, group: nil): .buildTime
        case .expression(_, group: let group?): .group(group.number, group.reading)
        }
    }

    /// True for a tag that counts.
    package func matches(_ tag: String) -> Bool { candidate(ImageTag(tag)) != nil }

    /// The tags in their order, best first; none is left out. Tags without what
    /// orders them come last. The same for every order of the input.
    package func sorted(_ tags: [ImageTag]) -> [ImageTag] {
        Self.sorted(tags.map { candidate($0) ?? outsider($0) })
    }

    /// The tags that count, best first.
    package func matching(_ tags: [ImageTag]) -> [ImageTag] { Self.sorted(tags.compactMap(candidate)) }

    private static func sorted(_ candidates: [Candidate]) -> [ImageTag] {
        // Places are sorted, not the candidates: those are large.
        candidates.indices.sorted { candidates[$0].precedes(candidates[$1]) }.map { candidates[$0].tag }
    }

    /// The tag with what it is ordered by; nil for one that does not count.
    func candidate(_ tag: ImageTag) -> Candidate? {
        guard isTagName(tag.name), !isLatest(tag.name) || isLatestWanted else { return nil }
        switch pattern {
        case .everything: return Candidate(tag: tag, key: .time(of: tag))
        case .glob(let glob): return glob.matches(tag.name) ? Candidate(tag: tag, key: .time(of: tag)) : nil
        case .range(let range):
            guard let (version, form) = VersionForm.read(tag.name), range.allows(version) else { return nil }
            return Candidate(tag: tag, key: .version(version), form: form)
        case .expression(let expression, group: nil):
            return expression.matches(tag.name) ? Candidate(tag: tag, key: .time(of: tag)) : nil
        case .expression(let expression, group: let group?):
            guard let groups = expression.findGroups(tag.name) else { return nil }
            guard groups.indices.contains(group.number) else { return Candidate(tag: tag) }
            let text = groups[group.number]
            switch group.reading {
            case .number: return Candidate(tag: tag, key: .number(text))
            case .text: return Candidate(tag: tag, key: text.isEmpty ? nil : .text(Array(text.utf8)))
            case .version:
                guard let (version, form) = VersionForm.read(text) else { return Candidate(tag: tag) }
                return Candidate(tag: tag, key: .version(version), form: form)
            }
        }
    }

    /// A tag that does not count, with what it is ordered by all the same where that needs no match.
    func outsider(_ tag: ImageTag) -> Candidate {
        switch order {
        case .buildTime: return Candidate(tag: tag, key: .time(of: tag))
        case .group: return Candidate(tag: tag)
        case .version:
            guard let (version, form) = VersionForm.read(tag.name) else { return Candidate(tag: tag) }
            return Candidate(tag: tag, key: .version(version), form: form)
        }
    }

    /// Flux v1 compares without regard to case.
    private func isLatest(_ tag: String) -> Bool { tag.utf8.count == 6 && tag.lowercased() == "latest" }

    private var isLatestWanted: Bool {
        if case .glob(let glob) = pattern { glob.onlyMatch == "latest" } else { false }
    }
}
