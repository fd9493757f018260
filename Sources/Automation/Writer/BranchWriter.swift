package import Basics
internal import Chart
package import Delivery
internal import Git
internal import Kubernetes
package import Logging

/// The one writer of a branch: everything that changes in git goes through it,
/// one change after the other, each a commit on exactly one parent.
///
/// A push that is refused because somebody else was first is made anew on the new
/// tip: not merged, but worked out again from what the files say then. So a
/// person's commit is never lost, and a bump that somebody else made meanwhile
/// (another daemon, or this one before it was killed) is found done.
package actor BranchWriter {
    package struct Settings: Sendable {
        /// Only what is below is read and written; "" is the whole tree.
        package var root: String
        /// Of the application that plain manifests belong to.
        package var name: String
        /// Who stands in commits nobody asked for, and as the committer of all.
        package var author: Requester
        /// How long one change is tried again before its caller is told.
        package var patience: Duration

        package init(root: String, name: String, author: Requester, patience: Duration = .seconds(60)) {
            (self.root, self.name, self.author, self.patience) = (root, name, author, patience)
        }
    }

    /// What charts are rendered with, for the cluster they are for.
    package typealias Context = @Sendable () async throws -> @Sendable (ApplicationSpec) -> RenderContext

    package nonisolated let branch: any Branch
    private nonisolated let settings: Settings
    private nonisolated let context: Context
    private nonisolated let time: any TimeSource
    private nonisolated let random: RandomSource
    private nonisolated let logger: Logger
    /// Told of a commit that is on the branch, before anything else is done about it.
    private nonisolated let onPush: @Sendable () -> Void
    private nonisolated let turnstile = Turnstile()
    /// What was read at a tip, as long as it is the tip.
    private var known: (tip: ObjectID, tree: any SourceTree, layout: Layout)?

    package init(
        branch: any Branch, settings: Settings, time: any TimeSource, random: RandomSource, logger: Logger, context: @escaping Context,
        onPush: @escaping @Sendable () -> Void = {}
    ) {
        self.branch = branch
        self.settings = settings
        self.context = context
        self.onPush = onPush
        self.time = time
        self.random = random
        self.logger = logger
    }

    /// Makes a change on the branch's newest commit, as often as it takes.
    ///
    /// - Parameter permission: asked before each commit that a person wants; nil where whoever asks may do everything.
    /// - Throws: why it cannot be: what was asked makes no sense there, the server refuses, or it stayed away for
    ///   as long as the writer is patient.
    package func perform(_ work: Work, permission: ChangePermission? = nil) async throws(AutomationError) -> ChangeReport {
        let (report, pushed) = try await turnstile.pass { () async throws(AutomationError) in try await performed(work, permission) }
        if let pushed { await note(pushed) }
        return report
    }

    /// All workloads at the branch's newest commit.
    package func workloads() async throws(AutomationError) -> [Workload] {
        do {
            let snapshot = try await snapshot(at: try await branch.tip(), applications: nil)
            return workloads(in: snapshot).found
        } catch let error as AutomationError {
            throw error
        } catch {
            throw Self.failure(error)
        }
    }

    private func performed(_ work: Work, _ permission: ChangePermission?) async throws(AutomationError) -> (ChangeReport, Attempt?) {
        var sent: [Attempt] = []
        var last: (tip: ObjectID, times: Int)?
        let asked = time.now
        var backoff = Backoff(base: .milliseconds(50), limit: .seconds(5))
        let deadline = time.elapsed + settings.patience
        while true {
            do {
                let tip = try await branch.tip()
                if let done = try await attempt(work, permission, on: tip, asked, &sent) { return done }
                last = (tip, last?.tip == tip ? (last?.times ?? 0) + 1 : 1)
                if let last, last.times >= 5 {
                    throw AutomationError(
                        .push, "\"\(branch.name)\" takes no push, though it stays at \(tip.short)",
                        advice: "see whether a reference is locked on the server, or a hook refuses it")
                }
            } catch let error as AutomationError {
                throw error
            } catch {
                let mayWait = (error as? GitError)?.isTemporary ?? (error as? SourceError)?.isTransient ?? false
                guard mayWait, !Task.isCancelled, time.elapsed < deadline else { throw Self.failure(error) }
                logger.info("git is not there, trying again", metadata: ["error": "\(error)"])
            }
            if Task.isCancelled { throw AutomationError(.push, "the change was cancelled", advice: "ask again", isTemporary: true) }
            if time.elapsed >= deadline {
                throw AutomationError(
                    .push, "\"\(branch.name)\" moved \(backoff.failures) times while the change was made",
                    advice: "ask again when fewer people push", isTemporary: true)
            }
            // Jitter: whoever pushes against us must not meet us again and again.
            try? await time.sleep(for: backoff.next(random))
        }
    }

    /// A commit that was sent, and whose fate may not be known.
    private struct Attempt {
        var commit: ObjectID
        var report: ChangeReport
        var note: String
        var author: Commit.Signature
    }

    /// One try on the newest commit.
    ///
    /// - Returns: Nil when it has to be made anew.
    private func attempt(
        _ work: Work, _ permission: ChangePermission?, on tip: ObjectID, _ asked: Timestamp, _ sent: inout [Attempt]
    ) async throws -> (ChangeReport, Attempt?)? {
        // An answer that was lost may have been a yes.
        for attempt in sent where try await branch.contains(attempt.commit, in: tip) { return finished(attempt) }

        let snapshot = try await snapshot(at: tip, applications: work.applications)
        let (workloads, faults) = workloads(in: snapshot)
        if work.isRequest, let fault = faults.first { throw fault }
        if case .revert(let release) = work {
            guard let back = try await revert(release, by: settings.author, on: tip, asked, snapshot, workloads, faults) else {
                return (unchanged([]), nil)
            }
            return try await send(back.files, back.text, by: settings.author, back.report(branch.name), on: tip, &sent)
        }
        if case .request(let request, let application, _) = work, case .rollback(let to, let reason) = request.action {
            let target = try await target(to, request.workload, application, snapshot, on: tip)
            guard let rollback = try await rollback(request, application, to: target, reason, on: tip, asked, snapshot, workloads) else {
                return (unchanged([]), nil)
            }
            try await check(work, permission, snapshot, at: tip, files: rollback.files)
            return try await send(rollback.files, rollback.text, by: request.requester, rollback.report(branch.name), on: tip, &sent)
        }
        var draft = try work.draft(on: workloads)
        guard !draft.changes.isEmpty else {
            try work.verify(on: workloads)
            return (ChangeReport(commit: nil, branch: branch.name, message: draft.reason, problems: draft.problems), nil)
        }
        var result = edit(snapshot, draft.changes)
        while try draft.withhold(alongside: result.alongside, workloads) { result = edit(snapshot, draft.changes) }
        var (made, problems) = draft.outcome(of: result)
        made += draft.followers(result.alongside, of: made, workloads)
        guard !result.files.isEmpty else {
            if let problem = problems.first, made.isEmpty, work.isRequest { throw problem.error }
            try work.verify(on: workloads)
            return (unchanged(draft.problems + problems), nil)
        }
        if work.isRequest {
            if let problem = problems.first { throw problem.error }
        }
        var told = snapshot
        for (path, bytes) in result.files { told.write(bytes, at: path) }
        // An annotation that cannot be written does not hold up an image.
        let annotations = draft.annotations(for: made, at: asked, in: snapshot)
        if !annotations.isEmpty { result.files.merge(edit(told, annotations).files) { $1 } }
        if work.isRequest { try await check(work, permission, snapshot, at: tip, files: result.files) }
        let text = draft.text(for: made, at: asked)
        let report = ChangeReport(
            commit: nil, branch: branch.name, message: "", bumps: made, files: result.files.keys.sorted(),
            problems: draft.problems + problems)
        return try await send(result.files, text, by: work.requester ?? settings.author, report, on: tip, &sent)
    }

    /// Commits the files and pushes.
    ///
    /// - Returns: Nil when somebody else was first.
    private func send(
        _ files: [String: [UInt8]], _ text: (message: String, note: String), by person: Requester, _ report: ChangeReport, on tip: ObjectID,
        _ sent: inout [Attempt]
    ) async throws -> (ChangeReport, Attempt?)? {
        let author = signature(person)
        let description = CommitDescription(message: text.message, author: author, committer: signature(settings.author))
        guard let commit = try await branch.commit(files, on: tip, description) else { return (unchanged(report.problems), nil) }
        var report = report
        report.commit = commit
        report.message = String(text.message.prefix { !$0.isNewline })
        let attempt = Attempt(commit: commit, report: report, note: text.note, author: author)
        sent.append(attempt)
        switch try await branch.push(commit, expecting: tip) {
        case .accepted: return finished(attempt)
        case .moved: return nil
        case .refused(let reason):
            throw AutomationError(
                .push, "\"\(branch.name)\" was not pushed: \(reason)",
                advice: "let the account that Martlet pushes with write to the branch, or have it follow another one")
        }
    }

    private func unchanged(_ problems: [ChangeReport.Problem]) -> ChangeReport {
        ChangeReport(commit: nil, branch: branch.name, message: "nothing to change: git says it already", problems: problems)
    }

    private func finished(_ attempt: Attempt) -> (ChangeReport, Attempt?) {
        onPush()
        logger.info(
            "committed", metadata: ["commit": "\(attempt.commit.short)", "branch": "\(branch.name)", "subject": "\(attempt.report.message)"])
        return (attempt.report, attempt)
    }

    /// The commit says it all; the note says it to programs. So it holds up nobody, and may fail.
    private nonisolated func note(_ attempt: Attempt) async {
        let outcome = await withTaskGroup(of: String?.self) { [branch, time] group in
            group.addTask {
                do {
                    try await branch.addNote(attempt.note, to: attempt.commit, by: attempt.author)
                    return nil
                } catch {
                    return "\(error)"
                }
            }
            group.addTask {
                try? await time.sleep(for: Self.notePatience)
                return "it took longer than \(Self.notePatience)"
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let outcome { logger.warning("the commit has no note", metadata: ["commit": "\(attempt.commit.short)", "error": "\(outcome)"]) }
    }

    private static let notePatience = Duration.seconds(30)

    private func signature(_ requester: Requester) -> Commit.Signature {
        Commit.Signature(name: requester.name, email: requester.email, time: time.now)
    }

    // MARK: what the branch says

    private func snapshot(at tip: ObjectID, applications: Set<String>?) async throws -> RepositorySnapshot {
        if known?.tip != tip {
            let tree = try await branch.tree(at: tip)
            known = (tip, tree, try await scan(tree, root: settings.root, name: settings.name))
        }
        guard let known else { throw AutomationError(.push, "the branch was not read", advice: "try again") }
        let parts = known.layout.parts(of: applications)
        var files = Dictionary(parts.flatMap(\.filesToRead).map { ($0.path, $0) }) { first, _ in first }
        for file in try await known.tree.files() where fileName(of: file.path) == ApplicationFile.name { files[file.path] = file }
        let bytes = try await known.tree.read(Array(files.values))
        return RepositorySnapshot(revision: known.tree.revision, parts: parts, bytes: bytes, context: try await context())
    }

    /// What an older commit says; nil where it cannot be divided into applications.
    func formerSnapshot(at commit: ObjectID) async throws -> RepositorySnapshot? {
        let tree = try await branch.tree(at: commit)
        guard let layout = try? await scan(tree, root: settings.root, name: settings.name) else { return nil }
        var files = Dictionary(layout.parts.flatMap(\.filesToRead).map { ($0.path, $0) }) { first, _ in first }
        for file in try await tree.files() where fileName(of: file.path) == ApplicationFile.name { files[file.path] = file }
        return RepositorySnapshot(
            revision: tree.revision, parts: layout.parts, bytes: try await tree.read(Array(files.values)), context: try await context())
    }

    /// An application whose annotations cannot be understood costs its own workloads, not the others'.
    nonisolated func workloads(in snapshot: RepositorySnapshot) -> (found: [Workload], faults: [AutomationError]) {
        var found: [Workload] = []
        var faults: [AutomationError] = []
        for part in snapshot.parts {
            let desired = render(part, bytes: snapshot.bytes, revision: snapshot.revision, context: snapshot.context(part.spec))
            do throws(AutomationError) {
                found += try imageWorkloads(of: desired)
            } catch {
                faults.append(error)
            }
        }
        return (found, faults)
    }

    /// What a person asked for must be what the files say afterwards: a chart's template may say otherwise. And who
    /// asked must be allowed to change all that becomes another: other applications may be made of the same files.
    private func check(
        _ work: Work, _ permission: ChangePermission?, _ before: RepositorySnapshot, at tip: ObjectID, files: [String: [UInt8]]
    ) async throws {
        // Somebody who only looks may have made another tip the known one meanwhile.
        let base = if let known, known.tip == tip { known.tree } else { try await branch.tree(at: tip) }
        let tree = EditedTree(base, files: files)
        let layout = try await scan(tree, root: settings.root, name: settings.name)
        let names = permission == nil ? work.applications : work.applications.union(before.parts.map(\.spec.name))
        let parts = layout.parts.filter { names.contains($0.spec.name) }
        let bytes = try await tree.read(Array(Dictionary(parts.flatMap(\.filesToRead).map { ($0.path, $0) }) { first, _ in first }.values))
        var after = RepositorySnapshot(revision: tree.revision, parts: parts, bytes: bytes, context: before.context)
        if let permission { try await permission(workloadsThatDiffer(before, after)) }
        after.parts = parts.filter { work.applications.contains($0.spec.name) }
        try work.verify(on: workloads(in: after).found)
    }

    private static func failure(_ error: any Error) -> AutomationError {
        switch error {
        case let error as GitError where error.isBlocked:
            AutomationError(.notEditable, error.message, advice: error.advice)
        case let error as GitError:
            AutomationError(.push, "\"\(error.place)\": \(error.message)", advice: error.advice, isTemporary: error.isTemporary)
        case let error as SourceError: AutomationError(.push, error.description, advice: "correct the repository", isTemporary: error.isTransient)
        case let error as RenderError: AutomationError(.invalid, "\(error)", origin: error.origin, advice: "correct the file")
        default: AutomationError(.push, "\(error)", advice: "try again")
        }
    }
}

extension RepositorySnapshot {
    /// Whether somebody wrote the application down in a `martlet.yaml`; else its folder implies it.
    func declares(_ application: String) -> Bool {
        parts.first { $0.spec.name == application }.map { fileName(of: $0.spec.origin.file) == ApplicationFile.name || $0.form == .manifests } ?? false
    }
}

extension Layout {
    /// The parts of some applications, and of all that are made of the same files: what changes one may change those.
    fileprivate func parts(of applications: Set<String>?) -> [Part] {
        guard let applications else { return parts }
        let wanted = parts.filter { applications.contains($0.spec.name) }
        let files = Set(wanted.flatMap { $0.files.map(\.realPath) })
        return parts.filter { part in applications.contains(part.spec.name) || part.files.contains { files.contains($0.realPath) } }
    }
}

extension GitError {
    /// A symbolic link or a submodule stands where a file would be written.
    fileprivate var isBlocked: Bool {
        if case .blocked = kind { true } else { false }
    }
}
