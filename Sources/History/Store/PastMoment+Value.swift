internal import Basics
package import Delivery
package import Document
internal import Kubernetes

extension PastMoment {
    package var value: Value {
        [
            "time": .string(time.inMilliseconds), "knownSince": knownSince.map { .string($0.inMilliseconds) } ?? .null,
            "applications": .sequence(applications.map(\.value)),
        ]
    }
}

extension PastMoment.Application {
    /// As the overview has it, with `since`.
    package var value: Value {
        [
            "application": .string(application), "revision": .string(revision.description), "commit": .string(revision.commit),
            "since": .string(since.inMilliseconds), "sync": .string(sync.rawValue), "health": .string(health.rawValue),
            "message": .string(message), "workloads": .sequence(workloads.map(\.value)),
        ]
    }
}

extension PastMoment.Workload {
    package var value: Value {
        var value = sight.value
        value["since"] = .string(since.inMilliseconds)
        return value
    }
}

extension WorkloadSight {
    /// `{group, kind, namespace, name, health, message, images, liveImages, wanted, ready, strategy, rollout?}`.
    package var value: Value {
        var value = key.value
        value["health"] = .string(health.rawValue)
        value["message"] = .string(message)
        value["images"] = Self.value(images)
        value["liveImages"] = Self.value(liveImages)
        value["wanted"] = wanted.map { .int(Int64($0)) } ?? .null
        value["ready"] = ready.map { .int(Int64($0)) } ?? .null
        value["strategy"] = .string(strategy)
        if let rollout { value["rollout"] = rollout.value }
        return value
    }

    /// Nil for a value that is no workload.
    package init?(_ value: Value) {
        guard let key = ObjectKey(value), let health = value["health"]?.string.flatMap(ApplicationStatus.Health.init(rawValue:)) else { return nil }
        self.init(
            key: key, images: Self.images(value["images"]), liveImages: Self.images(value["liveImages"]), health: health,
            message: value["message"]?.string ?? "", wanted: value["wanted"]?.int.map { Int(clamping: $0) },
            ready: value["ready"]?.int.map { Int(clamping: $0) }, strategy: value["strategy"]?.string ?? "",
            rollout: value["rollout"].flatMap { RolloutStatus($0, of: key) })
    }

    private static func value(_ images: [String: String]) -> Value {
        .mapping(Mapping(images.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }

    private static func images(_ value: Value?) -> [String: String] {
        var images: [String: String] = [:]
        for entry in value?.mapping?.entries ?? [] { images[entry.key] = entry.value.string }
        return images
    }
}
