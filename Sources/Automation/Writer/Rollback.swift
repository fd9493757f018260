internal import Basics
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import Registry

/// What brings a workload back: the files, and what is told of them.
struct Rollback {
    var files: [String: [UInt8]]
    var text: (message: String, note: String)
    var bumps: [Bump]
    /// What could not be brought back.
    var problems: [ChangeReport.Problem]

    func report(_ branch: String) -> ChangeReport {
        ChangeReport(commit: nil, branch: branch, message: "", bumps: bumps, files: files.keys.sorted(), problems: problems)
    }

    /// In one line, for the commit and the lock.
    static func reason(to revision: String?, _ reason: String) -> String {
        let place = revision.map { ObjectID($0)?.short ?? printable($0, limit: 80) }
        return "rolled back" + (place.map { " to \($0)" } ?? "") + (reason.isEmpty ? "" : ": \(printable(reason, limit: 500))")
    }
}

extension BranchWriter {
    /// The most former states of a workload's files that are looked at for its former version.
    private static let searchLimit = 200

    /// The commit that is meant, in full.
    func target(
        _ revision: String?, _ key: ObjectKey, _ application: String, _ snapshot: RepositorySnapshot, on tip: ObjectID
    ) async throws -> ObjectID {
        if let revision {
            let commit = try await branch.resolve(revision)
            guard try await branch.contains(commit, in: tip) else {
                throw AutomationError(
                    .invalid, "\(commit.short) is not in the history of \(branch.name)", advice: "name a commit that \"martlet history\" shows")
            }
            return commit
        }
        guard let now = version(of: key, application, in: snapshot) else {
            throw AutomationError(.notFound, "git has no \(key)", advice: "see what there is with \"martlet images\"")
        }
        if let commit = try await formerVersion(than: now, key, application, snapshot, before: tip) { return commit }
        throw AutomationError(
            .notFound, "git knows no other version of \(key)", origin: now.origin, advice: "name the commit to go back to with --to")
    }

    /// The newest commit before another that has the workload otherwise.
    func formerVersion(
        than now: DesiredObject, _ key: ObjectKey, _ application: String, _ snapshot: RepositorySnapshot, before commit: ObjectID
    ) async throws -> ObjectID? {
        guard let part = snapshot.parts.first(where: { $0.spec.name == application }) else { return nil }
        var paths: Set<String> = part.form == .manifests ? [now.origin.file] : [part.spec.path]
        if part.form == .chart {
            for name in part.spec.helm.valuesFiles { if let path = joined(part.spec.valuesFolder, name) { paths.insert(path) } }
            if fileName(of: part.spec.origin.file) == ApplicationFile.name { paths.insert(part.spec.origin.file) }
        }
        for commit in try await branch.formerStates(of: paths, before: commit, limit: Self.searchLimit) {
            guard let before = try await formerSnapshot(at: commit), let then = version(of: key, application, in: before) else { continue }
            if !then.object.isSameVersion(as: now.object) { return commit }
        }
        return nil
    }

    /// - Returns: Nil where the workload is as it was then.
    func rollback(
        _ request: ChangeRequest, _ application: String, to target: ObjectID, _ why: String, on tip: ObjectID, _ asked: Timestamp,
        _ snapshot: RepositorySnapshot, _ workloads: [Workload]
    ) async throws -> Rollback? {
        let key = request.workload
        guard let workload = workloads.first(where: { $0.key == key }), let now = version(of: key, application, in: snapshot) else {
            throw AutomationError(.notFound, "git has no \(key)", advice: "see what there is with \"martlet images\"")
        }
        guard let former = try await formerSnapshot(at: target), let then = version(of: key, application, in: former) else {
            throw AutomationError(
                .notFound, "\(target.short) has no \(key), or cannot be rendered", origin: workload.origin,
                advice: "name another commit with --to")
        }
        guard !then.object.isSameVersion(as: now.object) else { return nil }
        try workload.refuseLocked(unless: request.force)

        var draft = Draft(reason: "")
        draft.request = request
        draft.request?.action = .rollback(to: target.description, reason: why)
        draft.add(imageChanges(of: workload, to: then.object))
        var restoration = Restoration(workload: workload, now: snapshot, then: former, wanted: then.object)
        if !restoration.restoreDocument() {
            try restoreImages(&restoration, &draft, workloads)
            restoration.restoreValues()
        }
        guard !restoration.files.isEmpty else {
            if let problem = draft.problems.first { throw problem.error }
            throw AutomationError(
                .notEditable, "nothing of \(key) can be brought back: \(restoration.leftText)", origin: workload.origin,
                advice: "revert the commits by hand; \"martlet blame\" says which they are")
        }
        let lock = [
            MartletAnnotations.locked: "true", MartletAnnotations.lockedBy: request.requester.name,
            MartletAnnotations.lockedReason: Rollback.reason(to: target.description, why),
        ]
        try annotate(&restoration, draft, lock: lock, at: asked)
        if let problem = restoration.problem { draft.problems.append(problem) }
        return Rollback(files: restoration.files, text: draft.text(for: draft.bumps, at: asked), bumps: draft.bumps, problems: draft.problems)
    }

