internal import Delivery
internal import Document
internal import Kubernetes
internal import Registry

/// Images and annotations of plain manifests: they stand in the objects themselves.
extension Editor {
    mutating func locateInManifests(_ name: ContainerName, _ part: Layout.Part) throws(AutomationError) -> ImagePlace {
        let object = try object(name.workload, part)
        let containers = object.object.value.containerImages.filter { $0.name == name.container }
        guard let container = containers.first else { return try markedPlace(name, object) }
        guard containers.count == 1 else {
            let places = containers.map { "\(object.file): \(DocumentPath(object.path.steps + $0.path.steps))" }
            throw AutomationError(
                .ambiguous(places), "\(name.workload) has \(containers.count) containers \"\(name.container)\"", origin: origin(object),
                advice: "give each another name")
        }
        guard let image = container.image else {
            throw AutomationError(.notFound, "\(name) names no image", origin: origin(object), advice: "write \"image:\" once by hand")
        }
        let place = ScalarPlace(file: object.file, document: object.document, path: DocumentPath(object.path.steps + container.path.steps))
        return ImagePlace(segments: [.value(place, text: image)])
    }

    mutating func setManifestImage(
        _ name: ContainerName, _ image: ImageReference, _ part: Layout.Part, _ change: Change
    ) throws(AutomationError) -> [String] {
        let place = try locateInManifests(name, part)
        guard let texts = place.texts(for: image) else {
            throw AutomationError(
                .notEditable, "\(name) is \"\(place.text)\", and what is written cannot make it \"\(image)\"",
                origin: place.places.first.map { Origin(file: $0.file) }, advice: "edit it by hand")
        }
        guard let file = place.places.first?.file, var bytes = snapshot.bytes[file] else { return [] }
        for (place, text) in texts.sorted(by: { $0.key.path.description < $1.key.path.description }) {
            bytes = try replacing(place, with: text, in: bytes, name, image)
        }
        guard snapshot.bytes[file] != bytes else { return [] }
        // Another application may be made of the same file.
        let all = snapshot.bytes(with: bytes, at: file)
        var comparison = ChartComparison(name, from: place.text, to: image, texts: [], wanted: wanted)
        _ = try compareOthers(than: part, files: [file], all, &comparison, places: "\"\(file)\"")
        note(comparison, change)
        return take(file, bytes, part)
    }

