package import Basics
package import Cluster
internal import Document
package import Kubernetes
internal import Rollout

/// Carries out a change set: stage by stage, inside a stage many at once.
package struct Applier: Sendable {
    package var client: ClusterClient
    package var time: any TimeSource
    /// The user said that fields of other managers are to be taken.
    package var forcesConflicts = false

    package init(client: ClusterClient, time: any TimeSource) {
        self.client = client
        self.time = time
    }

    /// Applies creations, updates and corrections in order; failures do not stop the others.
    ///
    /// - Parameters:
    ///   - known: objects applied before by this application, with the digest of that apply.
    ///   - isCurrent: false as soon as a newer revision waits: what is not begun is left to it.
    ///   - done: called for each outcome as it comes.
    package func apply(
        _ set: ChangeSet, known: [ObjectKey: Inventory.Entry], isCurrent: @escaping @Sendable () -> Bool,
        done: @Sendable (Outcome) async -> Void
    ) async -> [Outcome] {
        var changes: [ObjectKey: ChangeSet.Change] = [:]
        for change in set.writes where change.prepared != nil { changes[change.key] = change }
        var outcomes: [Outcome] = []
        for stage in applyOrder(changes.values.compactMap { $0.prepared?.object }) {
            let batch = stage.compactMap { changes[$0.key] }
            let results = await inParallel(batch) { change in
                guard isCurrent(), !Task.isCancelled else { return Outcome(change, .superseded) }
                return await applyOne(change, entry: known[change.key])
            } done: { await done($0) }
            outcomes += results
            await waitForDefinitions(results)
        }
        return outcomes
    }

    /// Deletes in reverse order, each object only if it still is the one that was planned for, and still the application's to delete.
    package func delete(
        _ set: ChangeSet, of application: String, isCurrent: @escaping @Sendable () -> Bool, done: @Sendable (Outcome) async -> Void
    ) async -> [Outcome] {
        var changes: [ObjectKey: ChangeSet.Change] = [:]
        for change in set.changes where change.action == .delete { changes[change.key] = change }
        var outcomes: [Outcome] = []
        for stage in deleteOrder(Array(changes.keys)) {
            outcomes += await inParallel(stage.compactMap { changes[$0] }) { change in
                guard isCurrent(), !Task.isCancelled else { return Outcome(change, .superseded) }
                return await deleteOne(change, application)
            } done: { await done($0) }
        }
        return outcomes
    }

    /// The plan's view may be minutes old without anybody knowing: who has taken the object or asked to keep it meanwhile is
    /// heard, and a write between the look and the deletion makes it look again.
    private func deleteOne(_ change: ChangeSet.Change, _ application: String) async -> Outcome {
        do throws(ClusterError) {
            let resource = try await client.resource(for: change.key.groupKind)
            var tries = 0
            while true {
                var version: String?
                do throws(ClusterError) {
                    guard let live = try await client.getIfPresent(resource, namespace: change.key.namespace, name: change.key.name),
                        change.uid.isEmpty || live.uid == change.uid, !live.isBeingDeleted
                    else { return Outcome(change, .deleting) }
                    let policy = try? Kubernetes.policy(of: live)
                    // The next plan, with the same view, leaves it alone.
                    guard owner(of: live) == application, policy?.prunes != false, policy?.isIgnored != true else { return Outcome(change, .superseded) }
                    version = live.resourceVersion
                } catch {
                    // Who may delete and not get deletes by uid alone.
                    guard error.reason == .forbidden else { throw error }
                }
                do throws(ClusterError) {
                    _ = try await client.delete(
                        resource, namespace: change.key.namespace, name: change.key.name, uid: change.uid.isEmpty ? nil : change.uid,
                        resourceVersion: version, propagation: .background)
                    return Outcome(change, .deleting)
                } catch {
                    tries += 1
                    guard error.reason == .conflict, version != nil, tries < 5 else { throw error }
                }
            }
        } catch {
            // A kind that went away took every object of it along.
            return Outcome(change, error.reason == .unknownKind ? .deleting : .failed(ApplyFailure(error, about: change.key)))
        }
    }

    private func applyOne(_ change: ChangeSet.Change, entry: Inventory.Entry?) async -> Outcome {
        guard let prepared = change.prepared else { return Outcome(change, .superseded) }
        do {
            let resource: APIResource
            if let known = prepared.resource { resource = known } else { resource = try await client.resource(for: prepared.object.gvk) }
            var applied = try await send(prepared, resource, change: change, entry: entry)
            if let migrated = adoptedFields(applied.object) {
                _ = try await client.patch(
                    resource, namespace: prepared.key.namespace, name: prepared.key.name, migrated, type: .merge, fieldManager: fieldManager)
                // Now that the fields are ours, those that git does not have go.
                let isCreated = applied.isCreated
                applied = try await client.apply(resource, prepared.object, fieldManager: fieldManager, force: true)
                applied.isCreated = isCreated
            }
            return Outcome(change, .applied(applied.object, isCreated: applied.isCreated), warnings: applied.warnings)
        } catch let failure as ApplyFailure {
            return Outcome(change, .failed(failure))
        } catch let error as ClusterError {
            return Outcome(change, .failed(ApplyFailure(error, about: change.key, prepared.object)))
        } catch {
            return Outcome(change, .failed(ApplyFailure("\(error)", isTransient: true)))
        }
    }

    private func send(
        _ prepared: Prepared, _ resource: APIResource, change: ChangeSet.Change, entry: Inventory.Entry?
    ) async throws -> ApplyResult {
        var refusal: ClusterError
        do {
            return try await client.apply(resource, prepared.object, fieldManager: fieldManager, force: false)
        } catch {
            refusal = error
        }
        if refusal.reason == .conflict, !refusal.causes.isEmpty {
            return try await resolve(refusal.withoutValues(of: prepared.key, prepared.object), prepared, resource, change: change, entry: entry)
        }
        if isLeftoverStrategy(refusal) { return try await forced(prepared.object, resource) }
        guard isImmutableChange(refusal) else { throw refusal }
        refusal = refusal.withoutValues(of: prepared.key, prepared.object)
        switch decide(immutable: refusal, policy: prepared.policy, kind: prepared.key.groupKind) {
        case .report(let text):
            throw ApplyFailure(text, isTransient: false, field: refusal.causes.first?.field)
        case .replace:
            try await remove(prepared.key, resource)
            return try await client.apply(resource, prepared.object, fieldManager: fieldManager, force: true)
        }
    }

    private func resolve(
        _ conflict: ClusterError, _ prepared: Prepared, _ resource: APIResource, change: ChangeSet.Change,
        entry: Inventory.Entry?
    ) async throws -> ApplyResult {
        let isKnown = entry?.desired.isEmpty == false
        switch decide(conflict: conflict, isDrift: change.action == .correct, isKnown: isKnown, forces: forcesConflicts) {
        case .force, .adopt:
            return try await forced(prepared.object, resource)
        case .yieldReplicas:
            var object = prepared.object
            object.value[path: "spec", "replicas"] = nil
            var rest = conflict
            rest.causes.removeAll { isScaling($0) }
            if !rest.causes.isEmpty,
                case .report(let text) = decide(conflict: rest, isDrift: change.action == .correct, isKnown: isKnown, forces: forcesConflicts)
            {
                throw ApplyFailure(text, isTransient: false)
            }
            return try await client.apply(
                resource, object, fieldManager: fieldManager, force: change.action == .correct || !rest.causes.isEmpty)
        case .report(let text):
            throw ApplyFailure(text, isTransient: false)
        }
    }

    /// Takes what others hold.
    private func forced(_ object: Object, _ resource: APIResource) async throws(ClusterError) -> ApplyResult {
        do {
            return try await client.apply(resource, object, fieldManager: fieldManager, force: true)
        } catch {
            guard isLeftoverStrategy(error) else { throw error }
            // A server's default has no owner, so no apply can take it away: only a null in a merge patch does.
            _ = try await client.patch(
                resource, namespace: object.namespace, name: object.name,
                ["spec": ["strategy": ["type": "Recreate", "rollingUpdate": .null]]], fieldManager: rolloutFieldManager)
            return try await client.apply(resource, object, fieldManager: fieldManager, force: true)
        }
    }

    /// `Recreate` beside the `rollingUpdate` that the server has filled in.
    private func isLeftoverStrategy(_ refusal: ClusterError) -> Bool {
        refusal.causes.contains { $0.field == "spec.strategy.rollingUpdate" }
    }

    /// Deletes an object and waits until it is gone.
    package func remove(_ key: ObjectKey, _ resource: APIResource) async throws {
        guard let live = try await client.getIfPresent(resource, namespace: key.namespace, name: key.name) else { return }
        _ = try await client.delete(resource, namespace: key.namespace, name: key.name, uid: live.uid, propagation: .background)
        let start = time.elapsed
        while time.elapsed - start < .seconds(60) {
            let now = try await client.getIfPresent(resource, namespace: key.namespace, name: key.name)
            if now?.uid != live.uid { return }
            try await time.sleep(for: .milliseconds(200))
        }
        throw ApplyFailure("\(key) was deleted to be made anew and is still there after 60 s: see its finalizers", isTransient: true)
    }

    /// After a stage with definitions: until the server serves the new kinds.
    private func waitForDefinitions(_ outcomes: [Outcome]) async {
        let definitions = outcomes.filter { $0.key.kind == "CustomResourceDefinition" && $0.isSuccess }
        guard !definitions.isEmpty, let resource = try? await client.resource(for: definitions[0].key.groupKind) else { return }
        let start = time.elapsed
        for definition in definitions {
            while time.elapsed - start < .seconds(30), !Task.isCancelled {
                if let live = try? await client.get(resource, namespace: "", name: definition.key.name), isEstablished(live) { break }
                try? await time.sleep(for: .milliseconds(100))
            }
        }
        _ = try? await client.resources(refresh: true)
    }

    private func isEstablished(_ definition: Object) -> Bool {
        (definition.value[path: "status", "conditions"]?.sequence ?? []).contains {
            $0["type"]?.string == "Established" && $0["status"]?.string == "True"
        }
    }
}

