internal import Chart
internal import Delivery
internal import Git
internal import Kubernetes

/// From one commit to a parent: what the parent has of an object, with no more rendering than the files that differ ask for.
extension RevisionRenderer {
    /// What the changed files mean for an object.
    private enum Effect {
        case none
        /// Only the bytes of these files differ, of those that the object is made from.
        case bytes([HistoryStep.PathChange])
        /// Which file belongs to whom may differ.
        case anything
    }

    /// - Parameters:
    ///   - state: what the commit has.
    ///   - changes: between the commit and its parent; nil where they are not known.
    ///   - followsLinks: a path may stand for another one, in either.
    func state(
        of key: ObjectKey, in parent: ObjectID, after state: ObjectState, changes: [HistoryStep.PathChange]?, followsLinks: Bool, _ mirror: Mirror
    ) async throws(HistoryError) -> ObjectState {
        if let changes, changes.isEmpty { return state }
        guard !followsLinks, let changes, let sight = state.sight else {
            return try await find(key, mirror, at: parent, hint: state.sight, changed: nil)
        }
        let changed = Set(changes.filter { $0.old != nil }.map(\.path))
        switch try await effect(of: changes, on: sight, mirror) {
        case .none: return state
        case .anything: break
        case .bytes(let files):
            // What cannot be read there may stand in another file that differs.
            if let patched = try await patched(sight, files, key, mirror), patched.isKnown || (patched.sight != nil && files.count == changes.count) {
                return patched
            }
        }
        return try await find(key, mirror, at: parent, hint: sight, changed: changed)
    }

    private func effect(
        of changes: [HistoryStep.PathChange], on sight: ObjectSight, _ mirror: Mirror
    ) async throws(HistoryError) -> Effect {
        let spec = sight.part.spec
        var own: [HistoryStep.PathChange] = []
        for change in changes where isInside(change.path, settings.root) {
            let isModified = change.old != nil && change.new != nil
            switch fileName(of: change.path) {
            case IgnoreRules.fileName: return .anything
            case ApplicationFile.name:
                guard let old = change.old, let new = change.new, let before = try await declarations(old, change.path, mirror),
                    let after = try await declarations(new, change.path, mirror), Self.divide(before, after)
                else { return .anything }
                if spec.origin.file == change.path { own.append(change) }
                continue
            case "Chart.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization": if !isModified { return .anything }
            default: break
            }
            switch sight.part.form {
            case .manifests: if change.path != sight.origin.file { continue }
            case .chart: if !isRead(change.path, by: sight) { continue }
            }
            guard isModified else { return .anything }
            own.append(change)
        }
        return own.isEmpty ? .none : .bytes(own)
    }

    private func isRead(_ path: String, by sight: ObjectSight) -> Bool {
        let spec = sight.part.spec
        if spec.helm.valuesFiles.contains(where: { joined(spec.valuesFolder, $0) == path }) { return true }
        guard isInside(path, spec.path) else { return false }
        return spec.isPackedChart || sight.reads?.contains(relative(path, to: spec.path)) ?? true
    }

    /// Nil where the file cannot be understood.
    private func declarations(_ blob: ObjectID, _ path: String, _ mirror: Mirror) async throws(HistoryError) -> [ApplicationSpec]? {
        let key = "\(blob) \(path)"
        if let known = specs[key] { return known }
        do throws(GitError) {
            guard let bytes = try await mirror.blobs([blob])[blob], let read = try? ApplicationFile.parse(bytes, path: path) else { return nil }
            specs[key] = read
            return read
        } catch {
            throw HistoryError(error)
        }
    }

    /// Whether two versions of a `martlet.yaml` give the same files to the same applications.
    private static func divide(_ before: [ApplicationSpec], _ after: [ApplicationSpec]) -> Bool {
        before.count == after.count
            && zip(before, after).allSatisfy { old, new in
                old.name == new.name && old.path == new.path && old.helm.valuesFiles == new.helm.valuesFiles
            }
    }

    /// The object when some files have the bytes that they had before; nil where that cannot be said without looking at all.
    private func patched(
        _ sight: ObjectSight, _ files: [HistoryStep.PathChange], _ key: ObjectKey, _ mirror: Mirror
    ) async throws(HistoryError) -> ObjectState? {
        var part = sight.part
        var bytes = sight.bytes
        let blobs: [ObjectID: [UInt8]]
        do throws(GitError) {
            blobs = try await mirror.blobs(files.compactMap(\.old))
        } catch {
            throw HistoryError(error)
        }
        for file in files {
            guard let old = file.old, let content = blobs[old] else { return nil }
            if fileName(of: file.path) == ApplicationFile.name, file.path == part.spec.origin.file {
                guard var spec = try await declarations(old, file.path, mirror)?.first(where: { $0.name == part.spec.name }) else { return nil }
                spec.metrics = part.spec.metrics
                part.spec = spec
                continue
            }
            guard let index = part.files.firstIndex(where: { $0.path == file.path }) else { return nil }
            part.files[index] = SourceFile(path: file.path, digest: old.description)
            bytes[file.path] = content
        }
        switch part.form {
        case .chart: return chartObject(key, part, bytes)
        case .manifests: return manifestObject(key, part, sight.origin.file, bytes[sight.origin.file] ?? [], isLikely: true)
        }
    }
}
