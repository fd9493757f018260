internal import Basics
internal import Delivery
internal import Document
internal import Git
package import Kubernetes

extension Past {
    /// For each field of an object of the newest revision: the commit that set the value it has.
    ///
    /// - Parameters:
    ///   - moment: another revision than the newest.
    ///   - live: the object as the cluster has it, where it can be asked: its fields that git does not say, or says
    ///     otherwise, are told by their managers.
    package func blame(_ key: ObjectKey, at moment: Moment? = nil, live: Object? = nil) async throws(HistoryError) -> BlameReport {
        await renderer.aim()
        let mirror = try await opened()
        let tip: ObjectID
        if let moment {
            guard let commit = ObjectID(try await revision(at: moment).revision.commit) else {
                throw HistoryError(.notFound, "\"\(moment)\" is no commit", advice: "name one of the repository's")
            }
            tip = commit
        } else {
            do throws(GitError) {
                tip = try await self.tip(mirror)
            } catch {
                throw HistoryError(error)
            }
        }
        let lineage = try await renderer.lineage(of: key, mirror, tip: tip)
        let revision = SourceRevision(reference: moment == nil ? settings.reference.name : "", commit: tip.description)
        var report = BlameReport(
            workload: key, application: lineage.sight.part.spec.name, revision: revision, fields: Self.fields(lineage), notes: lineage.notes)
        if let live { Self.add(live, to: &report, lineage) }
        return report
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
