internal import Basics
internal import Delivery
internal import Git

/// What git said at a moment, rendered: of each application at the revision that was live then, where somebody saw which.
struct Meant: Sendable {
    struct Part: Sendable {
        var revision: PastRevision
        var rendered: RevisionRenderer.Rendered
    }

    /// Of several the newest.
    var revision: PastRevision
    var parts: [Part]
    /// Of which application what was meant cannot be told, and why.
    var unknown: [(application: String, problem: String)] = []
    /// Nil where nobody kept it, or a revision was asked for.
    var seen: PastMoment?
    /// Whether the parts are what somebody saw; else they are by the commits' times.
    var isSeen = false
    var notes: [String] = []

    var problems: [String] { unknown.map { "\($0.application): \($0.problem)" } + parts.flatMap { Past.problems($0.rendered) } }

    /// All that was understood, with where it is from.
    var desired: [(desired: Desired, revision: PastRevision)] {
        let all = parts.flatMap { part in part.rendered.desired.map { (desired: $0, revision: part.revision) } }
        return isSeen ? all.sorted { $0.desired.spec.name < $1.desired.spec.name } : all
    }
}

extension Past {
    /// The one query of the past: the revision that was live by the history, application by application; by git's own
    /// times only where the history knows nothing of the moment.
    ///
    /// - Parameter application: nil: all there were; one that was not there has no part.
    func meant(at moment: Moment, application: String?) async throws(HistoryError) -> Meant {
        await renderer.aim()
        guard case .time(let time) = moment else {
            let revision = try await revision(at: moment)
            return Meant(revision: revision, parts: [try await part(revision, application)])
        }
        let (seen, doubt) = try await seen(at: time, of: application)
        if let doubt {
            let revision = try await revision(at: moment)
            return Meant(revision: revision, parts: [try await part(revision, application)], seen: seen, notes: [doubt])
        }
        // Each application may have been at another revision; what was at the same is rendered at once.
        var names: [SourceRevision: Set<String>] = [:]
        var unknown: [(application: String, problem: String)] = []
        for live in seen?.applications ?? [] {
            if ObjectID(live.revision.commit) == nil {
                unknown.append((live.application, "of \"\(live.revision)\", which was live, the commit is not known"))
            } else {
                names[live.revision, default: []].insert(live.application)
            }
        }
        var parts: [Meant.Part] = []
        for (revision, names) in names.sorted(by: { $0.key.commit < $1.key.commit }) {
            do throws(HistoryError) {
                parts.append(try await part(revision, names, time))
            } catch {
                if Task.isCancelled { throw error }
                unknown += names.map { ($0, "\(revision): \(error)") }
            }
        }
        unknown.sort { $0.application < $1.application }
        // The newest that was live stands for all.
        guard let newest = parts.map(\.revision).max(by: { $0.committedAt < $1.committedAt }) else {
            return Meant(revision: try await revision(at: moment), parts: [], unknown: unknown, seen: seen, isSeen: true)
        }
        return Meant(revision: newest, parts: parts, unknown: unknown, seen: seen, isSeen: true)
    }

    /// What was observed then; and why it does not say what was live, where it does not.
    func seen(at time: Timestamp, of application: String?) async throws(HistoryError) -> (seen: PastMoment?, doubt: String?) {
        guard let seen = try await store?.moment(time, of: application) else {
            return (nil, "which revision was live is not known here: this is the newest commit from before")
        }
        if let known = seen.knownSince, known <= time { return (seen, nil) }
        let since = seen.knownSince.map { "what was live is known since \($0)" } ?? "nothing was observed yet"
        return (seen, "\(since): this is the newest commit from before")
    }

    private func part(_ revision: PastRevision, _ application: String?) async throws(HistoryError) -> Meant.Part {
        Meant.Part(revision: revision, rendered: try await rendered(revision, application.map { [$0] }))
    }

    private func part(_ revision: SourceRevision, _ names: Set<String>, _ time: Timestamp) async throws(HistoryError) -> Meant.Part {
        let mirror = try await opened()
        let commit: Commit
        do throws(GitError) {
            commit = try await mirror.commit(try await mirror.resolve(revision.commit))
        } catch {
            throw HistoryError(error)
        }
        let past = PastRevision(revision: revision, committedAt: commit.committer.time, time: time)
        return Meant.Part(revision: past, rendered: try await rendered(past, names))
    }

    private func rendered(_ revision: PastRevision, _ applications: Set<String>?) async throws(HistoryError) -> RevisionRenderer.Rendered {
        guard let commit = ObjectID(revision.revision.commit) else {
            throw HistoryError(.notFound, "\"\(revision.revision)\" is no commit", advice: "name one of the repository's")
        }
        return try await renderer.render(try await opened(), at: commit, reference: revision.revision.reference, applications: applications)
    }

    static func problems(_ rendered: RevisionRenderer.Rendered) -> [String] {
        rendered.problems.map { "\(rendered.commit.short): \($0)" }
            + rendered.desired.flatMap { desired in desired.problems.map { "\(rendered.commit.short): \(desired.spec.name): \($0.error)" } }
    }
}
