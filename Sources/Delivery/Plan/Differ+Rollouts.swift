internal import Cluster
internal import Document
internal import Kubernetes
internal import Rollout

extension Differ {
    /// The objects as a look of the daemon would apply them now: with the configuration that belongs to a version, and
    /// with what rollouts under way add to Services and routes.
    struct Released: Sendable {
        var prepared: [Prepared]
        /// Workloads that a rollout under way brings to what git says by itself, or has sent back from it.
        var held: Set<ObjectKey> = []
        /// What their pods are started with, of the version that they state: it is deleted when the rollout is over.
        var needs: Set<ObjectKey> = []
        var problems: [String] = []
    }

    func released(_ prepared: [Prepared], of part: Layout.Part, resources: [APIResource], digest: FingerprintKey) async throws -> Released {
        var released = Released(prepared: prepared)
        let objects = prepared.map(\.object)
        var overlays: [(RolloutSubject, RolloutOverlay)] = []
        for (index, item) in prepared.enumerated() where RolloutSpec.kinds.contains(item.key.groupKind) {
            guard let resource = item.resource else { continue }
            let live = try await client.getIfPresent(resource, namespace: item.key.namespace, name: item.key.name)
            do throws(RolloutError) {
                let state = live?.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
                var spec = try RolloutSpec.of(item.object, item.policy)
                var traffic = RolloutTraffic(mode: .replicas)
                if let spec {
                    _ = try metricDefinitions(named: spec.metrics, documents: part.spec.metrics, workload: item.key)
                    traffic = try Rollout.traffic(for: spec, workload: item.object, running: live, among: objects)
                }
                let wanted = asReleased(item, spec: spec, live: live, among: objects, digest: digest)
                released.prepared[index] = wanted
                guard let live, let state else { continue }
                if let mode = state.mode, spec == nil || mode != traffic.mode {
                    spec = nil
                    traffic = try formerTraffic(of: wanted, mode: mode, among: objects)
                }
                let inForce = overlay(of: state, mode: traffic.mode)
                let view = RolloutView(workload: live, replicaSets: [])
                released.needs.formUnion(podNeeds(of: view, state: state))
                overlays.append((RolloutSubject(item: wanted, spec: spec, traffic: traffic, view: view, state: state, overlay: inForce), inForce))
                if spec != nil, templateIdentity(wanted.object) == state.template {
                    released.held.insert(item.key)
                } else if state.phase != .rejected {
                    // Another version than the one on its way: until that is taken back its controller is left waiting.
                    var object = wanted.object
                    for field in ["paused", "strategy", "updateStrategy"] { object.value[path: "spec", field] = live.value[path: "spec", field] }
                    released.prepared[index] = wanted.with(object, digest)
                }
            } catch {
                released.problems.append("\(item.origin): \(item.key): \(error)")
            }
        }
        let lookup: ResourceLookup = { gvk in resources.first { $0.gvk == gvk } }
        let (result, failures) = overlaid(released.prepared, by: overlays, application: part.spec.name, resources: lookup, digest: digest)
        released.prepared = result
        released.problems += failures.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return released
    }
}
