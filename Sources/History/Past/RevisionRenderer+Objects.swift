internal import Chart
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes

/// One object at a commit, found with as little work as it takes.
extension RevisionRenderer {
    /// Looks through all of a commit.
    ///
    /// - Parameters:
    ///   - hint: where it stood in a commit next to this one.
    ///   - changed: the paths that differ from that one; nil where they are not known. What did not change had no such object.
    func find(
        _ key: ObjectKey, _ mirror: Mirror, at commit: ObjectID, hint: ObjectSight?, changed: Set<String>?
    ) async throws(HistoryError) -> ObjectState {
        let tree: GitTree
        let layout: Layout
        do throws(HistoryError) {
            tree = try await self.tree(mirror, commit, "")
            layout = try await self.layout(tree, commit)
        } catch {
            if Task.isCancelled { throw error }
            // Before the folder was there, nothing was.
            if error.kind == .notFound { return .missing }
            return .unknown(error.message, nil)
        }
        var failure: ObjectState?
        for part in ordered(layout.parts, hint, changed) {
            let state = part.form == .chart ? try await findInChart(key, part, tree) : try await findInManifests(key, part, tree, hint, changed)
            switch state {
            case .known: return state
            case .missing: continue
            case .unknown:
                failure = failure ?? state
            }
        }
        if failure == nil, let hint, !layout.parts.contains(where: { $0.spec.name == hint.part.spec.name }),
            let problem = layout.problems[hint.part.spec.name]?.first
        {
            return .unknown(problem.description, nil)
        }
        return failure ?? .missing
    }

    /// The likeliest first, and none that cannot be.
    private func ordered(_ parts: [Layout.Part], _ hint: ObjectSight?, _ changed: Set<String>?) -> [Layout.Part] {
        guard let hint else { return parts }
        let own = parts.filter { $0.spec.name == hint.part.spec.name }
        let others = parts.filter { part in
            guard part.spec.name != hint.part.spec.name else { return false }
            guard let changed else { return true }
            return changed.contains(part.spec.origin.file) || part.files.contains { changed.contains($0.path) }
        }
        return own + others
    }

    // MARK: charts

    private func findInChart(_ key: ObjectKey, _ part: Layout.Part, _ tree: GitTree) async throws(HistoryError) -> ObjectState {
        do throws(SourceError) {
            let bytes = try await tree.read(part.files)
            return chartObject(key, part, bytes)
        } catch {
            return .unknown(error.description, nil)
        }
    }

    /// The object that a chart makes of some bytes.
    func chartObject(_ key: ObjectKey, _ part: Layout.Part, _ bytes: [String: [UInt8]]) -> ObjectState {
        let made = chartResult(part, bytes)
        switch made {
        case .failure(let problem):
            // Enough to go on from, where only some files differ.
            let sight = Object(["apiVersion": "v1", "kind": "None"]).map {
                ObjectSight(part: part, bytes: bytes, reads: nil, object: $0, origin: Origin(file: part.spec.path))
            }
            return .unknown(problem.description, sight)
        case .success(let result):
            for document in result.manifests + result.hooks.map(\.document) where document.mayHold(key) {
                for object in objects(of: document) where isObject(object, key, in: part.spec) {
                    return .known(
                        ObjectSight(
                            part: part, bytes: bytes, reads: result.reads, object: object,
                            origin: Origin(file: part.spec.repositoryPath(ofChartFile: document.source))))
                }
            }
            return .missing
        }
    }

    private func objects(of document: RenderedDocument) -> [Object] {
        if let known = documents[document.text] { return known }
        let objects = document.objects
        documents[document.text] = objects
        return objects
    }

    // MARK: manifests

    /// Reads the files in which the object is likely first, and stops where it is found.
    private func findInManifests(
        _ key: ObjectKey, _ part: Layout.Part, _ tree: GitTree, _ hint: ObjectSight?, _ changed: Set<String>?
    ) async throws(HistoryError) -> ObjectState {
        let readable = part.files.filter { $0.refusal == nil }
        let likely = readable.filter { $0.path == hint?.origin.file }
        let others = readable.filter { file in file.path != hint?.origin.file && changed.map { $0.contains(file.path) } ?? true }
        var failure: ObjectState?
        for files in [likely, others] where !files.isEmpty {
            let bytes: [String: [UInt8]]
            do throws(SourceError) {
                bytes = try await tree.read(files)
            } catch {
                return .unknown(error.description, nil)
            }
            for file in files {
                let isLikely = file.path == hint?.origin.file || changed?.contains(file.path) ?? false
                let state = manifestObject(key, part, file.path, bytes[file.path] ?? [], isLikely: isLikely)
                switch state {
                case .known: return state
                case .unknown: failure = failure ?? state
                case .missing: continue
                }
            }
        }
        return failure ?? .missing
    }

    /// The object in the text of one file.
    ///
    /// - Parameter isLikely: a file that cannot be read may be where it stands, also where it does not name it.
    func manifestObject(_ key: ObjectKey, _ part: Layout.Part, _ path: String, _ bytes: [UInt8], isLikely: Bool) -> ObjectState {
        let placeholder = Object(["apiVersion": "v1", "kind": "None"])
        func unknown(_ problem: String, line: Int?) -> ObjectState {
            .unknown(problem, placeholder.map { ObjectSight(part: part, bytes: [path: bytes], object: $0, origin: Origin(file: path, line: line)) })
        }
        guard isLikely || bytes.firstRange(of: Array(key.name.utf8)) != nil else { return .missing }
        var found: (object: Object, line: Int?)?
        func take(_ value: Value, line: Int?) {
            guard found == nil else { return }
            found = (value.listItems ?? [value]).lazy.compactMap { Object($0) }.first { isObject($0, key, in: part.spec) }.map { ($0, line) }
        }
        do throws(DocumentError) {
            if path.hasSuffix(".json") {
                take(try JSON.parse(bytes, file: path), line: 1)
            } else {
                for document in try YAML.documents(bytes, file: path, options: .manifest) { take(document.value, line: document.range.start.line) }
            }
        } catch {
            return unknown("the file \"\(path)\" cannot be read", line: error.position?.line)
        }
        guard let found else { return .missing }
        return .known(
            ObjectSight(part: part, bytes: [path: bytes], object: found.object, origin: Origin(file: path, line: found.line)))
    }
}
