internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes

/// Tells of a change where people look for it: as Kubernetes Events on the
/// workload, so that `kubectl describe` says which commit changed it.
struct WorkloadEvents: Sendable {
    let client: ClusterClient
    let time: any TimeSource
    let random: RandomSource

    /// More workloads than this in one sync tell nothing to anybody one by one.
    static let limit = 20

    private static let events = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "Event"), name: "events", isNamespaced: true, verbs: ["create"])

    /// Writes an event for each workload that was created, changed or corrected. Failing to is no failure of the sync.
    func tell(_ outcomes: [Outcome], revision: SourceRevision) async {
        let told = outcomes.compactMap { outcome -> (Object, String)? in
            guard case .applied(let object, let isCreated) = outcome.result, Self.isWorkload(object.groupKind) else { return nil }
            let verb = isCreated ? "Created from" : outcome.action == .correct ? "Put back to" : "Updated to"
            return (object, "\(verb) \(revision): \(Self.images(object))")
        }
        guard !told.isEmpty, told.count <= Self.limit else { return }
        await withTaskGroup { group in
            for (object, message) in told {
                guard let event = event(object, message) else { continue }
                group.addTask { _ = try? await client.create(Self.events, event, fieldManager: fieldManager) }
            }
        }
    }

    /// One word about one workload.
    func tell(_ object: Object, reason: String, message: String, isWarning: Bool) async {
        guard let event = event(object, message, reason: reason, type: isWarning ? "Warning" : "Normal") else { return }
        _ = try? await client.create(Self.events, event, fieldManager: fieldManager)
    }

    private func event(_ object: Object, _ message: String, reason: String = "Deployed", type: String = "Normal") -> Object? {
        let now = Value.string(time.now.description)
        return Object([
            "apiVersion": "v1", "kind": "Event", "type": .string(type), "reason": .string(reason), "message": .string(message),
            "metadata": [
                "name": .string("\(object.name.prefix(200)).\(ULID(at: time.now, random: random).description.lowercased())"),
                "namespace": .string(object.namespace),
            ],
            "involvedObject": [
                "apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "namespace": .string(object.namespace),
                "name": .string(object.name), "uid": .string(object.uid),
            ],
            "source": ["component": "martlet"], "firstTimestamp": now, "lastTimestamp": now, "count": 1,
        ])
    }

    private static func isWorkload(_ kind: GroupKind) -> Bool {
        kind.group == "apps" || kind.group == "batch"
    }

    private static func images(_ object: Object) -> String {
        let template = object.value[path: "spec", "jobTemplate", "spec", "template"] ?? object.value[path: "spec", "template"]
        let images = (template?[path: "spec", "containers"]?.sequence ?? []).compactMap { $0["image"]?.string }
        return images.joined(separator: ", ")
    }
}
