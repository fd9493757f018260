internal import Basics
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import Registry

/// `on-failure: revert`: a version that was tried and sent back goes out of git.
extension BranchWriter {
    /// What makes one workload what it was before that version, and nothing else: whatever other people have changed in
    /// the same commits or since stays. A workload that follows images is locked, or the version would come again.
    ///
    /// - Returns: Nil where git says so already, because this daemon committed it before it was killed, or a person did.
    /// - Throws: why a person has to.
    func revert(
        _ release: RejectedRelease, by author: Requester, on tip: ObjectID, _ asked: Timestamp, _ snapshot: RepositorySnapshot,
        _ workloads: [Workload], _ faults: [AutomationError]
    ) async throws -> Rollback? {
        let (key, application) = (release.workload, release.application)
        guard let workload = workloads.first(where: { $0.key == key }), let now = version(of: key, application, in: snapshot) else {
            throw faults.first ?? AutomationError(.notFound, "git has no \(key)", advice: "see what there is with \"martlet images\"")
        }
        guard let commit = ObjectID(release.commit), let tried = try await formerSnapshot(at: commit),
            let rejected = version(of: key, application, in: tried)
        else {
            throw AutomationError(.notFound, "the commit of \(release.revision) is not known", origin: workload.origin, advice: "revert it by hand")
        }
        guard let (target, former, then) = try await stable(before: rejected, release, tried, at: commit) else {
            throw AutomationError(
                .notFound, "git knows no version of \(key) before \(release.revision)", origin: workload.origin, advice: "correct it by hand")
        }
        var draft = Draft(reason: "")
        // Asked for by whoever wrote the annotation; so only a lock holds back those who have their image from the same text.
        draft.request = ChangeRequest(
            workload: key, action: .rollback(to: target.description, reason: release.reason), requester: author)
        draft.add(imageChanges(of: workload, to: then.object))
        var restoration = Restoration(workload: workload, now: snapshot, then: former, wanted: then.object)
        let differsInImages = rejected.object.images != then.object.images
        let differsInImagesOnly = rejected.object.withoutImages == then.object.withoutImages
        if now.object.isSameVersion(as: rejected.object) {
            if !restoration.restoreDocument() {
                try restoreImages(&restoration, &draft, workloads)
                restoration.restoreValues()
            }
            if let problem = restoration.problem { draft.problems.append(problem) }
        } else if differsInImagesOnly, now.object.images == rejected.object.images {
            // What else people have changed of it since is none of the version.
            try restoreImages(&restoration, &draft, workloads)
        } else if !(differsInImages ? now.object.images == then.object.images : now.object.isSameVersion(as: then.object)) {
            throw AutomationError(
                .notEditable, "\(key) was changed again after \(release.revision)", origin: workload.origin, advice: "take the change back by hand")
        }
        try refuseHalf(restoration, then, differsInImages: differsInImages, draft)
        var lock: [String: String] = [:]
        if workload.policy.isAutomated, workload.policy.lock == nil {
            lock = [
                MartletAnnotations.locked: "true", MartletAnnotations.lockedBy: author.name,
                MartletAnnotations.lockedReason: printable("\(release.revision) was sent back: \(release.reason)"),
            ]
        }
        try annotate(&restoration, draft, lock: lock, at: asked)
        guard !restoration.files.isEmpty else { return nil }
        let text = (
            message: CommitText.revert(release, bumps: draft.bumps),
            note: CommitNote(.rollback, at: asked, requester: nil, bumps: draft.bumps).text
        )
        return Rollback(files: restoration.files, text: text, bumps: draft.bumps, problems: draft.problems)
    }

    /// The version that ran before: the one that was known to when the rollout began, else the newest other one that git has.
    private func stable(
        before rejected: DesiredObject, _ release: RejectedRelease, _ tried: RepositorySnapshot, at commit: ObjectID
    ) async throws -> (ObjectID, RepositorySnapshot, DesiredObject)? {
        let (key, application) = (release.workload, release.application)
        // A branch that was rewritten since may not have it any more.
        if let previous = ObjectID(release.previousCommit), (try? await branch.contains(previous, in: commit)) == true,
            let former = try await formerSnapshot(at: previous), let then = version(of: key, application, in: former),
            !then.object.isSameVersion(as: rejected.object)
        {
            return (previous, former, then)
        }
        guard let previous = try await formerVersion(than: rejected, key, application, tried, before: commit),
            let former = try await formerSnapshot(at: previous), let then = version(of: key, application, in: former)
        else { return nil }
        return (previous, former, then)
    }

    /// A commit that leaves what was sent back in git is no revert.
    private nonisolated func refuseHalf(
        _ restoration: Restoration, _ then: DesiredObject, differsInImages: Bool, _ draft: Draft
    ) throws(AutomationError) {
        let workload = restoration.workload
        let made = version(of: workload.key, workload.application, in: restoration.now)
        let template = "spec.template."
        let isBack = made?.object.images == then.object.images && (differsInImages || !restoration.left.contains { $0.hasPrefix(template) })
        guard !isBack else { return }
        if let problem = draft.problems.first { throw problem.error }
        throw AutomationError(
            .notEditable, "\(workload.key) cannot be brought back: \(restoration.leftText)", origin: workload.origin,
            advice: "revert the commits by hand; \"martlet blame\" says which they are")
    }
}

extension Object {
    /// By container.
    fileprivate var images: [String: String] {
        Dictionary(value.containerImages.map { ($0.name, $0.image ?? "") }) { first, _ in first }
    }
}
