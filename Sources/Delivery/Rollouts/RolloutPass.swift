internal import Basics
internal import Document
internal import Kubernetes
internal import Rollout

/// What the rollouts of an application make of its objects at one look.
struct RolloutPass: Sendable {
    /// Git's objects with the overlays on them, and the objects that rollouts add.
    var prepared: [Prepared]
    var problems: [RenderProblem] = []
    /// Workloads whose manifests the plan leaves alone.
    var held: [ObjectKey: ChangeSet.Held] = [:]
    var statuses: [RolloutStatus] = []
    /// Why nothing at all may be applied now: what is in force of a rollout could be undone.
    var hold: String?
    /// Services, routes and arms of running rollouts, with their workloads: written before anything that may have to wait.
    var companions: [ObjectKey: ObjectKey] = [:]
    /// What pods of workloads that the plan leaves alone are started with, and the workload.
    var needs: [ObjectKey: ObjectKey] = [:]
}

/// A workload whose new versions get to users step by step.
struct RolloutSubject: Sendable {
    var item: Prepared
    /// Nil where git no longer asks for a strategy, and a rollout is under way.
    var spec: RolloutSpec?
    var traffic: RolloutTraffic
    var view: RolloutView
    /// As it is on the live workload.
    var state: RolloutState?
    /// What is in force until the next decision.
    var overlay: RolloutOverlay

    var key: ObjectKey { item.key }
}

extension Prepared {
    /// The same with other content.
    func with(_ object: Object, _ key: FingerprintKey) -> Prepared {
        guard object != self.object else { return self }
        var copy = self
        copy.object = object
        copy.digest = key.digest(object.value)
        return copy
    }
}

/// A workload as its releases want it: the configuration that its pods read is part of it, and a strategy that is the
/// Deployment's own is written there.
func asReleased(_ item: Prepared, spec: RolloutSpec?, live: Object?, among objects: [Object], digest: FingerprintKey) -> Prepared {
    var object = item.object
    // Taking a strategy away is no reason to restart pods.
    if spec != nil || live?.value[path: "spec", "template", "metadata", "annotations", MartletAnnotations.configuration] != nil {
        object = withConfiguration(object, live: live, among: objects, digest: digest)
    }
    if item.policy.strategy == .recreate { object.value[path: "spec", "strategy"] = ["type": "Recreate"] }
    return item.with(object, digest)
}

/// Where the traffic of a rollout is that git no longer asks for in that form.
func formerTraffic(of item: Prepared, mode: RolloutTraffic.Mode, among objects: [Object]) throws(RolloutError) -> RolloutTraffic {
    guard mode != .replicas else { return RolloutTraffic(mode: .replicas) }
    let probe = RolloutSpec(workload: item.key, strategy: mode == .selector ? .blueGreen : .canary, steps: [])
    let found = try Rollout.traffic(for: probe, workload: item.object, among: objects)
    return RolloutTraffic(mode: mode, services: found.services, routes: mode == .routes ? found.routes : [])
}

/// Git's objects with overlays on them.
///
/// - Returns: also what could not be merged, by workload.
func overlaid(
    _ prepared: [Prepared], by overlays: [(RolloutSubject, RolloutOverlay)], application: String, resources: ResourceLookup,
    digest: FingerprintKey
) -> (prepared: [Prepared], failures: [ObjectKey: RolloutError]) {
    var objects = prepared.map(\.object)
    var failures: [ObjectKey: RolloutError] = [:]
    var makers: [ObjectKey: RolloutSubject] = [:]
    for (subject, overlay) in overlays where overlay != .none {
        do {
            let before = Set(objects.map(\.key))
            objects = try overlaid(objects, overlay, traffic: subject.traffic, workload: subject.key)
            for object in objects where !before.contains(object.key) { makers[object.key] = subject }
        } catch {
            failures[subject.key] = error
        }
    }
    let known = Dictionary(prepared.map { ($0.key, $0) }) { first, _ in first }
    let result = objects.compactMap { object -> Prepared? in
        if let item = known[object.key] { return item.with(object, digest) }
        guard let maker = makers[object.key] else { return nil }
        var object = object
        object.value[path: "metadata", "labels", MartletAnnotations.application] = .string(application)
        object.value[path: "metadata", "annotations", MartletAnnotations.tracking] = .string(
            Tracking(application: application, key: object.key).description)
        return Prepared(
            object: object, origin: maker.item.origin, policy: ObjectPolicy(), resource: resources(object.gvk), digest: digest.digest(object.value))
    }
    return (result, failures)
}
