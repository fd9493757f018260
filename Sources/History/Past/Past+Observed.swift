internal import Delivery
package import Document
package import Kubernetes

/// A moment of the past told whole: what was meant to be, and what was seen.
package struct PastSight: Sendable {
    /// What git said: the revision that was live then, where somebody saw which; else the newest commit from before.
    package var meant: PastObjects
    /// Nil where nobody kept it.
    package var seen: PastMoment?
    /// How it is known which revision was live, and what else is to be said.
    package var notes: [String]

    package init(meant: PastObjects, seen: PastMoment? = nil, notes: [String] = []) { (self.meant, self.seen, self.notes) = (meant, seen, notes) }
}

extension Past {
    /// What git said at a moment and what was seen then; Secrets masked. The command line, the API and the page ask this.
    package func sight(at moment: Moment, application: String?) async throws(HistoryError) -> PastSight {
        let meant = try await meant(at: moment, application: application)
        if let application, meant.isSeen, meant.seen?.applications.contains(where: { $0.application == application }) != true {
            throw HistoryError(
                .notFound, "no application \"\(application)\" was seen at \(moment)", advice: "leave the application out to see which there were")
        }
        let mask = Mask()
        var objects: [PastObject] = []
        var revisions: [String: PastRevision] = [:]
        for (desired, revision) in meant.desired {
            if meant.isSeen { revisions[desired.spec.name] = revision }
            objects += desired.objects.map { item in
                PastObject(
                    application: desired.spec.name, object: mask.shown(item.object, in: desired.spec), origin: item.origin,
                    policy: PastPolicy(item, of: desired.spec))
            }
        }
        return PastSight(
            meant: PastObjects(revision: meant.revision, objects: objects, problems: meant.problems, revisions: revisions), seen: meant.seen,
            notes: meant.notes)
    }

    /// What git said at a moment, object by object; Secrets masked.
    package func objects(application: String?, at moment: Moment) async throws(HistoryError) -> PastObjects {
        try await sight(at: moment, application: application).meant
    }
}

extension PastSight {
    /// As somebody sees it who may list only some of the objects: nothing in it speaks of the others.
    ///
    /// - Parameter isWide: they may also know what went wrong with applications as a whole.
    package func cut(isWide: Bool, _ sees: (ObjectKey) -> Bool) -> PastSight {
        var part = self
        part.meant.objects = meant.objects.filter { sees($0.object.key) }
        guard !isWide else { return part }
        part.meant.problems = []
        let names = Set(part.meant.objects.map(\.application))
        part.meant.revisions = meant.revisions.filter { names.contains($0.key) }
        if let newest = part.meant.revisions.values.max(by: { $0.committedAt < $1.committedAt }) { part.meant.revision = newest }
        return part
    }

    /// Everything.
    package var value: Value {
        var value = meantValue(isBrief: false)
        value["seen"] = seen.map(\.value) ?? .null
        return value
    }

    /// What git said alone.
    ///
    /// - Parameter isBrief: without the objects' texts.
    package func meantValue(isBrief: Bool) -> Value {
        var value = meant.value(isBrief: isBrief)
        value["notes"] = .sequence(allNotes.map { .string($0) })
        return value
    }

    package var allNotes: [String] {
        let different = Set(meant.revisions.values.map(\.revision.commit)).count
        return notes + (different > 1 ? ["applications were at \(different) different revisions"] : [])
    }
}