extension Outcome {
    package var isSuccess: Bool {
        switch result {
        case .applied, .deleting: true
        case .failed, .superseded: false
        }
    }
}

/// Requests under way in one stage. The client has its own limit for all of the
/// daemon; this one falls when the server says it is too much.
private let widest = 32

extension Applier {
    /// Runs `work` over `changes`, as many at once as the server bears.
    private func inParallel(
        _ changes: [ChangeSet.Change], work: @escaping @Sendable (ChangeSet.Change) async -> Outcome,
        done: @Sendable (Outcome) async -> Void
    ) async -> [Outcome] {
        var outcomes: [Outcome] = []
        var limit = widest
        var running = 0
        await withTaskGroup(of: Outcome.self) { group in
            for change in changes {
                while running >= limit, let outcome = await group.next() {
                    running -= 1
                    // Additive increase, multiplicative decrease (Chiu & Jain 1989).
                    if case .failed(let failure) = outcome.result, failure.isTransient { limit = max(1, limit / 2) } else { limit = min(widest, limit + 1) }
                    outcomes.append(outcome)
                    await done(outcome)
                }
                group.addTask { await work(change) }
                running += 1
            }
            for await outcome in group {
                outcomes.append(outcome)
                await done(outcome)
            }
        }
        return outcomes
    }
}

extension ClusterClient {
    /// An object, or nil where the server says there is none.
    package func getIfPresent(_ resource: APIResource, namespace: String, name: String) async throws(ClusterError) -> Object? {
        do {
            return try await get(resource, namespace: namespace, name: name)
        } catch {
            if error.reason == .notFound { return nil }
            throw error
        }
    }
}
