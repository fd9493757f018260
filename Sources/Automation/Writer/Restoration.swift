internal import Delivery
internal import Document
internal import Kubernetes

/// A repository on the way back to what it said of one workload at a former commit; everything else stays.
struct Restoration {
    let workload: Workload
    /// As it will be.
    private(set) var now: RepositorySnapshot
    let then: RepositorySnapshot
    /// The workload of then.
    let wanted: Object
    private(set) var files: [String: [UInt8]] = [:]

    /// More values than that are not tried one by one.
    private static let maxTries = 64

    init(workload: Workload, now: RepositorySnapshot, then: RepositorySnapshot, wanted: Object) {
        (self.workload, self.now, self.then, self.wanted) = (workload, now, then, wanted)
    }

    mutating func take(_ new: [String: [UInt8]]) {
        for (path, bytes) in new where now.bytes[path] != bytes {
            now.write(bytes, at: path)
            files[path] = bytes
            guard fileName(of: path) == ApplicationFile.name, let specs = try? ApplicationFile.parse(bytes, path: path) else { continue }
            for var spec in specs {
                guard let index = now.parts.firstIndex(where: { $0.spec.name == spec.name }) else { continue }
                spec.metrics = now.parts[index].spec.metrics
                now.parts[index].spec = spec
            }
        }
    }

    private var part: Layout.Part? { now.parts.first { $0.spec.name == workload.application } }

    // MARK: what is left

    /// The fields that are not as they were.
    var left: [String] {
        guard let object = objects(now)[workload.key] else { return ["everything"] }
        let (present, was) = (object.withoutWishes, wanted.withoutWishes)
        let (tree, former) = (FieldTree(present), FieldTree(was))
        let paths = tree.differing(in: was.value).map { tree.leaves[$0].path } + former.differing(in: present.value).map { former.leaves[$0].path }
        return Set(paths.map { String($0.description.drop { $0 == "." }) }).sorted()
    }

    /// What a report tells of that.
    var problem: ChangeReport.Problem? {
        guard !left.isEmpty else { return nil }
        let error = AutomationError(
            .notEditable, "not brought back: \(leftText)", origin: workload.origin,
            advice: "\"martlet blame \(workload.key)\" says which commits set them; change them by hand")
        return .init(workload: workload.key, container: nil, error: error)
    }

    var leftText: String {
        let left = left
        return left.prefix(8).joined(separator: ", ") + (left.count > 8 ? " and \(left.count - 8) more" : "")
    }

    /// What the application says, by what it is called in the cluster.
    private func objects(_ snapshot: RepositorySnapshot) -> [ObjectKey: Object] {
        guard let part = snapshot.parts.first(where: { $0.spec.name == workload.application }) else { return [:] }
        let desired = render(part, bytes: snapshot.bytes, revision: snapshot.revision, context: snapshot.context(part.spec))
        guard !desired.isBlocked else { return [:] }
        var all: [ObjectKey: Object] = [:]
        for item in desired.objects {
            var key = item.object.key
            if item.object.isMeant(by: workload.key, in: part.spec) { key = workload.key }
            all[key] = item.object
        }
        return all
    }

    // MARK: manifests

    /// Puts the document back, byte by byte, where more than images differ and both are documents of their own. What
    /// people wish of Martlet stays as it is now.
    ///
    /// - Returns: False where it was not done.
    mutating func restoreDocument() -> Bool {
        guard let part, part.form == .manifests, differsBesideImages, let here = document(in: now), let there = document(in: then),
            let bytes = now.bytes[here.file], let source = then.bytes[there.file], here.syntax == .yaml, there.syntax == .yaml,
            here.path.steps.isEmpty, there.path.steps.isEmpty, let own = range(of: here, bytes), let old = range(of: there, source)
        else { return false }
        var edited = bytes
        edited.replaceSubrange(own, with: source[old])
        guard let before = try? YAML.documents(bytes, file: here.file), let after = try? YAML.documents(edited, file: here.file),
            before.count == after.count,
            zip(before, after).allSatisfy({ old, new in new.index == old.index && new.value == (old.index == here.document ? there.object.value : old.value) })
        else { return false }
        var trial = now
        trial.write(edited, at: here.file)
        let prefixes = [MartletAnnotations.prefix] + MartletAnnotations.fluxPrefixes
        func wishes(_ object: Object) -> [String: String] {
            var all: [String: String] = [:]
            for entry in object.annotations where prefixes.contains(where: { entry.key.hasPrefix($0) }) { all[entry.key] = entry.value.string }
            return all
        }
        let (current, former) = (wishes(here.object), wishes(there.object))
        let kept = edit(
            trial,
            [
                .annotate(
                    workload: workload.key, application: workload.application, set: current, remove: former.keys.filter { current[$0] == nil }.sorted())
            ])
        guard kept.failed.isEmpty else { return false }
        take([here.file: kept.files[here.file] ?? edited])
        return true
    }

    private var differsBesideImages: Bool {
        guard let object = objects(now)[workload.key] else { return false }
        return object.withoutImages != wanted.withoutImages
    }

