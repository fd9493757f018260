package import Basics
package import Cluster
internal import Document
package import Kubernetes

/// Turns actions into requests, and tells the cache what came of them.
package actor ActionPerformer {
    /// What came of the actions of one look.
    package struct Pass: Sendable {
        /// Objects whose newest state is in the cache now.
        package var touched: Set<ObjectKey> = []
        /// Objects that were gone at once, with their uids.
        package var deleted: [(ObjectKey, String)] = []
        package var failure: ActionFailure?
        /// What this pass has written, as the server has it: its next write stands on that.
        var newest: [ObjectKey: Object] = [:]
    }

    private let client: ClusterClient
    private let cache: WatchCache
    private let time: any TimeSource
    private let random: RandomSource
    private var resources: [GroupKind: APIResource] = [:]
    private var events = RecentEvents()

    package init(client: ClusterClient, cache: WatchCache, time: any TimeSource, random: RandomSource) {
        self.client = client
        self.cache = cache
        self.time = time
        self.random = random
    }

    package func learn(_ resources: [GroupKind: APIResource]) { self.resources.merge(resources) { _, new in new } }

    /// In order, up to the first that fails; each controller's requests off this actor.
    package func perform(_ actions: [Action], for controller: any Controller) async -> Pass {
        var pass = Pass()
        for action in actions {
            do throws(ClusterError) {
                try await perform(action, controller, &pass)
            } catch {
                // The object is gone, or another took its name: the watch will tell.
                if error.reason == .notFound, action.isOnExisting { continue }
                if case .delete = action, error.reason == .conflict { continue }
                if case .event = action { continue }
                pass.failure = ActionFailure(action: action, reason: error.reason.rawValue, message: error.message)
                break
            }
        }
        return pass
    }

    private func perform(_ action: Action, _ controller: any Controller, _ pass: inout Pass) async throws(ClusterError) {
        if case .event(let record) = action { return try await tell(record, controller) }
        guard let resource = try await resource(of: action) else { return }
        let key = action.key
        let manager = controller.fieldManager
        let client = client
        switch action {
        case .create(let object):
            // Another version may mean other fields: what the server does not speak is not made.
            guard let exact = try await self.resource(object.gvk, known: resource) else { return }
            let created = try await request { () async throws(ClusterError) in
                try await client.create(exact, object, fieldManager: manager)
            }
            await saw(created, &pass)
        case .update(var object), .updateStatus(var object):
            var subresource: String?
            if case .updateStatus = action { subresource = "status" }
            if let newest = pass.newest[key] {
                // Some kinds take annotations with a status: the old ones must not come back with it.
                if subresource != nil { object = newest.with(status: object.value["status"] ?? [:]) }
                object.value[path: "metadata", "resourceVersion"] = .string(newest.resourceVersion)
            }
            object.value["apiVersion"] = .string(resource.gvk.apiVersion)
            let updated = try await request { [object, subresource] () async throws(ClusterError) in
                try await client.replace(resource, object, subresource: subresource, fieldManager: manager)
            }
            await saw(updated, &pass)
        case .patch(_, let patch), .patchStatus(_, let patch):
            var subresource: String?
            if case .patchStatus = action { subresource = "status" }
            let patched = try await request { [subresource] () async throws(ClusterError) in
                try await client.patch(
                    resource, namespace: key.namespace, name: key.name, subresource: subresource, patch, fieldManager: manager)
            }
            await saw(patched, &pass)
        case .delete(_, let uid, let deletion):
            let result = try await request { () async throws(ClusterError) in
                try await client.delete(
                    resource, namespace: key.namespace, name: key.name, uid: uid.isEmpty ? nil : uid,
                    gracePeriodSeconds: deletion == .confirmed ? 0 : nil)
            }
            if case .pending(let object) = result { await saw(object, &pass) } else { pass.deleted.append((key, uid)) }
        case .bind(_, let uid, let node):
            let value: Value = [
                "apiVersion": "v1", "kind": "Binding",
                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace), "uid": .string(uid)],
                "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
            ]
            guard let binding = Object(value) else { return }
            _ = try await request { () async throws(ClusterError) in
                try await client.raw(
                    .create(resource, binding, subresource: "binding", dryRun: false, fieldManager: manager))
            }
        case .event: break
        }
    }

    /// Off the actor: writing and reading JSON is work other requests need not wait for.
    @concurrent
    private nonisolated func request<Answer: Sendable>(
        _ send: @Sendable () async throws(ClusterError) -> Answer
    ) async throws(ClusterError) -> Answer {
        try await send()
    }

    private func saw(_ object: Object, _ pass: inout Pass) async {
        pass.newest[object.key] = object
        pass.touched.insert(object.key)
        await cache.observe(object)
    }

    /// Nil for a kind this server does not have: what cannot be written there is left out.
    private func resource(of action: Action) async throws(ClusterError) -> APIResource? {
        try await resource(action.key.groupKind)
    }

    private func resource(_ gvk: GroupVersionKind, known: APIResource) async throws(ClusterError) -> APIResource? {
        if known.gvk == gvk { return known }
        do throws(ClusterError) {
            return try await client.resource(for: gvk)
        } catch {
            guard error.reason == .unknownKind else { throw error }
            return nil
        }
    }

    private func resource(_ kind: GroupKind) async throws(ClusterError) -> APIResource? {
        if let known = resources[kind] { return known }
        do throws(ClusterError) {
            let found = try await client.resource(for: kind)
            resources[kind] = found
            return found
        } catch {
            guard error.reason == .unknownKind else { throw error }
            return nil
        }
    }

    private func tell(_ record: EventRecord, _ controller: any Controller) async throws(ClusterError) {
        guard let resource = try await resource(.event) else { return }
        let now = time.now
        let namespace = record.regarding.namespace.isEmpty ? "default" : record.regarding.namespace
        let client = client
        if let known = events.again(record) {
            let patch: Value = ["count": .count(known.count), "lastTimestamp": .string(now.description)]
            _ = try await request { () async throws(ClusterError) in
                try await client.patch(resource, namespace: namespace, name: known.name, patch, fieldManager: controller.fieldManager)
            }
            return
        }
        let name = "\(record.regarding.name).\(String(random.next() >> 4, radix: 16))"
        guard let event = record.event(name: name, namespace: namespace, source: controller.name, now: now) else { return }
        events.remember(record, name: name)
        _ = try await request { () async throws(ClusterError) in
            try await client.create(resource, event, fieldManager: controller.fieldManager)
        }
    }
}