    /// The images, where each is written.
    nonisolated func restoreImages(_ restoration: inout Restoration, _ draft: inout Draft, _ workloads: [Workload]) throws(AutomationError) {
        var result = edit(restoration.now, draft.changes)
        while try draft.withhold(alongside: result.alongside, workloads) { result = edit(restoration.now, draft.changes) }
        let (made, problems) = draft.outcome(of: result)
        draft.bumps = made + draft.followers(result.alongside, of: made, workloads)
        draft.problems += problems
        restoration.take(result.files)
    }

    /// The lock, and the annotation that tells of the images.
    nonisolated func annotate(_ restoration: inout Restoration, _ draft: Draft, lock: [String: String], at asked: Timestamp) throws(AutomationError) {
        let (workload, before) = (restoration.workload, restoration.now)
        if !lock.isEmpty {
            let locking = Change.annotate(
                workload: workload.key, application: workload.application, set: lock,
                remove: workload.spellings(of: ["locked", "locked_user", "locked_msg"]))
            let locked = edit(restoration.now, [locking])
            // Without it automation would undo the way back with its next look.
            if let failure = locked.failed.first { throw failure.error }
            restoration.take(locked.files)
        }
        let annotations = draft.annotations(for: draft.bumps, at: asked, in: before)
        if !annotations.isEmpty { restoration.take(edit(restoration.now, annotations).files) }
    }

    /// The images that differ, of containers that are in both.
    nonisolated func imageChanges(of workload: Workload, to then: Object) -> [Bump] {
        let former = Dictionary(then.value.containerImages.map { ($0.name, $0.image) }) { first, _ in first }
        return workload.containers.compactMap { container in
            guard let text = former[container.name] ?? nil, let image = ImageReference(text), image != container.image else { return nil }
            return Bump(
                application: workload.application, workload: workload.key, container: container.name, from: container.image, to: image, policy: "")
        }
    }

    /// The workload as a revision has it: in its application, else in whichever has it.
    nonisolated func version(of key: ObjectKey, _ application: String, in snapshot: RepositorySnapshot) -> DesiredObject? {
        let parts = snapshot.parts.filter { $0.spec.name == application } + snapshot.parts.filter { $0.spec.name != application }
        for part in parts {
            let desired = render(part, bytes: snapshot.bytes, revision: snapshot.revision, context: snapshot.context(part.spec))
            if let found = desired.objects.first(where: { $0.object.isMeant(by: key, in: part.spec) }) { return found }
        }
        return nil
    }
}

extension Object {
    func isMeant(by key: ObjectKey, in spec: ApplicationSpec) -> Bool {
        guard groupKind == key.groupKind, name == key.name else { return false }
        return namespace == key.namespace || (namespace.isEmpty && key.namespace == (spec.namespace ?? "default"))
    }

    /// Whether two say the same, but for wishes.
    func isSameVersion(as other: Object) -> Bool { withoutWishes.value == other.withoutWishes.value }

    /// Without what people tell Martlet of it, and Martlet tells people: neither is a version of the workload.
    var withoutWishes: Object {
        var object = self
        let prefixes = [MartletAnnotations.prefix] + MartletAnnotations.fluxPrefixes
        var annotations = object.annotations
        annotations.removeAll { entry in prefixes.contains { entry.key.hasPrefix($0) } }
        object.annotations = annotations
        if object.value["metadata"]?.mapping?.isEmpty == true { object.value["metadata"] = nil }
        return object
    }
}
