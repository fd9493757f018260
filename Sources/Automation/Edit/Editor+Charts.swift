internal import Delivery
internal import Document
internal import Kubernetes
internal import Registry

/// Images of workloads that a chart makes: they stand in values.
extension Editor {
    mutating func probe(of part: Layout.Part) throws(AutomationError) -> ChartProbe {
        if let known = renders[part.spec.name] { return known }
        do {
            let probe = try ChartProbe(part, bytes: snapshot.bytes, context: snapshot.context(part.spec))
            renders[part.spec.name] = probe
            return probe
        } catch {
            throw AutomationError(
                .notEditable, "the chart of application \"\(part.spec.name)\" does not render: \(error)", origin: error.origin,
                advice: "see \"martlet render \(part.spec.path)\"")
        }
    }

    private func found(_ name: ContainerName, _ probe: ChartProbe) throws(AutomationError) -> ChartProbe.Found {
        if let found = probe.find(name) { return found }
        let application = probe.part.spec.name
        guard let known = probe.containers(of: name.workload) else {
            throw AutomationError(
                .notFound, "the chart of application \"\(application)\" makes no \(name.workload)",
                advice: "see \"martlet render \(probe.part.spec.path)\" for what it makes")
        }
        throw AutomationError(
            .notFound, "\(name.workload) has no container \"\(name.container)\" with an image", origin: probe.part.spec.origin,
            advice: known.isEmpty ? "it has none at all" : "it has \(known.joined(separator: ", "))")
    }

    mutating func locateInChart(_ name: ContainerName, _ part: Layout.Part) throws(AutomationError) -> ImagePlace {
        let probe = try probe(of: part)
        var search = ImageSearch(probe, name, base: try found(name, probe))
        let place = search.place()
        return place.places.isEmpty ? writtenInTemplate(place, search.base, part) ?? place : place
    }

    /// An image that is written out in its template, once.
    private func writtenInTemplate(_ place: ImagePlace, _ found: ChartProbe.Found, _ part: Layout.Part) -> ImagePlace? {
        let file = part.spec.repositoryPath(ofChartFile: found.source)
        let image = Array(found.image.utf8)
        guard !part.spec.isPackedChart, let bytes = snapshot.bytes[file] else { return nil }
        let starts = bytes.indices.filter { bytes[$0...].starts(with: image) }
        guard starts.count == 1, let start = starts.first else { return nil }
        return ImagePlace(segments: [.value(ScalarPlace(file: file, bytes: start..<(start + image.count)), text: found.image)])
    }

    mutating func setChartImage(
        _ name: ContainerName, _ image: ImageReference, _ part: Layout.Part, _ change: Change
    ) throws(AutomationError) -> [String] {
        let probe = try probe(of: part)
        let found = try found(name, probe)
        if found.image == image.description { return [] }
        let place = try locateInChart(name, part)
        var failure: AutomationError?
        var shared: ChartTrial?
        for texts in attempts(name, place, image, probe) {
            do throws(AutomationError) {
                let trial = try tried(texts, name, from: found.image, to: image, probe)
                if !trial.movesOthers { return take(trial, part, change) }
                // A value of its own leaves other applications alone.
                shared = shared ?? trial
            } catch {
                // The first way is the natural one: what is wrong with it is what helps.
                failure = failure ?? error
            }
        }
        if let shared { return take(shared, part, change) }
        throw failure ?? AutomationError(
            .notEditable, "no value decides what would have to change in the image \"\(found.image)\" of \(name)",
            origin: Origin(file: part.spec.repositoryPath(ofChartFile: found.source)),
            advice: "let the template read it from a value, or edit it by hand")
    }

