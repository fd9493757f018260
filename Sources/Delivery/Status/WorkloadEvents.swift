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

    /// More workloads than this in one sync are told of as one.
    static let limit = 20
    /// The work waits for what it tells: no longer than this takes.
    private static let tries = 3

    /// Writes an event for each workload that was created, changed or corrected; where they are many, one on the whole
    /// application's record. Failing to is no failure of the sync.
    func tell(_ outcomes: [Outcome], revision: SourceRevision, of application: String, in store: InventoryStore) async {
        let told = outcomes.compactMap { outcome -> ClusterEvent? in
            guard case .applied(let object, let isCreated) = outcome.result, Self.isWorkload(object.groupKind) else { return nil }
            let verb = isCreated ? "Created from" : outcome.action == .correct ? "Put back to" : "Updated to"
            return event(.init(object), "Deployed", "\(verb) \(revision): \(Self.images(object))")
        }
        guard told.count <= Self.limit else {
            let record = store.subject(of: application)
            let known = try? await store.known(record)
            return await write(event(known ?? record, "Deployed", "\(told.count) workloads were written from \(revision)"))
        }
        await withDiscardingTaskGroup { group in
            for event in told { group.addTask { await write(event) } }
        }
    }

    /// One word about one workload.
    func tell(_ object: Object, reason: String, message: String, isWarning: Bool) async {
        await write(event(.init(object), reason, message, isWarning: isWarning))
    }

    private func event(_ subject: ClusterEvent.Subject, _ reason: String, _ message: String, isWarning: Bool = false) -> ClusterEvent {
        ClusterEvent(subject, id: ULID(at: time.now, random: random).description, reason: reason, message: message, isWarning: isWarning, at: time.now)
    }

    private func write(_ event: ClusterEvent) async {
        var backoff = Backoff(base: .milliseconds(200), limit: .seconds(1))
        for attempt in 1...Self.tries {
            do throws(ClusterError) {
                return try await event.write(client)
            } catch {
                guard error.isTransient, attempt < Self.tries, !Task.isCancelled else { return }
            }
            try? await time.sleep(for: backoff.next(random))
        }
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
