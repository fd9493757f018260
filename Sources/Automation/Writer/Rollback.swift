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
        guard let part = snapshot.parts.first(where: { $0.spec.name == application }), let now = version(of: key, application, in: snapshot) else {
            throw AutomationError(.notFound, "git has no \(key)", advice: "see what there is with \"martlet images\"")
        }
        var paths: Set<String> = part.form == .manifests ? [now.origin.file] : [part.spec.path]
        if part.form == .chart {
            for name in part.spec.helm.valuesFiles { if let path = joined(part.spec.valuesFolder, name) { paths.insert(path) } }
            if fileName(of: part.spec.origin.file) == ApplicationFile.name { paths.insert(part.spec.origin.file) }
        }
        for commit in try await branch.formerStates(of: paths, before: tip, limit: Self.searchLimit) {
            guard let before = try await formerSnapshot(at: commit), let then = version(of: key, application, in: before) else { continue }
            if then.object.withoutWishes.value != now.object.withoutWishes.value { return commit }
        }
        throw AutomationError(
            .notFound, "git knows no other version of \(key)", origin: now.origin, advice: "name the commit to go back to with --to")
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
        guard then.object.withoutWishes.value != now.object.withoutWishes.value else { return nil }
        try workload.refuseLocked(unless: request.force)

        var draft = Draft(reason: "")
        draft.request = request
        draft.request?.action = .rollback(to: target.description, reason: why)
        draft.add(imageChanges(of: workload, to: then.object))
        var restoration = Restoration(workload: workload, now: snapshot, then: former, wanted: then.object)
        if !restoration.restoreDocument() {
            var result = edit(snapshot, draft.changes)
            while try draft.withhold(alongside: result.alongside, workloads) { result = edit(snapshot, draft.changes) }
            let (made, problems) = draft.outcome(of: result)
            draft.bumps = made + draft.followers(result.alongside, of: made, workloads)
            draft.problems += problems
            restoration.take(result.files)
            restoration.restoreValues()
        }
        guard !restoration.files.isEmpty else {
            if let problem = draft.problems.first { throw problem.error }
            throw AutomationError(
                .notEditable, "nothing of \(key) can be brought back: \(restoration.leftText)", origin: workload.origin,
                advice: "revert the commits by hand; \"martlet blame\" says which they are")
        }
        return try finished(&restoration, draft, request, target, why, asked, snapshot)
    }

    /// The lock, the annotation that tells of the images, and the words.
    private func finished(
        _ restoration: inout Restoration, _ draft: Draft, _ request: ChangeRequest, _ target: ObjectID, _ why: String, _ asked: Timestamp,
        _ snapshot: RepositorySnapshot
    ) throws(AutomationError) -> Rollback {
        let workload = restoration.workload
        let lock = [
            MartletAnnotations.locked: "true", MartletAnnotations.lockedBy: request.requester.name,
            MartletAnnotations.lockedReason: Rollback.reason(to: target.description, why),
        ]
        let locking = Change.annotate(
            workload: workload.key, application: workload.application, set: lock,
            remove: workload.spellings(of: ["locked", "locked_user", "locked_msg"]))
        let locked = edit(restoration.now, [locking])
        // Without it automation would undo the rollback with its next look.
        if let failure = locked.failed.first { throw failure.error }
        restoration.take(locked.files)
        let annotations = draft.annotations(for: draft.bumps, at: asked) { snapshot.declares($0) }
        if !annotations.isEmpty { restoration.take(edit(restoration.now, annotations).files) }
        var problems = draft.problems
        if !restoration.left.isEmpty {
            problems.append(
                .init(
                    workload: workload.key, container: nil,
                    error: AutomationError(
                        .notEditable, "not brought back: \(restoration.leftText)", origin: workload.origin,
                        advice: "\"martlet blame \(workload.key)\" says which commits set them; change them by hand")))
        }
        return Rollback(files: restoration.files, text: draft.text(for: draft.bumps, at: asked), bumps: draft.bumps, problems: problems)
    }

    /// The images that differ, of containers that are in both.
    private nonisolated func imageChanges(of workload: Workload, to then: Object) -> [Bump] {
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