    /// What may be written for the image to be another, the most natural first; which of them is right is seen when the chart renders.
    private func attempts(
        _ name: ContainerName, _ place: ImagePlace, _ image: ImageReference, _ probe: ChartProbe
    ) -> [[ScalarPlace: String]] {
        var attempts: [[ScalarPlace: String]] = []
        let current = ImageReference(place.text)
        for one in place.places where one.bytes == nil && one.prefix.isEmpty {
            let outer = DocumentPath(one.path.steps.dropLast())
            func sibling(_ key: String, mayBeNew: Bool = false) -> ScalarPlace? {
                let place = ScalarPlace(file: one.file, document: one.document, path: outer.appending(.key(key)))
                return mayBeNew || value(at: place) != nil ? place : nil
            }
            guard let digest = sibling("digest") else { continue }
            // A digest has a key of its own, and then often hides the tag.
            if let wanted = image.digest, current?.digest == nil, let texts = place.texts(for: ImageReference(name: image.name, tag: image.tag)) {
                attempts.append(texts.merging([digest: wanted]) { $1 })
            }
            guard let old = current?.digest, let tag = image.tag, image.digest == nil else { continue }
            if current?.tag != nil, let texts = place.texts(for: ImageReference(name: image.name, tag: tag, digest: old)) {
                attempts.append(texts.merging([digest: ""]) { $1 })
            } else if current?.tag == nil, let texts = place.texts(for: ImageReference(name: image.name, digest: old)), let own = sibling("tag", mayBeNew: true) {
                attempts.append(texts.merging([digest: "", own: tag]) { $1 })
            }
        }
        if let texts = place.texts(for: image) { attempts.append(texts) }
        // A subchart's defaults may be there for two aliases: values of one's own go over them.
        for texts in attempts {
            let over = texts.map { (probe.layers.overriding($0.key) ?? $0.key, $0.value) }
            if Set(over.map(\.0)) != Set(texts.keys) { attempts.append(Dictionary(over) { $1 }) }
        }
        if let texts = marked(name, probe)?.texts(for: image) { attempts.append(texts) }
        // What other applications read too: a stronger text that only this one reads says it for this one.
        for texts in attempts {
            let shared = texts.filter { !others(than: probe.part, reading: [$0.key.file]).isEmpty }
            let own = shared.compactMap { place, text in
                probe.layers.overriding(place, where: { others(than: probe.part, reading: [$0]).isEmpty }).map { ($0, text) }
            }
            guard !shared.isEmpty, own.count == shared.count else { continue }
            let rest = texts.filter { shared[$0.key] == nil }
            attempts.append(rest.merging(own) { $1 })
        }
        return attempts
    }

    /// What markers in the values say, for charts that make something else of them before they use them.
    private func marked(_ name: ContainerName, _ probe: ChartProbe) -> ImagePlace? {
        let files = Set(probe.layers.layers.map(\.file)).sorted()
        let markers = ImageMarker.meaning(
            name, among: files.flatMap { ImageMarker.markers(in: snapshot.bytes[$0] ?? [], file: $0) })
        if let place = ImageMarker.place(markers) { return place }
        guard markers.count == 1, let tag = markers.first, tag.part == .tag,
            let image = probe.find(name).flatMap({ ImageReference($0.image) })
        else { return nil }
        return ImagePlace(segments: [.literal("\(image.name):"), .value(tag.place, text: image.tag ?? tag.text)])
    }

    private func value(at place: ScalarPlace) -> Value? {
        let options = YAML.Options(maxBytes: nil, duplicateKeys: .last)
        let documents = try? YAML.documents(snapshot.bytes[place.file] ?? [], file: place.file, options: options)
        return documents?.first { $0.index == place.document }?.value[place.path]
    }

    /// Writes values; it is good when the chart then makes the wanted image and nothing else is different, here or in any other application.
    private mutating func tried(
        _ texts: [ScalarPlace: String], _ name: ContainerName, from old: String, to image: ImageReference, _ probe: ChartProbe
    ) throws(AutomationError) -> ChartTrial {
        var trial = snapshot
        var files: Set<String> = []
        for (place, text) in texts.sorted(by: { ($0.key.file, $0.key.path.description) < ($1.key.file, $1.key.path.description) }) {
            trial.write(try written(place, text, in: trial.bytes[place.file] ?? []), at: place.file)
            files.insert(place.file)
        }
        let bytes = trial.bytes
        let places = texts.keys.map { "\"\($0)\"" }.sorted().joined(separator: ", ")
        var part = probe.part
        if let declared = bytes[part.spec.origin.file], files.contains(part.spec.origin.file),
            let spec = try? ApplicationFile.parse(declared, path: part.spec.origin.file).first(where: { $0.name == part.spec.name })
        {
            part.spec = spec
        }
        let after = try self.after(part, probe, bytes, places: places)
        guard let made = after.find(name)?.image else {
            throw AutomationError(
                .notEditable, "with \(places) changed the chart makes no \(name)", origin: files.min().map { Origin(file: $0) },
                advice: "edit it by hand")
        }
        guard made == image.description else {
            throw AutomationError(
                .notEditable, "with \(places) changed the image of \(name) is \"\(made)\" instead of \"\(image)\"",
                origin: files.min().map { Origin(file: $0) }, advice: "edit it by hand")
        }
        let replaced = texts.compactMap { place, text in value(at: place).flatMap(Sentinel.text).map { (old: $0, new: place.prefix + text) } }
        var comparison = ChartComparison(name, from: old, to: image, texts: replaced, wanted: wanted)
        try comparison.check(probe.result, after.result, of: part.spec, isOwn: true, places: places)
        let inside = comparison.alongside.count
        var renders = try compareOthers(than: part, files: files, bytes, &comparison, places: places)
        renders[part.spec.name] = after
        return ChartTrial(
            files: bytes.filter { files.contains($0.key) }, renders: renders, comparison: comparison,
            movesOthers: comparison.alongside.count > inside)
    }

