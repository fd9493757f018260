internal import Basics
internal import Delivery
package import Document
internal import Git

/// A moment of the past told whole: what was meant to be, and what was seen.
package struct PastSight: Sendable {
    /// What git said: the revision that was live then, where somebody saw which; else the newest commit from before.
    package var meant: PastObjects
    /// Nil where nobody kept it.
    package var seen: PastMoment?
    /// How it is known which revision was live, and what else is to be said.
    package var notes: [String]
}

extension Past {
    /// What git said at a moment and what was seen then.
    package func sight(at moment: Moment, application: String?) async throws(HistoryError) -> PastSight {
        guard case .time(let time) = moment else {
            return PastSight(meant: try await objects(application: application, at: moment), seen: nil, notes: [])
        }
        guard let seen = try await store?.moment(time) else {
            return PastSight(
                meant: try await objects(application: application, at: moment), seen: nil,
                notes: ["which revision was live is not known here: this is the newest commit from before"])
        }
        guard let known = seen.knownSince, known <= time else {
            let since = seen.knownSince.map { "what was live is known since \($0)" } ?? "nothing was observed yet"
            return PastSight(
                meant: try await objects(application: application, at: moment), seen: seen,
                notes: ["\(since): this is the newest commit from before"])
        }
        await renderer.aim()
        // Each application may have been at another revision.
        var newest = try await revision(at: moment)
        let mirror = try await opened()
        let mask = Mask()
        var (objects, problems): ([PastObject], [String]) = ([], [])
        var commits: [Commit] = []
        for live in seen.applications where application == nil || live.application == application {
            guard let commit = ObjectID(live.revision.commit) else {
                problems.append("\(live.application): of \"\(live.revision)\", which was live, the commit is not known")
                continue
            }
            let rendered: RevisionRenderer.Rendered
            do throws(HistoryError) {
                rendered = try await renderer.render(mirror, at: commit, reference: live.revision.reference, application: live.application)
                if let line = try? await mirror.commit(commit) { commits.append(line) }
            } catch {
                problems.append("\(live.application): \(live.revision): \(error)")
                continue
            }
            for desired in rendered.desired {
                objects += desired.objects.map {
                    PastObject(application: desired.spec.name, object: mask.shown($0.object, in: desired.spec), origin: $0.origin)
                }
            }
            problems += Self.problems(rendered)
        }
        if let application, !seen.applications.contains(where: { $0.application == application }) {
            throw HistoryError(
                .notFound, "no application \"\(application)\" was seen at \(time)",
                advice: "there were \(seen.applications.map(\.application).joined(separator: ", "))")
        }
        // The newest that was live stands for all.
        if let line = commits.max(by: { $0.committer.time < $1.committer.time }) {
            newest.revision.commit = line.id.description
            newest.committedAt = line.committer.time
        }
        var notes: [String] = []
        let different = Set(commits.map(\.id))
        if different.count > 1 { notes.append("applications were at \(different.count) different revisions") }
        return PastSight(meant: PastObjects(revision: newest, objects: objects, problems: problems), seen: seen, notes: notes)
    }
}

extension PastSight {
    package var value: Value {
        var value = meant.value
        value["seen"] = seen.map(\.value) ?? .null
        value["notes"] = .sequence(notes.map { .string($0) })
        return value
    }
}
