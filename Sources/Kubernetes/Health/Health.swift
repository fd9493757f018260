package import Basics
internal import Document

/// How an object is doing, by what its status says: kstatus' rules, plus the
/// reasons of pods. Each kind has a file of its own.
package enum Health: Sendable, Hashable {
    case healthy
    /// On its way; the text says what it waits for.
    case progressing(String)
    /// It will not get there without someone doing something.
    case degraded(String)
    case suspended(String)
    case unknown(String)
    /// Not in the cluster.
    case missing
}

extension Health {
    /// The case alone, for tables and metrics.
    package var word: String {
        switch self {
        case .healthy: "Healthy"
        case .progressing: "Progressing"
        case .degraded: "Degraded"
        case .suspended: "Suspended"
        case .unknown: "Unknown"
        case .missing: "Missing"
        }
    }

    /// What it waits for or suffers from; nil where there is nothing to say.
    package var message: String? {
        switch self {
        case .healthy, .missing: nil
        case .progressing(let text), .degraded(let text), .suspended(let text), .unknown(let text): text.isEmpty ? nil : text
        }
    }

    /// The health of a whole: the worst of its parts. Suspended parts do not stop it from being healthy.
    package static func worst(_ parts: some Sequence<Health>) -> Health {
        parts.max { $0.rank < $1.rank } ?? .healthy
    }

    private var rank: Int {
        switch self {
        case .healthy: 0
        case .suspended: 1
        case .progressing: 2
        case .missing: 3
        case .unknown: 4
        case .degraded: 5
        }
    }
}

extension Health: CustomStringConvertible {
    package var description: String { message.map { "\(word): \($0)" } ?? word }
}

/// How an object is doing; `now` tells for how long.
package func health(of object: Object, now: Timestamp) -> Health {
    if object.isBeingDeleted { return .progressing("is being deleted") }
    let status = ObjectStatus(object)
    if let waiting = status.waitsForController { return waiting }
    switch (object.gvk.group, object.kind) {
    case ("apps", "Deployment"): return deploymentHealth(status)
    case ("apps", "StatefulSet"): return statefulSetHealth(status)
    case ("apps", "DaemonSet"): return daemonSetHealth(status)
    case ("apps", "ReplicaSet"), ("", "ReplicationController"): return replicaSetHealth(status)
    case ("", "Pod"): return podHealth(status, now: now)
    case ("batch", "Job"): return jobHealth(status)
    case ("batch", "CronJob"): return cronJobHealth(status)
    case ("", "PersistentVolumeClaim"): return claimHealth(status)
    case ("", "PersistentVolume"): return volumeHealth(status)
    case ("", "Service"): return serviceHealth(status)
    case ("", "Namespace"): return namespaceHealth(status)
    case ("autoscaling", "HorizontalPodAutoscaler"): return autoscalerHealth(status, now: now)
    case ("policy", "PodDisruptionBudget"): return disruptionBudgetHealth(status)
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): return definitionHealth(status)
    case ("apiregistration.k8s.io", "APIService"): return apiServiceHealth(status)
    case ("gateway.networking.k8s.io", let kind) where kind.hasSuffix("Route"): return routeHealth(status)
    default: return conditionsHealth(status)
    }
}

/// The parts of an object that health is read from.
struct ObjectStatus {
    let object: Object
    let spec: Value
    let status: Value

    struct Condition {
        let isTrue: Bool
        let isFalse: Bool
        let reason: String
        let message: String
        let since: Timestamp?

        /// The message, else the reason.
        var text: String { message.isEmpty ? reason : message }
    }

    init(_ object: Object) {
        self.object = object
        spec = object.value["spec"] ?? .null
        status = object.value["status"] ?? .null
    }

    /// A count in the status; a missing one is 0, as the API server leaves zeros out.
    func count(_ name: String) -> Int64 { Self.clamped(status[name]) ?? 0 }

    /// How many replicas the spec asks for.
    var wantedReplicas: Int64 { Self.clamped(spec["replicas"]) ?? 1 }

    /// A count that arithmetic is safe with.
    static func clamped(_ value: Value?) -> Int64? { value?.int.map { min(max($0, 0), Int64(Int32.max)) } }

    func condition(_ type: String) -> Condition? { Self.condition(type, in: status) }

    static func condition(_ type: String, in status: Value) -> Condition? {
        guard let found = status["conditions"]?.sequence?.first(where: { $0["type"]?.string == type }) else { return nil }
        let state = found["status"]?.string
        return Condition(
            isTrue: state == "True", isFalse: state == "False", reason: found["reason"]?.string ?? "",
            message: found["message"]?.string ?? "", since: found["lastTransitionTime"]?.string.flatMap { Timestamp($0) })
    }

    /// Nobody has looked at the newest spec yet: whatever the status says is about an older one.
    var waitsForController: Health? {
        guard let observed = status["observedGeneration"]?.int, let generation = object.generation, observed < generation else {
            return nil
        }
        return .progressing("generation \(generation) is not yet observed, the last was \(observed)")
    }
}
