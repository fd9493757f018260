internal import Chart
internal import Delivery
internal import Document
internal import Registry

/// Finds which values a container's image is made of: they are replaced by texts that nobody
/// else writes, and the chart is rendered to see which of these get into the image.
///
/// All candidates go into one render. Where that fails, because a value does more than name an image, they go one by one.
struct ImageSearch {
    /// Renders one search may cost.
    private static let limit = 64

    let probe: ChartProbe
    let name: ContainerName
    /// The image and where it came from, as the chart renders now.
    let base: ChartProbe.Found
    private var renders = 0
    /// What values the image has, by their places in its text.
    private var found: [(range: Range<Int>, path: DocumentPath)] = []
    /// Values that make a part when they are set; now something else does.
    private var isNew: Set<DocumentPath> = []
    private var appVersion: Range<Int>?
    private let image: ImageReference?

    init(_ probe: ChartProbe, _ name: ContainerName, base: ChartProbe.Found) {
        (self.probe, self.name, self.base) = (probe, name, base)
        image = ImageReference(base.image)
    }

    /// What the image is put together from; what no value decides is literal text.
    mutating func place() -> ImagePlace {
        let leaves = probe.layers.merged.leaves
        look(among: candidates(leaves, pieces: pieces("/:@")))
        if !isTagKnown { look(among: candidates(leaves, pieces: pieces("/:@-._+")).filter { Self.isAboutImages($0.path) }) }
        if !isTagKnown { lookForMissing(leaves) }
        if !isTagKnown { lookAtVersion() }
        return ImagePlace(segments: segments)
    }

    // MARK: what is found

    private var bytes: [UInt8] { Array(base.image.utf8) }

    /// Where the tag stands in the image; the digest, where that is all there is.
    private var tag: Range<Int> {
        guard let image else { return 0..<bytes.count }
        let start = image.name.utf8.count + 1
        if let tag = image.tag { return start..<(start + tag.utf8.count) }
        return min(start, bytes.count)..<bytes.count
    }

    private var isTagKnown: Bool { !found.isEmpty && found.contains { $0.range.overlaps(tag) || (tag.isEmpty && $0.range.upperBound == bytes.count) } }