    /// Where an alias or an anchor shares the text, everything that would change with it has to be meant to.
    private mutating func replacing(
        _ place: ScalarPlace, with text: String, in bytes: [UInt8], _ name: ContainerName, _ image: ImageReference
    ) throws(AutomationError) -> [UInt8] {
        let syntax = YAML.Syntax(file: place.file)
        do {
            return try YAML.setting(.string(text), at: place.path, document: place.document, in: bytes, file: place.file, syntax: syntax)
        } catch {
            guard syntax == .yaml,
                let shared = try? YAML.replacingScalar(at: place.path, document: place.document, in: bytes, with: text, file: place.file)
            else { throw refused(error, what: "the image of \(name)") }
            let others = others(bytes, shared, place, image)
            guard others.isEmpty else {
                throw AutomationError(
                    .ambiguous(others.map(\.description)), "the image of \(name) is one text with \(others.map { "\"\($0.path)\"" }.joined(separator: ", "))",
                    origin: Origin(file: place.file, line: YAML.line(of: place.path, document: place.document, in: bytes)),
                    advice: "write it out instead of \"*\", or change all of them together")
            }
            return shared
        }
    }

    /// What else is different between two texts of a file, images that are to be the same left out.
    private func others(_ before: [UInt8], _ after: [UInt8], _ own: ScalarPlace, _ image: ImageReference) -> [ScalarPlace] {
        let options = YAML.Options(maxBytes: nil, duplicateKeys: .last)
        guard let old = try? YAML.documents(before, file: own.file, options: options),
            let new = try? YAML.documents(after, file: own.file, options: options)
        else { return [own] }
        var meant: Set<ScalarPlace> = [own]
        for object in (try? ManifestIndex.objects(in: own.file, before)) ?? [] {
            for container in object.object.value.containerImages {
                // A namespace that is not written may be any.
                let isMeant = wanted.contains { name, target in
                    name.container == container.name && name.workload.name == object.object.name
                        && name.workload.groupKind == object.object.groupKind && target == image
                        && (object.object.namespace.isEmpty || object.object.namespace == name.workload.namespace)
                }
                guard isMeant else { continue }
                meant.insert(
                    ScalarPlace(file: own.file, document: object.document, path: DocumentPath(object.path.steps + container.path.steps)))
            }
        }
        let news = Dictionary(new.map { ($0.index, $0.value) }) { first, _ in first }
        return old.flatMap { document in
            (news[document.index] ?? .null).scalarDifferences(to: document.value).map {
                ScalarPlace(file: own.file, document: document.index, path: $0)
            }
        }.filter { !meant.contains($0) }
    }

    /// What markers in the object's own document say, for objects whose containers Martlet does not know.
    private func markedPlace(_ name: ContainerName, _ object: ManifestObject) throws(AutomationError) -> ImagePlace {
        let all = ImageMarker.markers(in: snapshot.bytes[object.file] ?? [], file: object.file)
        let markers = ImageMarker.meaning(
            name, among: all.filter { $0.place.document == object.document && $0.place.path.steps.starts(with: object.path.steps) })
        guard let place = ImageMarker.place(markers) else {
            let known = object.object.value.containerImages.map(\.name)
            if markers.count > 1 {
                throw AutomationError(
                    .ambiguous(markers.map(\.place.description)), "\(name) is marked in \(markers.count) places", origin: origin(object),
                    advice: "leave one marker for the image, or one each for its name and its tag")
            }
            throw AutomationError(
                .notFound, "\(name.workload) has no container \"\(name.container)\"", origin: origin(object),
                advice: known.isEmpty ? "it has none at all" : "it has \(known.joined(separator: ", "))")
        }
        return place
    }

    mutating func annotateManifest(
        _ workload: ObjectKey, _ part: Layout.Part, set: [String: String], remove: [String]
    ) throws(AutomationError) -> [String] {
        let object = try object(workload, part)
        let bytes = snapshot.bytes[object.file] ?? []
        let edited = try annotated(bytes, object, set: set, remove: remove)
        return take(object.file, edited, part)
    }

    /// Annotations of an object set and taken away. With the last of them `annotations:` goes too, which is what
    /// a person would have done, and makes the text what it was before the first was set; a comment in it keeps it.
    func annotated(
        _ bytes: [UInt8], _ object: ManifestObject, set: [String: String], remove: [String]
    ) throws(AutomationError) -> [UInt8] {
        let annotations = DocumentPath(object.path.steps + [.key("metadata"), .key("annotations")])
        var bytes = bytes
        var left = object.object.annotations
        do {
            for (key, value) in set.sorted(by: { $0.key < $1.key }) where left[key]?.string != value {
                bytes = try YAML.setting(
                    .string(value), at: annotations.appending(.key(key)), document: object.document, in: bytes, file: object.file,
                    syntax: object.syntax)
                left[key] = .string(value)
            }
            for key in remove.sorted() where left.contains(key) && set[key] == nil {
                left[key] = nil
                let whole = left.isEmpty && !holdsComment(annotations, object.document, bytes) ? annotations : annotations.appending(.key(key))
                bytes = try YAML.removing(whole, document: object.document, in: bytes, file: object.file, syntax: object.syntax)
            }
        } catch {
            throw refused(error, what: "the annotations of \(object.object.key)")
        }
        var annotated = object.object
        annotated.annotations = left
        if (try? policy(of: object.object)) != nil {
            do {
                _ = try policy(of: annotated)
            } catch {
                throw AutomationError(.invalid, error.description, origin: origin(object), advice: "write what is expected there")
            }
        }
        return bytes
    }

    private func holdsComment(_ path: DocumentPath, _ document: Int, _ bytes: [UInt8]) -> Bool {
        guard let node = try? YAML.locate(path, document: document, in: bytes) else { return true }
        let start = node.key?.end.offset ?? node.value.start.offset
        let range = start..<max(start, node.value.end.offset)
        return bytes[range.clamped(to: 0..<bytes.count)].split(separator: 0x0a).contains { line in
            line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#")
        }
    }

    private mutating func object(_ key: ObjectKey, _ part: Layout.Part) throws(AutomationError) -> ManifestObject {
        let index = index(of: part)
        let found = index.objects(key)
        guard let object = found.first else {
            let broken = index.problems.values.map(\.description).sorted()
            throw AutomationError(
                .notFound, "\(key) is not written in application \"\(part.spec.name)\"",
                advice: broken.isEmpty ? "see \"martlet status\" for what is" : "one of these files may have it: \(broken.joined(separator: "; "))")
        }
        guard found.count == 1 else {
            let places = found.map { origin($0).description }
            throw AutomationError(
                .ambiguous(places), "\(key) is written \(found.count) times: \(places.joined(separator: ", "))", advice: "keep one")
        }
        return object
    }

    private func origin(_ object: ManifestObject) -> Origin {
        Origin(file: object.file, line: YAML.line(of: object.path, document: object.document, in: snapshot.bytes[object.file] ?? []))
    }
}

extension ImageMarker {
    /// Those with the container's name; where there are none, with the workload's.
    static func meaning(_ name: ContainerName, among markers: [ImageMarker]) -> [ImageMarker] {
        let own = markers.filter { $0.name == name.container }
        return own.isEmpty ? markers.filter { $0.name == name.workload.name } : own
    }

    /// The one image some markers make; nil for none, and where they are more than one.
    static func place(_ markers: [ImageMarker]) -> ImagePlace? {
        func only(_ part: Part) -> ImageMarker? {
            let found = markers.filter { $0.part == part }
            return found.count == 1 ? found.first : nil
        }
        if let whole = only(.whole), markers.count == 1 { return ImagePlace(segments: [.value(whole.place, text: whole.text)]) }
        if let name = only(.name), let tag = only(.tag), markers.count == 2 {
            return ImagePlace(segments: [.value(name.place, text: name.text), .literal(":"), .value(tag.place, text: tag.text)])
        }
        return nil
    }
}

extension Value {
    /// Where two trees are not equal, as deep as they have the same form.
    func scalarDifferences(to other: Value) -> [DocumentPath] {
        var found: [DocumentPath] = []
        var open: [(Value, Value, DocumentPath)] = [(self, other, [])]
        while let (own, other, path) = open.popLast() {
            if own == other { continue }
            switch (own, other) {
            case (.mapping(let first), .mapping(let second)):
                for entry in first { open.append((entry.value, second[entry.key] ?? .null, path.appending(.key(entry.key)))) }
                for entry in second where !first.contains(entry.key) { open.append((.null, entry.value, path.appending(.key(entry.key)))) }
            case (.sequence(let first), .sequence(let second)) where first.count == second.count:
                for (index, pair) in zip(first, second).enumerated() { open.append((pair.0, pair.1, path.appending(.index(index)))) }
            default: found.append(path)
            }
        }
        return found.sorted { $0.description < $1.description }
    }
}
