internal import Basics
internal import Delivery
internal import Git

extension Past {
    /// The most commits that are followed back for a time.
    static let walkLimit = 1_000_000

    /// The commit that a moment leads to. A time leads to the newest commit of the followed branch, by first parents,
    /// whose committer's clock was not after it.
    package func revision(at moment: Moment) async throws(HistoryError) -> PastRevision {
        let mirror = try await opened()
        do throws(GitError) {
            switch moment {
            case .revision(let text):
                let commit = try await mirror.commit(try await resolved(text, mirror))
                let reference = ObjectID(text) == nil && !commit.id.description.hasPrefix(text.lowercased()) ? text : settings.reference.name
                return PastRevision(
                    revision: SourceRevision(reference: reference, commit: commit.id.description), committedAt: commit.committer.time, time: nil)
            case .time(let time):
                let tip = try await tip(mirror)
                guard let commit = try await mirror.firstParent(of: tip, limit: Self.walkLimit, where: { $0.committer.time <= time }) else {
                    let first = try await mirror.firstParent(of: tip, limit: Self.walkLimit, where: { $0.parents.isEmpty })
                    throw GitError(
                        .unknownReference(name: time.description, existing: []), "git has nothing from \(time) or before", place: settings.reference.description,
                        advice: first.map { "the first commit is from \($0.committer.time)" } ?? "ask for a later time")
                }
                return PastRevision(
                    revision: SourceRevision(reference: settings.reference.name, commit: commit.id.description), committedAt: commit.committer.time,
                    time: time)
            }
        } catch {
            throw HistoryError(error)
        }
    }

    func opened() async throws(HistoryError) -> Mirror {
        do throws(GitError) {
            return try await mirror.open()
        } catch {
            throw HistoryError(error)
        }
    }

    /// The newest commit of what is followed, as the mirror has it: fetched by whoever follows it, and here only
    /// where nobody did yet.
    func tip(_ mirror: Mirror) async throws(GitError) -> ObjectID {
        switch settings.reference {
        case .commit(let id): return id
        case .branch(let name): if let known = try? await mirror.resolve("refs/heads/\(name)") { return known }
        case .tag(let name): if let known = try? await mirror.resolve("refs/tags/\(name)") { return known }
        }
        return try await mirror.fetch(settings.reference).tip
    }

    private func resolved(_ text: String, _ mirror: Mirror) async throws(GitError) -> ObjectID {
        // A bare mirror's own HEAD says nothing.
        for head in ["HEAD", "@"] where text == head || text.hasPrefix("\(head)~") || text.hasPrefix("\(head)^") {
            let tip = try await tip(mirror)
            return try await mirror.resolve(tip.description + text.dropFirst(head.count))
        }
        return try await mirror.resolve(text)
    }
}

extension HistoryError {
    init(_ error: GitError) {
        let kind: Kind =
            switch error.kind {
            case .unknownReference, .unknownPath: .notFound
            default: .source
            }
        self.init(kind, error.message, advice: error.advice)
    }
}
