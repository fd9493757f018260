internal import Basics
internal import Delivery
internal import Document
internal import Git
package import Kubernetes

extension Past {
    /// For each field of an object of the newest revision: the commit that set the value it has.
    ///
    /// - Parameters:
    ///   - moment: another revision than the newest; of a time the one that was live.
    ///   - live: the object as the cluster has it, where it can be asked: its fields that git does not say, or says
    ///     otherwise, are told by their managers.
    package func blame(_ key: ObjectKey, at moment: Moment? = nil, live: Object? = nil) async throws(HistoryError) -> BlameReport {
        await renderer.aim()
        let mirror = try await opened()
        let (revision, notes) = try await start(key, moment, mirror)
        guard let tip = ObjectID(revision.commit) else {
            throw HistoryError(.notFound, "\"\(revision)\" is no commit", advice: "name one of the repository's")
        }
        let lineage = try await renderer.lineage(of: key, mirror, tip: tip)
        var report = BlameReport(
            workload: key, application: lineage.sight.part.spec.name, revision: revision, fields: Self.fields(lineage), notes: notes + lineage.notes)
        if let live { Self.add(live, to: &report, lineage) }
        return report
    }

    /// The revision that an object is looked at in, and how it is known to be the one.
    private func start(_ key: ObjectKey, _ moment: Moment?, _ mirror: Mirror) async throws(HistoryError) -> (SourceRevision, notes: [String]) {
        switch moment {
        case nil:
            do throws(GitError) {
                return (SourceRevision(reference: settings.reference.name, commit: try await tip(mirror).description), [])
            } catch {
                throw HistoryError(error)
            }
        case .revision:
            let found = try await revision(at: moment ?? .revision("HEAD"))
            return (SourceRevision(reference: "", commit: found.revision.commit), [])
        case .time(let time):
            let (seen, doubt) = try await seen(at: time, of: nil)
            if let doubt { return (try await revision(at: .time(time)).revision, [doubt]) }
            // The application that has it says which revision was live.
            if let application = seen?.applications.first(where: { $0.workloads.contains { $0.sight.key == key } }),
                ObjectID(application.revision.commit) != nil
            {
                return (application.revision, [])
            }
            let meant = try await meant(at: .time(time), application: nil)
            let found = meant.desired.first { desired, _ in desired.objects.contains { $0.object.pastKey(in: desired.spec) == key } }
            guard let found else { throw HistoryError(.notFound, "git had no \(key) at \(time)", advice: "ask for a time when it was there") }
            return (found.revision.revision, [])
        }
    }

    private static func fields(_ lineage: Lineage) -> [BlameReport.Field] {
        let shown = Mask().shown(lineage.sight.object)
        var lines: [ObjectID: DeployEvent.CommitLine] = [:]
        return zip(lineage.tree.leaves, lineage.settings).map { leaf, setting in
            var line: DeployEvent.CommitLine?
            if let commit = setting?.commit {
                line = lines[commit.id] ?? DeployEvent.CommitLine(commit)
                lines[commit.id] = line
            }
            return BlameReport.Field(
                path: text(leaf.path), text: JSON.text(shown.value[leaf.place] ?? .string(secretMask)), commit: line,
                origin: setting?.origin ?? lineage.sight.origin.description)
        }
    }

    /// Without the dot in front.
    static func text(_ path: FieldPath) -> String {
        let text = path.description
        return text.hasPrefix(".") ? String(text.dropFirst()) : text
    }
}