    /// A chart as it renders with other bytes.
    private func after(
        _ part: Layout.Part, _ probe: ChartProbe, _ bytes: [String: [UInt8]], places: String
    ) throws(AutomationError) -> ChartProbe {
        do {
            // What templates made up the first time, they are given again: it is no difference.
            var context = snapshot.context(part.spec)
            context.release.generated = probe.release.generated
            return try ChartProbe(part, bytes: bytes, context: context)
        } catch {
            throw AutomationError(
                .notEditable, "with \(places) changed the chart of application \"\(part.spec.name)\" does not render: \(error)", origin: error.origin,
                advice: "edit it by hand")
        }
    }

    /// What becomes of the other applications that read some files: one text may be several's.
    ///
    /// - Returns: Their charts as they then render.
    mutating func compareOthers(
        than part: Layout.Part, files: Set<String>, _ bytes: [String: [UInt8]], _ comparison: inout ChartComparison, places: String
    ) throws(AutomationError) -> [String: ChartProbe] {
        var renders: [String: ChartProbe] = [:]
        let files = snapshot.paths(of: files)
        for other in others(than: part, reading: files) {
            switch other.form {
            case .chart:
                let before = try probe(of: other)
                let after = try self.after(other, before, bytes, places: places)
                try comparison.check(before.result, after.result, of: other.spec, isOwn: false, places: places)
                renders[other.spec.name] = after
            case .manifests:
                let own = other.files.filter { files.contains($0.path) }.map(\.path)
                try comparison.check(
                    ManifestIndex.values(in: own, snapshot.bytes), ManifestIndex.values(in: own, bytes), of: other.spec, isOwn: false,
                    places: places)
            }
        }
        return renders
    }

    private mutating func take(_ trial: ChartTrial, _ part: Layout.Part, _ change: Change) -> [String] {
        var changed: [String] = []
        for (file, bytes) in trial.files.sorted(by: { $0.key < $1.key }) { changed += take(file, bytes, part) }
        renders.merge(trial.renders) { $1 }
        note(trial.comparison, change)
        return changed
    }

    private func written(_ place: ScalarPlace, _ text: String, in bytes: [UInt8]) throws(AutomationError) -> [UInt8] {
        if let range = place.bytes {
            var result = bytes
            result.replaceSubrange(range.clamped(to: 0..<bytes.count), with: text.utf8)
            return result
        }
        do {
            return try YAML.setting(.string(place.prefix + text), at: place.path, document: place.document, in: bytes, file: place.file)
        } catch {
            // What an alias shares is seen in what the chart makes of it.
            if let shared = try? YAML.replacingScalar(
                at: place.path, document: place.document, in: bytes, with: place.prefix + text, file: place.file)
            {
                return shared
            }
            throw refused(error, what: "\"\(place)\"")
        }
    }

    // MARK: annotations

    /// Annotations of a chart's workloads stand on its application, which is declared where it was only implied.
    mutating func annotateApplication(
        _ part: Layout.Part, set: [String: String], remove: [String]
    ) throws(AutomationError) -> [String] {
        let spec = part.spec
        var file = spec.origin.file
        if fileName(of: file) != ApplicationFile.name {
            if set.isEmpty { return [] }
            file = joined(spec.path, ApplicationFile.name) ?? ApplicationFile.name
        }
        var bytes = snapshot.bytes[file] ?? []
        if fileName(of: spec.origin.file) != ApplicationFile.name {
            let old = String(decoding: bytes, as: UTF8.self)
            let separator = old.isEmpty ? "" : (old.hasSuffix("\n") ? "" : "\n") + "---\n"
            bytes += Array((separator + Self.declaration(spec)).utf8)
        }
        let objects: [ManifestObject]
        do {
            objects = try ManifestIndex.objects(in: file, bytes)
        } catch {
            throw refused(error, what: "application \"\(spec.name)\"")
        }
        guard let object = objects.first(where: { $0.object.kind == "Application" && $0.object.name == spec.name }) else {
            throw AutomationError(
                .notFound, "application \"\(spec.name)\" is not declared in \"\(file)\"", origin: spec.origin, advice: "declare it there")
        }
        return take(file, try annotated(bytes, object, set: set, remove: remove), part)
    }

    /// What says in words what the folder said by being there.
    private static func declaration(_ spec: ApplicationSpec) -> String {
        let name = String(decoding: YAML.bytes(.string(spec.name)), as: UTF8.self)
        return "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: \(name)spec:\n  path: .\n"
    }
}

/// Texts that were written on trial, and do what they should.
private struct ChartTrial {
    var files: [String: [UInt8]]
    /// The charts as they then render, by application.
    var renders: [String: ChartProbe]
    var comparison: ChartComparison
    /// Containers of other applications follow.
    var movesOthers: Bool
}
