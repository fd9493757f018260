internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes

/// Only objects that carry Martlet's label are kept in memory: a cluster holds many more.
private let ours = ListScope(labelSelector: MartletAnnotations.application)

extension Reconciler {
    /// Follows every kind the application uses, and those that say why a workload is not well.
    ///
    /// - Returns: Kinds whose objects cannot be seen now, with the reason.
    func follow(_ prepared: [Prepared], inventory: Inventory, resources: [APIResource]) async -> [GroupKind: String] {
        var wanted: [GroupKind: APIResource] = [:]
        var unknown: [GroupKind: String] = [:]
        for item in prepared {
            if let resource = item.resource { wanted[item.key.groupKind] = resource }
        }
        for key in inventory.entries.keys where wanted[key.groupKind] == nil {
            if let resource = resources.first(where: { $0.gvk.groupKind == key.groupKind && $0.verbs.contains("list") }) {
                wanted[key.groupKind] = resource
            }
        }
        // A group that did not answer is not a group without kinds.
        let silent = environment.client.discoveryFailures
        if !silent.isEmpty {
            for kind in Set(prepared.map(\.key.groupKind)).union(inventory.entries.keys.map(\.groupKind)) where wanted[kind] == nil {
                if let failure = silent.first(where: { GroupVersionKind(apiVersion: $0.key, kind: "").group == kind.group }) {
                    unknown[kind] = "\(failure.key) does not answer: \(failure.value)"
                }
            }
        }
        followedKinds = Set(wanted.keys)
        let answers = await start(wanted.values.map { List(resource: $0, scope: ours) })
        for kind in wanted.keys {
            guard let answer = answers[kind] else {
                unknown[kind] = "\(kind) cannot be listed yet"
                continue
            }
            unknown[kind] = answer
        }
        // Lists that only tell more are not waited for again where they did not come in time once.
        let extras = await extraLists(prepared, resources).filter { !lateKinds.contains($0.kind) }
        let inTime = await start(extras)
        lateKinds.formUnion(extras.map(\.kind).filter { inTime[$0] == nil })
        return unknown
    }

    /// A list to be followed.
    private struct List: Sendable {
        var resource: APIResource
        var scope = ListScope.all
        var dropped: [[String]] = []

        var kind: GroupKind { resource.gvk.groupKind }
    }

    /// Waits until the cache has what the lists say, but not for long: one whose server hangs must not keep the others waiting.
    ///
    /// - Returns: Of the lists that came to an end, why they failed; nil for those that did not.
    private func start(_ lists: [List]) async -> [GroupKind: String?] {
        let (cache, time) = (environment.cache, environment.time)
        return await withTaskGroup(of: (kind: GroupKind, problem: String?)?.self) { group in
            for list in lists {
                group.addTask {
                    do {
                        try await cache.start(list.resource, scope: list.scope, dropping: list.dropped)
                        return (list.kind, nil)
                    } catch {
                        return (list.kind, "\(list.resource.name) cannot be listed: \(error)")
                    }
                }
            }
            group.addTask {
                try? await time.sleep(for: .seconds(15))
                return nil
            }
            var answers: [GroupKind: String?] = [:]
            while answers.count < lists.count, let answer = await group.next() ?? nil { answers.updateValue(answer.problem, forKey: answer.kind) }
            group.cancelAll()
            return answers
        }
    }

    /// What is followed beside the application's own objects: without it an application is applied all the same.
    private func extraLists(_ prepared: [Prepared], _ resources: [APIResource]) async -> [List] {
        var lists: [List] = []
        func add(_ kind: String, _ group: String = "", scope: ListScope = .all) {
            guard let resource = resources.first(where: { $0.gvk.kind == kind && $0.gvk.group == group }) else { return }
            lists.append(List(resource: resource, scope: scope, dropped: [["metadata", "managedFields"]]))
        }
        if prepared.contains(where: { hasPods($0.key.groupKind) }) {
            // Without them the health of a workload only has fewer reasons.
            add("Pod")
            add("ReplicaSet", "apps")
        }
        // They carry their Service's labels, and so Martlet's.
        if prepared.contains(where: { $0.policy.strategy != nil }) { add("Endpoints", scope: ours) }
        if await keepsRevisions(prepared) { add("ControllerRevision", "apps") }
        // Where `martlet sync` leaves its requests.
        add("Secret", scope: ListScope(namespace: environment.store.namespace, labelSelector: InventoryEncoding.label))
        return lists
    }

