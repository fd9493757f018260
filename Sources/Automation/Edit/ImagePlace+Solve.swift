internal import Document
internal import Registry

extension ImagePlace {
    /// What to write where, for the image to be another; as few values as possible. Nil where the
    /// values cannot say it, because what would have to change is no value.
    func texts(for wanted: ImageReference) -> [ScalarPlace: String]? {
        if text == wanted.description { return [:] }
        if let one = Self.single(segments[...], wanted.description) { return one }
        var result: [ScalarPlace: String] = [:]
        for (region, text) in regions(for: wanted) {
            if Self.text(of: region) == text { continue }
            guard let solved = Self.single(region, text) ?? Self.registryAndPath(region, text) else { return nil }
            for (place, text) in solved {
                if let other = result[place], other != text { return nil }
                result[place] = text
            }
        }
        return result
    }

    private static func text(of segments: ArraySlice<Segment>) -> String { segments.map(\.text).joined() }

    /// One value changes, in every place it stands.
    private static func single(_ segments: ArraySlice<Segment>, _ wanted: String) -> [ScalarPlace: String]? {
        for index in segments.indices {
            guard case .value(let place, _) = segments[index] else { continue }
            guard segments.filter({ $0.place == place }).count == 1 else { continue }
            let before = text(of: segments[..<index]), after = text(of: segments[(index + 1)...])
            guard wanted.hasPrefix(before), wanted.hasSuffix(after), wanted.utf8.count >= before.utf8.count + after.utf8.count else { continue }
            let middle = String(decoding: wanted.utf8.dropFirst(before.utf8.count).dropLast(after.utf8.count), as: UTF8.self)
            // "nginx" cannot become "nginx:1.25" in the registry's value.
            guard !middle.hasPrefix(":"), !middle.hasPrefix("@") || segments[index].text.hasPrefix("@") else { continue }
            return [place: middle]
        }
        return nil
    }

    /// Registry and path are two values with "/" between them.
    private static func registryAndPath(_ segments: ArraySlice<Segment>, _ wanted: String) -> [ScalarPlace: String]? {
        let values = segments.filter { !$0.text.isEmpty || $0.place != nil }
        guard values.count == 3, case .value(let registry, _)? = values.first, case .literal("/")? = values.dropFirst().first,
            case .value(let path, _)? = values.last, registry != path, let slash = wanted.firstIndex(of: "/")
        else { return nil }
        let host = wanted[..<slash]
        guard host.contains(".") || host.contains(":") || host == "localhost" else { return nil }
        return [registry: String(host), path: String(wanted[wanted.index(after: slash)...])]
    }

    /// The segments cut at the image's separators, and what each cut is to be. What one value spans is one.
    private func regions(for wanted: ImageReference) -> [(ArraySlice<Segment>, String)] {
        guard let current = ImageReference(text) else { return [(segments[...], wanted.description)] }
        // What the image has no part for is written behind the part before.
        var words: [(now: String, then: String)] = [(current.name, wanted.name)]
        func add(_ separator: String, _ now: String?, _ then: String?) {
            let addition = then.map { separator + $0 } ?? ""
            if let now { words.append((separator + now, addition)) } else { words[words.count - 1].then += addition }
        }
        add(":", current.tag, wanted.tag)
        add("@", current.digest, wanted.digest)
        var ends: [Int] = []
        for word in words { ends.append((ends.last ?? 0) + word.now.utf8.count) }
        var regions: [(ArraySlice<Segment>, String)] = []
        var region: [Segment] = []
        var wanted = ""
        var (position, word) = (0, 0)
        for segment in divided(at: ends) {
            region.append(segment)
            position += segment.text.utf8.count
            let first = word
            while word < words.count, ends[word] <= position {
                wanted += words[word].then
                word += 1
            }
            // A value across an end takes in the part behind it.
            guard word > first, ends[word - 1] == position else { continue }
            regions.append((region[...], wanted))
            (region, wanted) = ([], "")
        }
        // Empty values at the end.
        if !region.isEmpty, let last = regions.popLast() { regions.append((last.0 + region, last.1)) }
        return regions
    }

    /// The segments with the literals cut at some offsets.
    private func divided(at offsets: [Int]) -> [Segment] {
        var result: [Segment] = []
        var position = 0
        for segment in segments {
            let start = position
            position += segment.text.utf8.count
            guard case .literal(let text) = segment else {
                result.append(segment)
                continue
            }
            let cuts = [start] + offsets.filter { $0 > start && $0 < position } + [position]
            for (from, to) in zip(cuts, cuts.dropFirst()) where to > from {
                result.append(.literal(String(decoding: text.utf8.dropFirst(from - start).prefix(to - from), as: UTF8.self)))
            }
        }
        return result
    }
}

extension ImagePlace.Segment {
    var text: String {
        switch self {
        case .literal(let text), .value(_, let text): text
        }
    }

    var place: ScalarPlace? { if case .value(let place, _) = self { place } else { nil } }
}
