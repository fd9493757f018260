internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes
internal import Logging
internal import Rollout

extension Reconciler {
    /// Effects in their order; the first that fails ends the look.
    func carryOut(_ decision: RolloutDecision, _ subject: RolloutSubject, _ view: RolloutView) async throws {
        guard !decision.effects.isEmpty else { return }
        for effect in decision.effects {
            switch effect {
            case .tell(let isWarning, let reason, let message):
                environment.logger.log(
                    level: isWarning ? .warning : .info, "\(message)",
                    metadata: ["application": "\(name)", "workload": "\(subject.key)", "reason": "\(reason)"])
                await WorkloadEvents(client: environment.client, time: environment.time, random: environment.random)
                    .tell(view.workload, reason: reason, message: message, isWarning: isWarning)
            // Made where the next look asks whether it is.
            case .revert: wakeAfter(.milliseconds(100))
            case .create:
                guard let state = decision.state, let template = try await merged(subject)?.value[path: "spec", "template"] else {
                    throw ApplyFailure("the server refuses a dry run of \(subject.key)", isTransient: true)
                }
                if let write = view.write(effect, state, manifest: subject.item.object, template: template) { try await self.write(write) }
            case .pause, .unmark, .scale, .delete, .replicas, .applyTemplate, .partition, .deletePod, .templateBack, .resume:
                guard let state = decision.state ?? subject.state,
                    let write = view.write(effect, state, manifest: subject.item.object, template: .null)
                else { continue }
                try await self.write(write)
            }
        }
    }

    /// - Returns: The object as it is after the write.
    @discardableResult
    func write(_ write: RolloutWrite) async throws -> Object? {
        let client = environment.client
        let written: Object?
        switch write {
        case .patch(let key, let patch):
            let resource = try await client.resource(for: key.groupKind)
            written = try await client.patch(
                resource, namespace: key.namespace, name: key.name, patch, type: .merge, fieldManager: rolloutFieldManager)
        case .create(let object):
            let resource = try await client.resource(for: object.gvk)
            do {
                written = try await client.create(resource, object, fieldManager: rolloutFieldManager)
            } catch {
                // The answer to an earlier try was lost.
                guard error.reason == .alreadyExists else { throw error }
                written = nil
            }
        case .delete(let key, let uid):
            let resource = try await client.resource(for: key.groupKind)
            _ = try await client.delete(resource, namespace: key.namespace, name: key.name, uid: uid, propagation: .foreground)
            written = nil
        case .apply(let object):
            let resource = try await client.resource(for: object.gvk)
            written = try await client.apply(resource, object, fieldManager: fieldManager, force: true).object
        }
        if let written {
            await environment.cache.observe(written)
            if answers[written.key] != nil { answers[written.key] = written }
        }
        return written
    }

    /// Whether what the overlay in force asks for is in the cluster, and its controllers have taken note.
    func progress(
        of subject: RolloutSubject, _ prepared: [Prepared], failure: RolloutError?, record: InventoryStore.Record
    ) async -> RolloutObservation.TrafficProgress {
        if let failure { return .pending("\(failure)") }
        var wanted = Set(subject.traffic.services + subject.traffic.routes)
        for item in prepared where item.object.label(MartletAnnotations.armOf) == armLabelValue(subject.key) && item.key.namespace == subject.key.namespace {
            wanted.insert(item.key)
        }
        for item in prepared where wanted.contains(item.key) {
            guard record.inventory.entries[item.key]?.desired == item.digest, let live = await liveObject(item.key) else {
                return .unwritten("\(item.key) is being written")
            }
            switch isAccepted(live) {
            case .accepted: break
            case .waiting(let why), .refused(let why): return .pending("\(item.key): \(why)")
            }
            // An older definition of a route drops what it does not know, such as the percentage of a mirror.
            if let why = missing(subject.overlay, on: live, traffic: subject.traffic) { return .pending(why) }
        }
        for key in record.inventory.entries.keys where key.namespace == subject.key.namespace && !wanted.contains(key) {
            guard ["Service", "Ingress"].contains(key.kind), let live = await liveObject(key),
                live.label(MartletAnnotations.armOf) == armLabelValue(subject.key)
            else { continue }
            return .pending("\(key) is being deleted")
        }
        return .settled
    }
}