    /// Whether a StatefulSet or DaemonSet has, or asks for, a rollout: its versions are ControllerRevisions.
    private func keepsRevisions(_ prepared: [Prepared]) async -> Bool {
        for item in prepared where item.key.group == "apps" && ["StatefulSet", "DaemonSet"].contains(item.key.kind) {
            if item.policy.strategy != nil { return true }
            if await environment.cache.object(item.key)?.annotation(MartletAnnotations.rollout) != nil { return true }
        }
        return false
    }

    /// A request changed the version of the inventory's Secret: the next save needs the new one.
    func noticeRequest() async {
        guard let known = record, let text = await environment.cache.object(recordKey)?.annotation(SyncRequest.annotation),
            known.annotations[SyncRequest.annotation]?.string != text
        else { return }
        record = nil
    }

    func hasPods(_ kind: GroupKind) -> Bool {
        kind.group == "apps" || kind.kind == "Job"
    }

    /// The live state of every object that is wanted or was applied.
    func lookUp(_ prepared: [Prepared], inventory: Inventory, unfollowed: [GroupKind: String]) async -> [ObjectKey: Live] {
        var known: [ObjectKey: Object] = [:]
        for object in await environment.cache.objects(application: name) { known[object.key] = object }
        var live: [ObjectKey: Live] = [:]
        let kinds = Set(prepared.map(\.key.groupKind)).union(inventory.entries.keys.map(\.groupKind))
        var states: [GroupKind: WatchCache.State] = [:]
        for kind in kinds { states[kind] = await environment.cache.state(of: kind, scope: ours) }
        let wanted = Set(prepared.map(\.key))
        let isPast = noticeRegressions(states)
        for key in wanted.union(inventory.entries.keys) {
            if let why = unfollowed[key.groupKind] {
                live[key] = .unknown(why)
                continue
            }
            guard let state = states[key.groupKind] else {
                // The server does not serve the kind: no object of it can be there.
                live[key] = .absent
                continue
            }
            if !wanted.contains(key), let error = state.error {
                // What may be behind is no ground for deleting.
                live[key] = .unknown("\(key.groupKind) cannot be listed now: \(error.message)")
                continue
            }
            if isPast, !wanted.contains(key) {
                live[key] = .unknown("the cluster went back in time: looked at again before anything is deleted")
                continue
            }
            guard state.isSynced else {
                live[key] = .unknown("\(key.groupKind) cannot be listed: \(state.error?.message ?? "not yet")")
                continue
            }
            var object = known[key]
            if object == nil { object = await environment.cache.object(key) }
            live[key] = seen(object, key: key, upTo: state)
        }
        return live
    }

    /// A cluster that was restored knows nothing of what was written since: neither do we.
    ///
    /// - Returns: Whether it happened since the last look; then nothing is deleted at this one.
    private func noticeRegressions(_ states: [GroupKind: WatchCache.State]) -> Bool {
        guard regressions.haveGrown(to: states.mapValues(\.regressions)) else { return false }
        (answers, deleting, ownedDigests, dryRuns) = ([:], [:], OwnedDigests(), [:])
        wakeAfter(.seconds(5))
        return true
    }

    /// The cache's view, or our own newer answer from the server.
    private func seen(_ cached: Object?, key: ObjectKey, upTo state: WatchCache.State) -> Live {
        if let answer = answers[key] {
            if let cached {
                if isOlder(cached.resourceVersion, than: answer.resourceVersion) == true { return .present(answer) }
            } else if isOlder(state.resourceVersion, than: answer.resourceVersion) != false {
                return .present(answer)
            }
            answers[key] = nil
        }
        guard let cached else {
            deleting[key] = nil
            // A list that failed since the first one may have missed its creation, never its deletion.
            return .absent
        }
        if let uid = deleting[key] {
            if uid == cached.uid { return .unknown("is being deleted") }
            deleting[key] = nil
        }
        return .present(cached)
    }
}
