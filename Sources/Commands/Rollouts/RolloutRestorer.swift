import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Rollout

/// Carries out a restoration from this process.
struct RolloutRestorer: Sendable {
    var visit: RolloutVisit
    var isForced: Bool
    /// For pods, gateways and draining together.
    var limit: Duration
    var drain = RolloutTimes().drain
    /// A line for each thing done.
    var tell: @Sendable (String) -> Void

    /// More writes than any restoration takes: then somebody undoes them as fast.
    private static let mostWrites = 40

    func restore(_ key: ObjectKey) async throws {
        let (client, time) = (visit.client, visit.time)
        let start = time.elapsed
        var isDrained = false
        var writes = 0
        var said = ""
        func say(_ text: String) {
            // What met somebody else's write is done again.
            if text != said { tell(text) }
            said = text
        }
        while true {
            var restoration = try await look(key)
            restoration.isDrained = isDrained
            switch restoration.next {
            case .done: return
            case .drain:
                say("requests under way come to their end")
                try await time.sleep(for: drain)
                isDrained = true
            case .wait(let text):
                say(text)
                guard time.elapsed - start < limit else {
                    throw WorkloadFailure(
                        "\(restoration.workload.key): not restored within \(durationText(limit)): \(text); --force does not wait for it", exitCode: 2)
                }
                try await time.sleep(for: .seconds(1))
            case .write(let list, let text):
                writes += 1
                guard writes <= Self.mostWrites else {
                    throw WorkloadFailure("\(restoration.workload.key): somebody undoes what is restored (\(text)): stop the daemon first", exitCode: 2)
                }
                say(text)
                for write in list { try await carryOut(write, client) }
            }
        }
    }

    private func carryOut(_ write: RolloutWrite, _ client: ClusterClient) async throws {
        do throws(ClusterError) {
            switch write {
            case .patch(let key, let patch):
                _ = try await client.patch(
                    try await client.resource(for: key.groupKind), namespace: key.namespace, name: key.name, patch, type: .merge,
                    fieldManager: rolloutFieldManager)
            case .delete(let key, let uid):
                _ = try await client.delete(try await client.resource(for: key.groupKind), namespace: key.namespace, name: key.name, uid: uid)
            case .create(let object):
                _ = try await client.create(try await client.resource(for: object.gvk), object, fieldManager: rolloutFieldManager)
            case .apply(let object):
                _ = try await client.apply(try await client.resource(for: object.gvk), object, fieldManager: rolloutFieldManager, force: true)
            }
        } catch {
            // It changed since it was looked at, or is gone: the next look decides.
            guard error.reason == .conflict || error.reason == .notFound else { throw error }
        }
    }

    // MARK: what is there

    private func look(_ key: ObjectKey) async throws(ClusterError) -> Restoration {
        let namespace = key.namespace
        let workload = try await visit.desk.workload(key)
        let parts = try await visit.desk.parts(of: workload)
        guard workload.kind == "Deployment" else {
            return Restoration(
                workload: workload, pods: parts.filter { $0.kind == "Pod" }, revisions: parts.filter { $0.kind == "ControllerRevision" },
                isForced: isForced)
        }
        var restoration = Restoration(
            workload: workload, sets: parts, services: try await all(GroupKind(group: "", kind: "Service"), namespace: namespace))
        for kind in Self.companions { restoration.others += try await all(kind, namespace: namespace) }
        restoration.isForced = isForced
        for kind in Self.routes {
            // A route may lead here from another namespace, where one may look there.
            do throws(ClusterError) {
                restoration.routes += try await all(kind, namespace: nil)
            } catch {
                guard error.reason == .forbidden else { throw error }
                restoration.routes += try await all(kind, namespace: namespace)
            }
        }
        return restoration
    }

    /// What a rollout adds beside Services.
    private static let companions = [
        GroupKind(group: "networking.k8s.io", kind: "Ingress"), GroupKind(group: "networking.istio.io", kind: "DestinationRule"),
        GroupKind(group: "gateway.networking.k8s.io", kind: "BackendTLSPolicy"),
    ]

    private static let routes = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"].map { GroupKind(group: "gateway.networking.k8s.io", kind: $0) }
        + [GroupKind(group: "networking.istio.io", kind: "VirtualService")]

    /// None where the cluster does not have the kind.
    private func all(_ kind: GroupKind, namespace: String?) async throws(ClusterError) -> [Object] {
        do throws(ClusterError) {
            return try await visit.client.list(try await visit.client.resource(for: kind), namespace: namespace).items
        } catch {
            guard error.reason == .unknownKind else { throw error }
            return []
        }
    }
}
