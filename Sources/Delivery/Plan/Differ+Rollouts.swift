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
        var problems: [String] = []
    }

    func released(_ prepared: [Prepared], of part: Layout.Part, resources: [APIResource], digest: FingerprintKey) async throws -> Released {
        var released = Released(prepared: prepared)
        let objects = prepared.map(\.object)
        var overlays: [(RolloutSubject, RolloutOverlay)] = []
        for (index, item) in prepared.enumerated() where RolloutSpec.kinds.contains(item.key.groupKind) {
            guard let resource = item.resource else { continue }
            var live: Object?
            do throws(ClusterError) {
                live = try await client.get(resource, namespace: item.key.namespace, name: item.key.name)
            } catch {
                guard error.reason == .notFound else { throw error }
            }
            do throws(RolloutError) {
                let state = live?.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
                var spec = try RolloutSpec.of(item.object, item.policy)
                var traffic = RolloutTraffic(mode: .replicas)
                if let spec {
                    _ = try metricDefinitions(named: spec.metrics, documents: part.spec.metrics, workload: item.key)
                    traffic = try Rollout.traffic(for: spec, workload: item.object, running: live, among: objects)
                }
                var item = asReleased(item, spec: spec, live: live, among: objects, digest: digest)
                released.prepared[index] = item
                guard let live, let state else { continue }
                if let mode = state.mode, spec == nil || mode != traffic.mode {
                    spec = nil
                    traffic = try formerTraffic(of: item, mode: mode, among: objects)
                }
                let overlay = overlay(of: state, mode: traffic.mode)
                overlays.append(
                    (RolloutSubject(item: item, spec: spec, traffic: traffic, view: RolloutView(deployment: live, replicaSets: []), state: state, overlay: overlay), overlay))
                if templateIdentity(item.object) == state.template, spec != nil {
                    released.held.insert(item.key)
                } else if state.phase != .rejected {
                    // A newer version: its controller waits until the rollout in hand has gone back.
                    var object = item.object
                    for field in ["paused", "strategy", "updateStrategy"] { object.value[path: "spec", field] = live.value[path: "spec", field] }
                    item = item.with(object, digest)
                    released.prepared[index] = item
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
