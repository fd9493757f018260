internal import Document
package import Kubernetes

/// Gives a workload back to its own controller where no daemon does it: `martlet rollout restore`, and uninstalling.
///
/// Decided from the live objects alone, each time anew, so that it may be stopped and begun again anywhere. What git
/// says of Services and routes is not known here: what a rollout added to them is taken out of them.
package struct Restoration: Sendable {
    /// What to do next. What is done is seen to be done at the next look.
    package enum Step: Sendable, Hashable {
        case write([RolloutWrite], String)
        /// For what the cluster does.
        case wait(String)
        /// Requests under way come to their end.
        case drain
        case done
    }

    package var workload: Object
    /// A Deployment's ReplicaSets.
    package var sets: [Object]
    /// Of a StatefulSet or DaemonSet: its pods and its ControllerRevisions.
    package var pods: [Object] = []
    package var revisions: [Object] = []
    /// The Services of its namespace.
    package var services: [Object]
    /// What else a rollout may have added beside them: Ingresses, DestinationRules, policies.
    package var others: [Object]
    /// Whatever may lead to one of the Services: routes of the Gateway API, VirtualServices.
    package var routes: [Object]
    /// Pods and gateways that do not follow are not waited for.
    package var isForced: Bool
    /// The time for draining is over.
    package var isDrained: Bool

    package init(
        workload: Object, sets: [Object], services: [Object], others: [Object] = [], routes: [Object] = [], isForced: Bool = false,
        isDrained: Bool = false
    ) {
        (self.workload, self.sets, self.services, self.others) = (workload, sets, services, others)
        (self.routes, self.isForced, self.isDrained) = (routes, isForced, isDrained)
    }

    /// Of a StatefulSet or DaemonSet.
    package init(workload: Object, pods: [Object], revisions: [Object], isForced: Bool = false) {
        self.init(workload: workload, sets: [], services: [], isForced: isForced)
        (self.pods, self.revisions) = (pods, revisions)
    }

    package var next: Step {
        guard let text = workload.annotation(MartletAnnotations.rollout) else { return .done }
        // A state that nobody can read holds nothing that could be given back but the pause.
        guard let state = RolloutState(text: text) else { return forget(restoring: workload.isHeld ? unreadable : nil) }
        if workload.kind != "Deployment" { return nextOfSet(state) }
        let view = RolloutView(workload: workload, replicaSets: sets)
        let isForward = view.current?.label(templateHashLabel) == state.candidateHash && state.candidateHash != state.stableHash
        let steps = isForward ? [toBoth, toUser, settled, drained] : [stableSize, toStable, toUser, settled, drained, withoutCandidate]
        for step in steps {
            if let found = step(state, view) { return found }
        }
        if let found = resumed(state, view) ?? toBoth(state, view) ?? withoutCompanions() { return found }
        return forget(restoring: nil)
    }

    // MARK: pods

    /// The Deployment is not its own controller's.
    private func isHeld(_ state: RolloutState) -> Bool {
        guard let originals = state.originals, workload.isHeld else { return false }
        // Some Deployments were so by themselves.
        return originals["paused"]?.bool != true || originals[path: "strategy", "type"]?.string != "Recreate"
    }

    private func set(_ hash: String) -> Object? { sets.first { $0.label(templateHashLabel) == hash && !$0.isBeingDeleted } }

    private func stableSize(_ state: RolloutState, _ view: RolloutView) -> Step? {
        guard isHeld(state), set(state.candidateHash) != nil, let stable = set(state.stableHash) else { return nil }
        var writes: [RolloutWrite] = []
        func add(_ effect: RolloutEffect) {
            if let write = view.write(effect, state, manifest: workload, template: .null) { writes.append(write) }
        }
        if stable.annotation(desiredReplicasAnnotation) != nil { add(.unmark(set: stable.name)) }
        let (asked, ready) = (stable.count("spec", "replicas") ?? 1, stable.count("status", "readyReplicas") ?? 0)
        if asked < view.replicas { add(.scale(set: stable.name, uid: stable.uid, to: view.replicas)) }
        if !writes.isEmpty { return .write(writes, "the stable version gets all its \(view.replicas) pods") }
        if ready < view.replicas || !stable.isObserved, !isForced { return .wait("\(ready) of \(view.replicas) pods of the stable version are ready") }
        return nil
    }

    private func withoutCandidate(_ state: RolloutState, _ view: RolloutView) -> Step? {
        guard isHeld(state), state.candidateHash != state.stableHash, let candidate = set(state.candidateHash), set(state.stableHash) != nil,
            let write = view.write(.delete(set: candidate.name, uid: candidate.uid), state, manifest: workload, template: .null)
        else { return nil }
        return .write([write], "the new version's pods go")
    }

    private func resumed(_ state: RolloutState, _ view: RolloutView) -> Step? {
        guard isHeld(state), let write = view.write(.resume, state, manifest: workload, template: .null) else { return nil }
        return .write([write], "the Deployment is its own controller's again")
    }

    // MARK: traffic

    /// The user's Services that lead to the pods, whichever version they are pinned to.
    private var own: [Object] {
        let labels = workload.podLabels
        return services.filter { service in
            guard !isCompanion(service), serviceSelector(service) != nil, var selector = service.value[path: "spec", "selector"]?.mapping
            else { return false }
            selector[templateHashLabel] = nil
            return !selector.isEmpty && LabelSelector(labels: selector).matches(labels)
        }
    }

    /// What a rollout of this workload added.
    private func isCompanion(_ object: Object) -> Bool { object.label(armLabel) == armLabelValue(workload.key) }

    private func selecting(_ hash: String?, _ services: [Object]) -> [RolloutWrite] {
        services.map { service in
            .patch(
                service.key,
                [
                    "metadata": ["resourceVersion": .string(service.resourceVersion)],
                    "spec": ["selector": .mapping([templateHashLabel: hash.map { .string($0) } ?? .null])],
                ])
        }
    }

    private func pin(_ service: Object) -> String? { service.value[path: "spec", "selector", templateHashLabel]?.string }

    private func toStable(_ state: RolloutState, _ view: RolloutView) -> Step? {
        let switched = own.filter { pin($0) == state.candidateHash }
        guard !switched.isEmpty, set(state.stableHash) != nil else { return nil }
        return .write(selecting(state.stableHash, switched), "\(names(switched)) to the stable version")
    }

    private func toBoth(_ state: RolloutState, _ view: RolloutView) -> Step? {
        let pinned = own.filter { pin($0) != nil }
        if pinned.isEmpty { return nil }
        return .write(selecting(nil, pinned), "\(names(pinned)) to all pods")
    }

    private var led: [(old: Object, new: Object)] {
        let wanted = RoutedServices(own.map(\.key))
        return routes.compactMap { route in withoutArms(route, of: wanted).map { (route, $0) } }
    }

    private func toUser(_ state: RolloutState, _ view: RolloutView) -> Step? {
        let led = led
        if led.isEmpty { return nil }
        return .write(
            led.map { old, new in
                var patch: Value = ["metadata": ["resourceVersion": .string(old.resourceVersion)]]
                // Only lists differ, and a merge patch replaces a list.
                for entry in new.value["spec"]?.mapping ?? [:] where old.value["spec"]?[entry.key] != entry.value {
                    patch[path: "spec", entry.key] = entry.value
                }
                return .patch(old.key, patch)
            }, "\(names(led.map(\.old))) to the user's own Services")
    }

    /// The gateways go by what the routes say now.
    private func settled(_ state: RolloutState, _ view: RolloutView) -> Step? {
        guard !isForced, services.contains(where: isCompanion) else { return nil }
        let wanted = RoutedServices(own.map(\.key))
        for route in routes where router(of: route.groupKind)?.leads(route, to: wanted) ?? false {
            // Where no controller reports, none sends requests.
            guard route.value[path: "status", "parents"]?.sequence?.isEmpty == false else { continue }
            switch isAccepted(route) {
            case .accepted: continue
            case .waiting(let text), .refused(let text): return .wait(text)
            }
        }
        return nil
    }

    private func drained(_ state: RolloutState, _ view: RolloutView) -> Step? {
        let hasTraffic = services.contains { isCompanion($0) } || own.contains { pin($0) != nil }
        return hasTraffic && !isDrained && set(state.candidateHash) != nil ? .drain : nil
    }

    private func withoutCompanions() -> Step? {
        let companions = (services + others).filter { isCompanion($0) && !$0.isBeingDeleted }
        if companions.isEmpty { return nil }
        return .write(companions.map { .delete($0.key, uid: $0.uid) }, "\(names(companions)) are deleted")
    }

    private func names(_ objects: [Object]) -> String {
        objects.map { "\($0.kind) \"\($0.name)\"" }.sorted().joined(separator: ", ")
    }

    // MARK: the end

    /// A Deployment that is held by a state in which nothing of its own is to be read: Kubernetes' defaults.
    private var unreadable: Value { ["paused": .null, "strategy": ["type": "RollingUpdate", "rollingUpdate": .null]] }

    /// Without a fence: for what is written together with something else.
    var forgetting: RolloutWrite {
        .patch(
            workload.key,
            ["metadata": ["annotations": .mapping([MartletAnnotations.rollout: .null, MartletAnnotations.rolloutRequest: .null])]])
    }

    func forget(restoring spec: Value?) -> Step {
        var patch: Value = [
            "metadata": [
                "resourceVersion": .string(workload.resourceVersion),
                "annotations": .mapping([MartletAnnotations.rollout: .null, MartletAnnotations.rolloutRequest: .null]),
            ]
        ]
        if let spec { patch["spec"] = spec }
        return .write([.patch(workload.key, patch)], "the rollout is forgotten")
    }
}

extension Object {
    /// Paused, with the strategy that only a rollout gives it beside that.
    fileprivate var isHeld: Bool {
        value[path: "spec", "paused"]?.bool == true && value[path: "spec", "strategy", "type"]?.string == "Recreate"
    }
}