    private func document(in snapshot: RepositorySnapshot) -> ManifestObject? {
        for part in snapshot.parts where part.form == .manifests {
            let index = ManifestIndex(part.files.filter { $0.refusal == nil }.map(\.path), bytes: snapshot.bytes)
            let found = index.objects(wanted.namespace.isEmpty ? workload.key : wanted.key).filter { $0.object.isMeant(by: workload.key, in: part.spec) }
            if let only = found.first, found.count == 1 { return only }
        }
        return nil
    }

    private func range(of object: ManifestObject, _ bytes: [UInt8]) -> Range<Int>? {
        let range = (try? YAML.documents(bytes, file: object.file))?.first { $0.index == object.document }?.range.bytes
        guard let range, range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
        return range
    }

    // MARK: charts

    /// Puts back values of a chart, one by one, that bring the workload nearer and change no other object.
    mutating func restoreValues() {
        guard let part, part.form == .chart else { return }
        var left = Set(left)
        var tries = 0
        for place in differingValues(part) where !left.isEmpty && tries < Self.maxTries {
            tries += 1
            guard let edited = place.edited(now.bytes[place.file] ?? []) else { continue }
            var trial = self
            let before = objects(now)
            trial.take([place.file: edited])
            let after = trial.objects(trial.now)
            guard before.count == after.count, before.allSatisfy({ key, object in key == workload.key || after[key] == object }) else { continue }
            guard leavesOthers(as: trial.now, place.file) else { continue }
            let rest = Set(trial.left)
            guard rest.isStrictSubset(of: left) else { continue }
            self = trial
            left = rest
        }
    }

    /// Whether other applications that read a file make of it what they did.
    private func leavesOthers(as after: RepositorySnapshot, _ file: String) -> Bool {
        func others(_ snapshot: RepositorySnapshot) -> RepositorySnapshot {
            var others = snapshot
            let paths = snapshot.paths(of: file)
            others.parts.removeAll { part in part.spec.name == workload.application || !part.files.contains { paths.contains($0.path) } }
            return others
        }
        let before = others(now)
        guard !before.parts.isEmpty else { return true }
        let written = WrittenObjects(before)
        return written.differing(from: WrittenObjects(others(after), generated: written.generated)).isEmpty
    }

    /// A value that a text has otherwise than then.
    private struct Place {
        var file: String
        var document: Int
        var path: DocumentPath
        /// Nil: it was not there.
        var value: Value?

        func edited(_ bytes: [UInt8]) -> [UInt8]? {
            if let value { return try? YAML.setting(value, at: path, document: document, in: bytes, file: file) }
            return try? YAML.removing(path, document: document, in: bytes, file: file)
        }
    }

    private func differingValues(_ part: Layout.Part) -> [Place] {
        var places: [Place] = []
        // The version of a chart is often that of the program in it.
        var paths = ["values.yaml", "Chart.yaml"].map { joined(part.spec.path, $0) ?? $0 }
        for name in part.spec.helm.valuesFiles { if let path = joined(part.spec.valuesFolder, name) { paths.append(path) } }
        let options = YAML.Options(maxBytes: nil, duplicateKeys: .last)
        for path in paths {
            guard let new = try? YAML.documents(now.bytes[path] ?? [], file: path, options: options).first,
                let old = try? YAML.documents(then.bytes[path] ?? [], file: path, options: options).first
            else { continue }
            places += old.value.scalarDifferences(to: new.value).map { Place(file: path, document: new.index, path: $0, value: old.value[$0]) }
        }
        let file = part.spec.origin.file
        guard fileName(of: file) == ApplicationFile.name,
            let new = declaration(now.bytes[file] ?? [], file, options), let old = declaration(then.bytes[file] ?? [], file, options)
        else { return places }
        for name in ["values", "set"] {
            let root: [DocumentPath.Step] = [.key("spec"), .key("helm"), .key(name)]
            let empty: Value = name == "set" ? .sequence([]) : .mapping([:])
            let (before, after) = (old.value[DocumentPath(root)] ?? empty, new.value[DocumentPath(root)] ?? empty)
            places += before.scalarDifferences(to: after).map {
                Place(file: file, document: new.index, path: DocumentPath(root + $0.steps), value: before[$0])
            }
        }
        return places
    }

    private func declaration(_ bytes: [UInt8], _ file: String, _ options: YAML.Options) -> YAMLDocument? {
        (try? YAML.documents(bytes, file: file, options: options))?.first {
            $0.value[path: "metadata", "name"]?.string == workload.application && $0.value["kind"]?.string == "Application"
        }
    }
}

extension Object {
    /// As another version of it would look that differs in its images alone.
    var withoutImages: Value {
        var value = withoutWishes.value
        for container in value.containerImages { value = value.replacing("", at: container.path) }
        return value
    }
}

extension Value {
    /// The tree with another text at a path that leads to one.
    fileprivate func replacing(_ text: String, at path: DocumentPath) -> Value {
        guard let step = path.steps.first else { return .string(text) }
        let rest = DocumentPath(Array(path.steps.dropFirst()))
        var value = self
        switch step {
        case .key(let key): if let inner = self[key] { value[key] = inner.replacing(text, at: rest) }
        case .index(let index):
            guard case .sequence(var items) = self, items.indices.contains(index) else { return self }
            items[index] = items[index].replacing(text, at: rest)
            value = .sequence(items)
        }
        return value
    }
}
