internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes

extension Reconciler {
    /// Runs a chart's hooks of one moment, once per release, by weight and then by name.
    ///
    /// - Parameter isAsked: a person wants it now, however lately it failed.
    /// - Returns: The hook that failed, at this look or a moment ago; nil when all is done.
    func runHooks(
        _ moment: DesiredHook.Moment, _ desired: Desired, _ record: inout InventoryStore.Record, isAsked: Bool,
        isCurrent: @escaping @Sendable () -> Bool
    ) async -> Outcome? {
        let hooks = desired.hooks.filter { $0.moments.contains(moment) }
            .sorted { ($0.weight, $0.object.kind, $0.object.name) < ($1.weight, $1.object.kind, $1.object.name) }
        guard !hooks.isEmpty, !record.inventory.release.finishedHooks.contains(moment.rawValue) else { return nil }
        if !isAsked, let standing = retries.hookFailure(moment, desired.inputDigest, at: environment.time.elapsed) {
            wakeAfter(standing.wait)
            return standing.outcome
        }
        for hook in hooks {
            var object = hook.object
            do {
                let resource = try await environment.client.resource(for: object.gvk)
                object.namespace = resource.isNamespaced ? (object.namespace.isEmpty ? desired.spec.namespace ?? "default" : object.namespace) : ""
                environment.progress.report(.hook(application: name, key: object.key, message: "\(moment.rawValue) hook starts"))
                let runner = HookRunner(client: environment.client, time: environment.time, timeout: desired.spec.healthTimeout)
                try await runner.run(object, resource, policies: hook.deletePolicies, isCurrent: isCurrent)
                environment.progress.report(.hook(application: name, key: object.key, message: "\(moment.rawValue) hook is done"))
            } catch {
                let failure = (error as? ApplyFailure) ?? (error as? ClusterError).map { ApplyFailure($0, about: object.key, object) } ?? ApplyFailure("\(error)", isTransient: true)
                let change = ChangeSet.Change(.create, key: object.key)
                var outcome = Outcome(change, .failed(ApplyFailure("\(moment.rawValue) hook: \(failure)", isTransient: failure.isTransient)))
                outcome.origin = hook.origin
                // What a newer revision has cut short did not fail.
                if isCurrent() {
                    wakeAfter(retries.hookFailed(moment, desired.inputDigest, outcome, at: environment.time.elapsed, environment.random))
                }
                return outcome
            }
        }
        retries.hookSucceeded(moment)
        record.inventory.release.finishedHooks.insert(moment.rawValue)
        return nil
    }
}

/// One hook: made, waited for, and removed as its policy says (helm.sh/hook-delete-policy).
struct HookRunner {
    let client: ClusterClient
    let time: any TimeSource
    let timeout: Duration

    func run(
        _ object: Object, _ resource: APIResource, policies: Set<DesiredHook.DeletePolicy>, isCurrent: @Sendable () -> Bool
    ) async throws {
        let applier = Applier(client: client, time: time)
        if policies.contains(.beforeHookCreation) { try await applier.remove(object.key, resource) }
        let made = try await client.apply(resource, object, fieldManager: fieldManager, force: true).object
        do {
            try await wait(made, resource, isCurrent: isCurrent)
        } catch {
            if policies.contains(.hookFailed) { try? await applier.remove(object.key, resource) }
            throw error
        }
        if policies.contains(.hookSucceeded) { try await applier.remove(object.key, resource) }
    }

    private func wait(_ made: Object, _ resource: APIResource, isCurrent: @Sendable () -> Bool) async throws {
        guard ["Job", "Pod"].contains(made.kind) else { return }
        let start = time.elapsed
        while time.elapsed - start < timeout {
            guard isCurrent() else { throw ApplyFailure("superseded by a newer revision", isTransient: true) }
            do {
                let live = try await client.get(resource, namespace: made.namespace, name: made.name)
                switch verdict(live) {
                case .done?: return
                case .failed(let why)?: throw ApplyFailure("\(made.key) failed: \(why)", isTransient: false)
                case nil: break
                }
            } catch let error as ClusterError where error.reason == .notFound {
                // Its own time to live ended it after it was done.
                return
            }
            try await time.sleep(for: .milliseconds(300))
        }
        throw ApplyFailure("\(made.key) is not done after \(durationText(timeout))", isTransient: true)
    }

    private enum Verdict { case done, failed(String) }

    private func verdict(_ live: Object) -> Verdict? {
        if live.kind == "Pod" {
            switch live.value[path: "status", "phase"]?.string {
            case "Succeeded": return .done
            case "Failed": return .failed(live.value[path: "status", "message"]?.string ?? "its containers failed")
            default: return nil
            }
        }
        for condition in live.value[path: "status", "conditions"]?.sequence ?? [] where condition["status"]?.string == "True" {
            switch condition["type"]?.string {
            case "Complete": return .done
            case "Failed": return .failed(condition["message"]?.string ?? condition["reason"]?.string ?? "it failed")
            default: continue
            }
        }
        return nil
    }
}
