internal import Basics
internal import Delivery
internal import Document
internal import Kubernetes

/// One row of what was observed: an application without its workloads, or a workload.
struct ObservedState: Sendable {
    /// Nil: the application itself.
    var key: ObjectKey?
    /// Of what `since` is about: with which version, and how well.
    var state: Int64
    /// Of all of it; 0 is kept for what is gone.
    var digest: Int64
    var body: [UInt8]

    /// It was there, and is not any more.
    static let gone = ObservedState(key: nil, state: 0, digest: 0, body: [])

    private init(key: ObjectKey?, state: Int64, digest: Int64, body: [UInt8]) {
        (self.key, self.state, self.digest, self.body) = (key, state, digest, body)
    }

    private init(_ key: ObjectKey?, _ value: Value, state: Value) {
        let digest = StoredText.digest(JSON.write(value))
        self.init(key: key, state: StoredText.digest(JSON.write(state)), digest: digest == 0 ? 1 : digest, body: StoredText.write(value))
    }

    init(_ sight: ApplicationSight) {
        guard !sight.isRemoved else {
            self = .gone
            return
        }
        let state: Value = [
            "revision": .string(sight.revision.description), "commit": .string(sight.revision.commit),
            "sync": .string(sight.status.sync.rawValue), "health": .string(sight.status.health.rawValue),
        ]
        var value = state
        value["message"] = .string(sight.status.message)
        self.init(nil, value, state: state)
    }

    init(_ workload: WorkloadSight) {
        var value = workload.value
        for key in ["group", "kind", "namespace", "name"] { value[key] = nil }
        if workload.liveImages == workload.images { value["liveImages"] = nil }
        let state: Value = ["health": value["health"] ?? .null, "images": value["images"] ?? .null, "liveImages": value["liveImages"] ?? .null]
        self.init(workload.key, value, state: state)
    }

    static func workload(_ stored: Value, _ key: ObjectKey) -> WorkloadSight? {
        var value = stored
        for entry in key.value.mapping?.entries ?? [] { value[entry.key] = entry.value }
        if value["liveImages"] == nil { value["liveImages"] = value["images"] }
        return WorkloadSight(value)
    }

    static func application(_ stored: Value, _ name: String, since: Timestamp) -> PastMoment.Application? {
        guard let sync = stored["sync"]?.string.flatMap(ApplicationStatus.Sync.init(rawValue:)),
            let health = stored["health"]?.string.flatMap(ApplicationStatus.Health.init(rawValue:))
        else { return nil }
        return PastMoment.Application(
            application: name, revision: SourceRevision(shown: stored["revision"]?.string ?? "", commit: stored["commit"]?.string ?? ""),
            since: since, sync: sync, health: health, message: stored["message"]?.string ?? "")
    }
}
