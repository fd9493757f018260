internal import Chart
internal import Delivery
internal import Document
internal import Kubernetes
internal import Registry

/// What an edit of a text did to the objects that are made of it: nothing but another image, or it is no good.
struct ChartComparison {
    let name: ContainerName
    let old: ImageReference?
    let oldText: String
    let new: ImageReference
    /// What was written in the places of what.
    let texts: [(old: String, new: String)]
    /// What the other changes of the same round want.
    let wanted: [ContainerName: ImageReference]
    /// Containers that run the same image and follow, with what they come to.
    private(set) var alongside: [ContainerName: ImageReference] = [:]
    /// Those for which another change of the round wants just that.
    private(set) var together: Set<ContainerName> = []

    init(
        _ name: ContainerName, from oldText: String, to new: ImageReference, texts: [(old: String, new: String)],
        wanted: [ContainerName: ImageReference]
    ) {
        (self.name, self.oldText, self.new, self.texts, self.wanted) = (name, oldText, new, texts, wanted)
        old = ImageReference(oldText)
    }

    /// - Parameter application: whose chart it is.
    mutating func check(
        _ before: RenderResult, _ after: RenderResult, of application: ApplicationSpec, isOwn: Bool, places: String
    ) throws(AutomationError) {
        func documents(_ result: RenderResult) -> [RenderedDocument] { result.manifests + result.hooks.map(\.document) }
        let olds = documents(before), news = documents(after)
        // Most are the same text and are not read.
        let (oldSet, newSet) = (Set(olds), Set(news))
        try check(
            objects(olds.filter { !newSet.contains($0) }), objects(news.filter { !oldSet.contains($0) }), of: application, isOwn: isOwn,
            places: places)
    }

    /// - Parameters:
    ///   - was: the objects of an application that may be others.
    ///   - isOwn: whether it is the one whose container is to be another.
    mutating func check(
        _ was: [ObjectKey: Value], _ now: [ObjectKey: Value], of application: ApplicationSpec, isOwn: Bool, places: String
    ) throws(AutomationError) {
        let gone = Set(was.keys).subtracting(now.keys).map(\.description).sorted()
        let come = Set(now.keys).subtracting(was.keys).map(\.description).sorted()
        if let first = gone.first { throw different("\(first) would be gone", places) }
        if let first = come.first { throw different("\(first) would be new", places) }
        for (key, object) in was.sorted(by: { $0.key < $1.key }) {
            guard let other = now[key] else { continue }
            try compare(key, object, other, application, isOwn, places)
        }
    }

    private func objects(_ documents: [RenderedDocument]) -> [ObjectKey: Value] {
        var all: [ObjectKey: Value] = [:]
        for document in documents {
            for object in document.objects { all[object.key] = object.value }
        }
        return all
    }

    private mutating func compare(
        _ key: ObjectKey, _ before: Value, _ after: Value, _ application: ApplicationSpec, _ isOwn: Bool, _ places: String
    ) throws(AutomationError) {
        let images = Dictionary(before.containerImages.map { ($0.path, $0.name) }) { first, _ in first }
        for path in before.scalarDifferences(to: after) {
            guard let old = before[path].flatMap(Sentinel.text), let new = after[path].flatMap(Sentinel.text) else {
                throw different("\"\(path)\" of \(key) would be of another form", places)
            }
            if let container = images[path] {
                var other = ContainerName(workload: key, container: container)
                if isOwn, isMeant(other) { continue }
                other.workload.namespace = other.workload.namespace(in: application)
                if let target = wanted[other] {
                    guard target.description == new else {
                        throw AutomationError(
                            .ambiguous([name.description, other.description]),
                            "\(places) is also in the image of \(other), which is to be \"\(target)\" instead of \"\(new)\"",
                            advice: "give each a value of its own, or the same tag filter")
                    }
                    together.insert(other)
                    continue
                }
                guard let image = ImageReference(old), image.repository == self.old?.repository, let next = ImageReference(new),
                    next.repository == self.new.repository
                else {
                    throw AutomationError(
                        .ambiguous([name.description, other.description]),
                        "\(places) is also in the image \"\(old)\" of \(other)", advice: "give each a value of its own")
                }
                alongside[other] = next
                continue
            }
            guard follows(old, new) || isChecksum(path, old, new) || isVersion(path, new) else {
                throw different("\"\(path)\" of \(key) would change from \"\(shown(old))\" to \"\(shown(new))\"", places)
            }
            if path.steps.contains(.key("labels")), !ObjectName.isLabelValue(new) {
                throw different("the label \"\(path)\" of \(key) would be \"\(shown(new))\", which is none", places)
            }
        }
    }

    private func isMeant(_ other: ContainerName) -> Bool {
        other.container == name.container && other.workload.name == name.workload.name && other.workload.groupKind == name.workload.groupKind
            && (other.workload.namespace == name.workload.namespace || other.workload.namespace.isEmpty)
    }

    private func shown(_ text: String) -> String { text.utf8.count > 80 ? "\(text.prefix(60))…" : text }

    private func different(_ what: String, _ places: String) -> AutomationError {
        AutomationError(
            .notEditable, "\(places) decides more than the image of \(name): \(what)", advice: "edit the chart's values by hand")
    }

    /// The same text with the new image, or parts of it, in the place of the old: labels, arguments, configuration.
    private func follows(_ before: String, _ after: String) -> Bool {
        var pairs = [(oldText, new.description)]
        if let old {
            pairs.append((old.name, new.name))
            if let from = old.tag, let to = new.tag ?? new.digest {
                pairs.append((from, to))
                pairs.append((Self.plain(from), Self.plain(to)))
                if let digest = new.digest, new.tag != nil { pairs.append((from, "\(to)@\(digest)")) }
            }
            if let from = old.digest, let to = new.digest { pairs.append((from, to)) }
            if let from = old.digest, let to = new.tag { pairs.append((from, to)) }
        }
        pairs += texts.map { ($0.old, $0.new) }
        pairs.removeAll { $0.0.isEmpty || $0.0 == $0.1 }
        for (from, to) in pairs where before.replacing(from, with: to) == after { return true }
        // Name and tag both, in texts that have them apart.
        return pairs.reduce(before) { $0.replacing($1.0, with: $1.1) } == after
    }

    /// As labels have versions.
    private static func plain(_ tag: String) -> String {
        String((tag.hasPrefix("v") ? tag.dropFirst() : tag[...]).map { $0 == "+" ? "_" : $0 })
    }

    /// A label that says what runs, from something else as long as there was no tag.
    private func isVersion(_ path: DocumentPath, _ after: String) -> Bool {
        guard case .key("app.kubernetes.io/version")? = path.steps.last, let tag = new.tag else { return false }
        return after == tag || after == Self.plain(tag)
    }

    /// Digests of configuration follow whatever it says.
    private func isChecksum(_ path: DocumentPath, _ before: String, _ after: String) -> Bool {
        guard before.utf8.count == after.utf8.count, case .key(let key)? = path.steps.last else { return false }
        if key.lowercased().contains("checksum") { return true }
        func isHex(_ text: String) -> Bool { text.utf8.count >= 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) } }
        return isHex(before) && isHex(after)
    }
}

extension ObjectKey {
    /// The namespace it gets when it is released.
    func namespace(in application: ApplicationSpec) -> String { namespace.isEmpty ? application.namespace ?? "default" : namespace }
}