    private var segments: [ImagePlace.Segment] {
        var segments: [ImagePlace.Segment] = []
        var position = 0
        func literal(to end: Int) {
            guard end > position else { return }
            segments += template(position..<end)
        }
        for (range, path) in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            literal(to: range.lowerBound)
            let place = probe.layers.place(of: path) ?? probe.layers.newPlace(for: path)
            let text = String(decoding: bytes[range], as: UTF8.self)
            segments.append(place.map { .value($0, text: text) } ?? .literal(text))
            position = range.upperBound
        }
        literal(to: bytes.count)
        return segments
    }

    /// Text that no value decides, where the chart's version or its template does.
    private func template(_ range: Range<Int>) -> [ImagePlace.Segment] {
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        if let version = appVersion, range.lowerBound <= version.lowerBound, version.upperBound <= range.upperBound {
            let file = joined(probe.part.spec.path, "Chart.yaml") ?? "Chart.yaml"
            let place = ScalarPlace(file: file, path: [.key("appVersion")])
            let parts: [ImagePlace.Segment] = [
                .literal(text(range.lowerBound..<version.lowerBound)), .value(place, text: text(version)),
                .literal(text(version.upperBound..<range.upperBound)),
            ]
            return parts.filter { !$0.text.isEmpty }
        }
        return [.literal(text(range))]
    }

    // MARK: candidates

    /// The stretches of the image between some characters.
    private func pieces(_ separators: String) -> Set<String> {
        let bytes = bytes
        var cuts = [0, bytes.count]
        for (index, byte) in bytes.enumerated() where separators.utf8.contains(byte) { cuts += [index, index + 1] }
        cuts = Array(Set(cuts).sorted().prefix(48))
        var pieces: Set<String> = []
        for (number, start) in cuts.enumerated() {
            for end in cuts[(number + 1)...] { pieces.insert(String(decoding: bytes[start..<end], as: UTF8.self)) }
        }
        return pieces.filter { $0.utf8.contains { !separators.utf8.contains($0) } }
    }

    private func candidates(_ leaves: [(path: DocumentPath, value: Value)], pieces: Set<String>) -> [(path: DocumentPath, value: Value)] {
        let known = Set(found.map(\.path))
        let fitting = leaves.filter { leaf in
            guard !known.contains(leaf.path), let text = Sentinel.text(of: leaf.value), pieces.contains(text) else { return false }
            // A number of replicas may look like a tag.
            if leaf.value.string == nil { return Self.isAboutImages(leaf.path) }
            return true
        }
        return Array((fitting.filter { Self.isAboutImages($0.path) } + fitting.filter { !Self.isAboutImages($0.path) }).prefix(400))
    }

    /// By the names of the last keys.
    static func isAboutImages(_ path: DocumentPath) -> Bool {
        path.steps.suffix(2).contains { step in
            guard case .key(let key) = step else { return false }
            let name = key.lowercased()
            return ["image", "tag", "version", "repo", "registr", "digest", "hub", "variant", "flavor", "suffix", "sha"].contains { name.contains($0) }
        }
    }

    // MARK: looking

    private mutating func render(_ sentinels: [Sentinel], appVersion: String? = nil) -> String? {
        guard renders < Self.limit else { return nil }
        renders += 1
        return probe.image(name, with: sentinels, appVersion: appVersion)
    }

    private mutating func look(among candidates: [(path: DocumentPath, value: Value)]) {
        guard !candidates.isEmpty else { return }
        let sentinels = candidates.enumerated().map { Sentinel($0.element.path, original: $0.element.value, number: $0.offset) }
        for group in [sentinels, sentinels.filter { Self.isAboutImages($0.path) }] {
            if let text = render(group), let places = places(group, in: text) {
                found += places.filter { place in !found.contains { $0.range.overlaps(place.range) } }
                if isTagKnown || group.count == sentinels.count { return }
            }
        }
        for sentinel in sentinels.prefix(32) {
            guard let text = render([sentinel]), let places = places([sentinel], in: text) else { continue }
            found += places.filter { place in !found.contains { $0.range.overlaps(place.range) } }
        }
    }

    /// Where the originals stand in the image as it is; nil unless the image with the sentinels is
    /// exactly that, each original replaced.
    private func places(_ sentinels: [Sentinel], in text: String) -> [(range: Range<Int>, path: DocumentPath)]? {
        var places: [(range: Range<Int>, path: DocumentPath)] = []
        var rest = Array(text.utf8)[...]
        var original: [UInt8] = []
        while let byte = rest.first {
            if let sentinel = sentinels.first(where: { rest.starts(with: $0.text.utf8) }) {
                let start = original.count
                original += Array(sentinel.original.utf8)
                places.append((start..<original.count, sentinel.path))
                rest = rest.dropFirst(sentinel.text.utf8.count)
            } else {
                original.append(byte)
                rest = rest.dropFirst()
            }
        }
        return original == bytes ? places : nil
    }

    /// Values that are empty or not written, and make the tag as soon as they are.
    private mutating func lookForMissing(_ leaves: [(path: DocumentPath, value: Value)]) {
        var paths = leaves.filter { leaf in
            (leaf.value.isNull || leaf.value.string?.isEmpty ?? false) && Self.mayBeTag(leaf.path)
        }.map(\.path)
        for path in found.map(\.path) {
            guard case .key(let key)? = path.steps.last else { continue }
            let outer = DocumentPath(path.steps.dropLast())
            paths += ["tag", "version", "\(key)Tag", "imageTag"].map { outer.appending(.key($0)) }
        }
        paths += ValueReads.paths(in: probe.release.chart).filter(Self.mayBeTag)
        var seen: Set<DocumentPath> = []
        let near = found.map { DocumentPath($0.path.steps.dropLast()) }
        paths = paths.filter { seen.insert($0).inserted && (probe.layers.merged[$0].map { $0.isNull || $0.string?.isEmpty ?? false } ?? true) }
        let closest = paths.filter { path in near.contains(DocumentPath(path.steps.dropLast())) }
        paths = closest + paths.filter { !closest.contains($0) }
        let sentinels = paths.prefix(200).enumerated().map {
            Sentinel($0.element, original: .string(image?.tag ?? ""), number: $0.offset)
        }
        let hits: [Sentinel]
        if let text = render(sentinels) {
            hits = sentinels.filter { text.contains($0.text) }
        } else {
            hits = Array(sentinels.prefix(24))
        }
        for sentinel in hits {
            guard let text = render([sentinel]), let range = replaced(by: sentinel.text, in: text) else { continue }
            guard !found.contains(where: { $0.range.overlaps(range) }) else { continue }
            found.append((range, sentinel.path))
            isNew.insert(sentinel.path)
            return
        }
    }

    private static func mayBeTag(_ path: DocumentPath) -> Bool {
        guard case .key(let key)? = path.steps.last else { return false }
        let name = key.lowercased()
        return name.contains("tag") || name.contains("version")
    }

    /// What of the image a text took the place of.
    private func replaced(by sentinel: String, in text: String) -> Range<Int>? {
        let new = Array(text.utf8), wanted = Array(sentinel.utf8)
        guard let start = new.indices.first(where: { new[$0...].starts(with: wanted) }) else { return nil }
        let behind = new[(start + wanted.count)...]
        let end = bytes.count - behind.count
        guard end >= start, bytes.starts(with: new[..<start]), bytes[end...].elementsEqual(behind) else { return nil }
        return start..<end
    }

    /// The chart's own version of what it runs, where no value can say another.
    private mutating func lookAtVersion() {
        let version = probe.release.chart.metadata.appVersion
        guard !version.isEmpty, !probe.part.spec.isPackedChart else { return }
        let sentinel = Sentinel(text: version, number: 1)
        guard let text = render([], appVersion: sentinel.text), let range = replaced(by: sentinel.text, in: text) else { return }
        guard String(decoding: bytes[range], as: UTF8.self) == version else { return }
        appVersion = range
    }
}

