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
                // Told apart from what an earlier release, or somebody else, has left under the name.
                let mark = "\(moment.rawValue):\(record.inventory.release.revision):\(desired.inputDigest)"
                object.value[path: "metadata", "annotations", MartletAnnotations.hook] = .string(mark)
                // One that is done may be gone by its policy: a look that waits for a later one must not begin it again.
                let done = "\(moment.rawValue)/\(object.key)"
                if record.inventory.release.finishedHooks.contains(done) { continue }
                let now = environment.time.elapsed
                if hookBegun?.mark != mark || hookBegun?.key != object.key {
                    hookBegun = (object.key, mark, now)
                    environment.progress.report(.hook(application: name, key: object.key, message: "\(moment.rawValue) hook starts"))
                }
                var runner = HookRunner(
                    client: environment.client, time: environment.time, timeout: desired.spec.healthTimeout, application: name,
                    isInstall: moment == .preInstall || moment == .postInstall)
                if isRollingOut { runner.slice = min(desired.spec.healthTimeout, .seconds(3)) }
                let result = try await runner.run(object, resource, policies: hook.deletePolicies, isCurrent: isCurrent)
                if result == .atWork {
                    // Waited for by later looks: a version that turns out bad must not stay in front of users for as long as a
                    // migration takes.
                    if let begun = hookBegun, environment.time.elapsed - begun.at > desired.spec.healthTimeout {
                        throw ApplyFailure("\(object.key) is not done after \(durationText(desired.spec.healthTimeout))", isTransient: true)
                    }
                    wakeAfter(.seconds(1))
                    return Outcome(ChangeSet.Change(.create, key: object.key), .superseded)
                }
                hookBegun = nil
                record.inventory.release.finishedHooks.insert(done)
                environment.progress.report(.hook(application: name, key: object.key, message: "\(moment.rawValue) hook \(result.rawValue)"))
            } catch {
                // Another try has all its time.
                hookBegun = nil
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