extension GroupKind {
    fileprivate static let event = GroupKind(group: "", kind: "Event")
}

extension Action {
    /// Whether there is nothing to do when the object is not there.
    fileprivate var isOnExisting: Bool {
        if case .create = self { false } else { true }
    }
}

/// Events of late, so that one that repeats counts up instead of filling the store.
private struct RecentEvents {
    private var known: [EventRecord: (name: String, count: Int)] = [:]

    mutating func again(_ record: EventRecord) -> (name: String, count: Int)? {
        guard var entry = known[record] else { return nil }
        entry.count += 1
        known[record] = entry
        return entry
    }

    mutating func remember(_ record: EventRecord, name: String) {
        if known.count >= 1024 { known.removeAll(keepingCapacity: true) }
        known[record] = (name, 1)
    }
}

extension EventRecord {
    /// The `v1` Event that tells it.
    fileprivate func event(name: String, namespace: String, source: String, now: Timestamp) -> Object? {
        var involved: Value = [
            "apiVersion": .string(apiVersion), "kind": .string(regarding.kind), "name": .string(regarding.name), "uid": .string(uid),
        ]
        if !regarding.namespace.isEmpty { involved["namespace"] = .string(regarding.namespace) }
        return Object([
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "involvedObject": involved, "reason": .string(reason), "message": .string(message), "type": .string(severity.rawValue),
            "source": ["component": .string(source)], "firstTimestamp": .string(now.description),
            "lastTimestamp": .string(now.description), "count": 1,
        ])
    }
}