/// The values that templates name: `.Values.web.image.tag`.
enum ValueReads {
    /// Below subcharts' names for what subcharts read.
    static func paths(in chart: Chart, keys: [String] = [], depth: Int = 0) -> [DocumentPath] {
        guard depth < 8 else { return [] }
        var seen: Set<[String]> = []
        var paths: [DocumentPath] = []
        for template in chart.templates {
            for read in reads(template.bytes) where seen.insert(read).inserted {
                paths.append(DocumentPath((read.first == "global" ? read : keys + read).map { .key($0) }))
            }
        }
        for dependency in chart.dependencies {
            let wanted = chart.metadata.dependencies.filter { $0.name == dependency.name }
            let names = wanted.isEmpty ? [dependency.name] : wanted.map { $0.alias.isEmpty ? $0.name : $0.alias }
            for name in names { paths += self.paths(in: dependency, keys: keys + [name], depth: depth + 1) }
        }
        return paths
    }

    private static func reads(_ bytes: [UInt8]) -> [[String]] {
        let head = Array(".Values.".utf8)
        var found: [[String]] = []
        var index = 0
        while index + head.count < bytes.count {
            guard bytes[index] == head[0], bytes[index...].starts(with: head) else {
                index += 1
                continue
            }
            index += head.count
            let end = bytes[index...].firstIndex { !isName($0) && $0 != head[0] } ?? bytes.count
            let words = bytes[index..<end].split(separator: head[0]).map { String(decoding: $0, as: UTF8.self) }
            if !words.isEmpty { found.append(words) }
            index = end
        }
        return found
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
    }
}
