internal import Basics
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes

extension Past {
    /// What git said at a moment, object by object; Secrets masked.
    package func objects(application: String?, at moment: Moment) async throws(HistoryError) -> PastObjects {
        await renderer.aim()
        let revision = try await revision(at: moment)
        let rendered = try await rendered(revision, application)
        let mask = Mask()
        var objects: [PastObject] = []
        for desired in rendered.desired {
            for item in desired.objects {
                objects.append(PastObject(application: desired.spec.name, object: mask.shown(item.object, in: desired.spec), origin: item.origin))
            }
        }
        return PastObjects(revision: revision, objects: objects, problems: Self.problems(rendered))
    }

    /// How what git said differs between two moments. What cannot be rendered is not taken for deleted: it is a problem.
    package func compare(from: Moment, to: Moment, application: String?) async throws(HistoryError) -> Comparison {
        await renderer.aim()
        let (old, new) = (try await revision(at: from), try await revision(at: to))
        let (before, after) = (try await rendered(old, application), try await rendered(new, application))
        if let application, !(before.desired + after.desired).contains(where: { $0.spec.name == application }) {
            throw HistoryError(.notFound, "neither revision has an application \"\(application)\"", advice: "leave --application out to see all")
        }
        let mask = Mask()
        let (left, right) = (Side(before), Side(after))
        var found: [ObjectDifference] = []
        for key in Set(left.objects.keys).union(right.objects.keys).sorted() {
            let (a, b) = (left.objects[key], right.objects[key])
            // What is not there because its application could not be read may well be there.
            if a == nil, let b, left.isUnknown(b.application) { continue }
            if b == nil, let a, right.isUnknown(a.application) { continue }
            guard a?.object != b?.object, let shown = b ?? a else { continue }
            let (masked, unmasked) = (a.map { mask.shown($0.object) }, b.map { mask.shown($0.object) })
            let diff = unifiedDiff(
                masked.map { YAML.write($0.value) } ?? "", unmasked.map { YAML.write($0.value) } ?? "",
                fromName: a == nil ? "/dev/null" : "\(old.revision)/\(key)", toName: b == nil ? "/dev/null" : "\(new.revision)/\(key)")
            guard !diff.isEmpty else { continue }
            found.append(
                ObjectDifference(
                    key: key, application: shown.application, action: a == nil ? .created : b == nil ? .deleted : .changed,
                    fields: Self.fields(masked, unmasked), diff: diff))
        }
        return Comparison(from: old, to: new, objects: found, problems: Self.problems(before) + Self.problems(after))
    }

    /// The objects of a revision by what they are called in the cluster.
    private struct Side {
        var objects: [ObjectKey: (object: Object, application: String)] = [:]
        private var blocked: Set<String> = []
        private var isPartial = false

        init(_ rendered: RevisionRenderer.Rendered) {
            isPartial = !rendered.problems.isEmpty
            for desired in rendered.desired {
                if !desired.isComplete { blocked.insert(desired.spec.name) }
                for item in desired.objects {
                    var object = item.object
                    let key = object.pastKey(in: desired.spec)
                    if object.namespace != key.namespace { object.namespace = key.namespace }
                    objects[key] = (object, desired.spec.name)
                }
            }
        }

        func isUnknown(_ application: String) -> Bool { blocked.contains(application) || isPartial }
    }

    private static func fields(_ before: Object?, _ after: Object?) -> [ObjectChange.Field] {
        guard let before, let after else { return [] }
        return differences(before.value, after.value, scope: .all).prefix(100).map { difference in
            ObjectChange.Field(
                path: difference.path.description, from: difference.from.map { JSON.text($0) }, to: difference.to.map { JSON.text($0) })
        }
    }

    func rendered(_ revision: PastRevision, _ application: String?) async throws(HistoryError) -> RevisionRenderer.Rendered {
        guard let commit = ObjectID(revision.revision.commit) else {
            throw HistoryError(.notFound, "\"\(revision.revision)\" is no commit", advice: "name one of the repository's")
        }
        return try await renderer.render(try await opened(), at: commit, reference: revision.revision.reference, application: application)
    }

    static func problems(_ rendered: RevisionRenderer.Rendered) -> [String] {
        rendered.problems.map { "\(rendered.commit.short): \($0)" }
            + rendered.desired.flatMap { desired in desired.problems.map { "\(rendered.commit.short): \(desired.spec.name): \($0.error)" } }
    }
}

/// What may be seen of objects: values of Secrets are told apart by digests under a key that nobody else has.
struct Mask {
    private let key = FingerprintKey(random: RandomSource())

    func shown(_ object: Object) -> Object { masked(object) { String(key.digest(.string($0)).prefix(8)) } }

    func shown(_ object: Object, in spec: ApplicationSpec) -> Object {
        var object = shown(object)
        if object.namespace.isEmpty { object.namespace = object.pastKey(in: spec).namespace }
        return object
    }
}

extension Object {
    /// What it is called in the cluster: an object that names no namespace gets its application's, unless its kind has none.
    func pastKey(in spec: ApplicationSpec) -> ObjectKey {
        var key = key
        if key.namespace.isEmpty, !isClusterScoped(groupKind) { key.namespace = spec.namespace ?? "default" }
        return key
    }
}
