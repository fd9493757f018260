internal import Basics
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes

extension Past {
    /// How what git said differs between two moments. What cannot be rendered is not taken for deleted: it is a problem.
    package func compare(from: Moment, to: Moment, application: String?) async throws(HistoryError) -> Comparison {
        let (before, after) = (try await meant(at: from, application: application), try await meant(at: to, application: application))
        if let application, !(before.desired + after.desired).contains(where: { $0.desired.spec.name == application }),
            !(before.unknown + after.unknown).contains(where: { $0.application == application })
        {
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
                fromName: a.map { "\($0.revision)/\(key)" } ?? "/dev/null", toName: b.map { "\($0.revision)/\(key)" } ?? "/dev/null")
            guard !diff.isEmpty else { continue }
            found.append(
                ObjectDifference(
                    key: key, application: shown.application, action: a == nil ? .created : b == nil ? .deleted : .changed,
                    fields: Self.fields(masked, unmasked), diff: diff))
        }
        return Comparison(
            from: before.revision, to: after.revision, objects: found, problems: before.problems + after.problems,
            notes: before.notes + after.notes.filter { !before.notes.contains($0) })
    }

    /// The objects of a moment by what they are called in the cluster.
    private struct Side {
        var objects: [ObjectKey: (object: Object, application: String, revision: SourceRevision)] = [:]
        private var blocked: Set<String> = []
        private var isPartial = false

        init(_ meant: Meant) {
            isPartial = meant.parts.contains { !$0.rendered.problems.isEmpty }
            blocked = Set(meant.unknown.map(\.application))
            for (desired, revision) in meant.desired {
                if !desired.isComplete { blocked.insert(desired.spec.name) }
                for item in desired.objects {
                    var object = item.object
                    let key = object.pastKey(in: desired.spec)
                    if object.namespace != key.namespace { object.namespace = key.namespace }
                    objects[key] = (object, desired.spec.name, revision.revision)
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
