internal import Basics
internal import Cluster
internal import Document
internal import Kubernetes
internal import Logging
internal import Rollout

extension Reconciler {
    /// Looks at every rollout of the application, takes each a step further where it is due, and says what is to be
    /// applied meanwhile.
    ///
    /// State is written before effects, and effects before the overlay is planned: whatever is lost in between is
    /// decided again from what is seen.
    func rollOut(
        _ prepared: [Prepared], desired: Desired, record: InventoryStore.Record, resources: @escaping ResourceLookup,
        unfollowed: [GroupKind: String], isCurrent: @escaping @Sendable () -> Bool
    ) async -> RolloutPass {
        var pass = RolloutPass(prepared: prepared)
        // What is not seen is not over.
        let recorded = rolloutsOnRecord(prepared, record)
        for (kind, why) in unfollowed.sorted(by: { $0.key.kind < $1.key.kind }) where RolloutSpec.kinds.contains(kind) {
            // One that was under way is there still, also where git has taken its strategy away: Services and routes as git
            // has them would lead requests to both versions.
            guard prepared.contains(where: { $0.policy.strategy != nil && $0.key.groupKind == kind }) || recorded.contains(where: { $0.workload.groupKind == kind })
            else { continue }
            pass.hold = "\(kind.kind)s cannot be seen, and so no rollout: \(why)"
            pass.statuses = recorded
            return pass
        }
        if !desired.isComplete, let workload = await runningButMissing(prepared, record.inventory) {
            pass.hold = "\(workload) is being rolled out, and the commit cannot be read whole"
            pass.statuses = recorded
            return pass
        }
        // Before they are looked at: what comes in between would make half a picture a whole one.
        let seen = await seenKinds()
        let subjects = await subjects(&pass, key: record.key, objects: prepared.map(\.object))
        forgetOthers(than: subjects)
        // Nothing that a rollout waits for may be missed for long, whatever did not wake us.
        if subjects.contains(where: { $0.state.map { $0.phase != .rejected } ?? false }) { wakeAfter(.seconds(5)) }
        guard !subjects.isEmpty, !desired.isBlocked, pass.problems.isEmpty else {
            for subject in subjects where subject.state != nil {
                pass.held[subject.key] = .init(reason: "waits until the commit can be read", isProblem: false)
            }
            return pass
        }
        guard hasSets(in: subjects, seen) else {
            pass.hold = "pods and the versions they are of cannot be listed yet, and so no rollout be seen"
            pass.statuses = recorded
            return pass
        }
        let inForce = overlaid(pass.prepared, by: subjects.map { ($0, $0.overlay) }, application: name, resources: resources, digest: record.key)
        var next: [(RolloutSubject, RolloutOverlay)] = []
        for subject in subjects {
            guard isCurrent(), environment.runsRollouts || subject.state == nil else {
                next.append((subject, subject.overlay))
                pass.held[subject.key] = .init(reason: "waits for the next look", isProblem: false)
                continue
            }
            guard let state = subject.state else {
                guard !desired.spec.isSuspended else { continue }
                pass.held[subject.key] = await begins(subject, record: record, revision: desired.revision, pass: &pass)
                continue
            }
            let traffic = await progress(of: subject, inForce.prepared, failure: inForce.failures[subject.key], record: record)
            let overlay = await goOn(subject, state, traffic: traffic, pass: &pass)
            next.append((subject, overlay))
        }
        let (result, failures) = overlaid(pass.prepared, by: next, application: name, resources: resources, digest: record.key)
        pass.prepared = result
        for (key, failure) in failures {
            let origin = subjects.first { $0.key == key }?.item.origin
            pass.problems.append(RenderProblem(RenderError(.invalid("\(failure)"), origin: origin), isBlocking: false))
            // Git's own words without the overlay would undo what is in force.
            pass.hold = "\(failure)"
        }
        for subject in subjects where pass.held[subject.key] != nil {
            for key in podNeeds(of: subject.view, state: subject.state) where pass.needs[key] == nil { pass.needs[key] = subject.key }
        }
        for (subject, _) in next where subject.state != nil {
            for key in subject.traffic.services + subject.traffic.routes where pass.companions[key] == nil { pass.companions[key] = subject.key }
            for item in result {
                guard let workload = item.object.label(MartletAnnotations.armOf) else { continue }
                let isOwn = workload == armLabelValue(subject.key) && item.key.namespace == subject.key.namespace
                if isOwn || pass.companions[item.key] == nil { pass.companions[item.key] = subject.key }
            }
        }
        return pass
    }

    /// The workloads that have, or ask for, rollouts; mistakes in what they ask for block the commit.
    private func subjects(_ pass: inout RolloutPass, key: FingerprintKey, objects: [Object]) async -> [RolloutSubject] {
        var subjects: [RolloutSubject] = []
        isRollingOut = false
        for (index, item) in pass.prepared.enumerated() where RolloutSpec.kinds.contains(item.key.groupKind) {
            let live = await liveObject(item.key)
            let running = live?.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
            let hasConfiguration = live?.value[path: "spec", "template", "metadata", "annotations", MartletAnnotations.configuration] != nil
            guard item.policy.strategy != nil || running != nil || hasConfiguration else { continue }
            // Also of a workload whose commit asks for what cannot be: it goes on by the commit before.
            if running != nil { isRollingOut = true }
            var item = item
            do throws(RolloutError) {
                var spec = try RolloutSpec.of(item.object, item.policy, defaultMetrics: environment.analysis?.defaults ?? [])
                item = asReleased(item, spec: spec, live: live, among: objects, digest: key)
                pass.prepared[index] = item
                guard spec != nil || running != nil else { continue }
                var traffic = RolloutTraffic(mode: .replicas)
                if let spec {
                    _ = try metricDefinitions(named: spec.metrics, documents: assignment?.part.spec.metrics ?? [], workload: item.key)
                    traffic = try Rollout.traffic(for: spec, workload: item.object, running: live, among: objects)
                }
                if let mode = running?.mode, spec == nil || mode != traffic.mode {
                    // It goes back the way it came, whatever git says of strategies and traffic now.
                    spec = nil
                    traffic = try formerTraffic(of: item, mode: mode, among: objects)
                }
                // Nothing runs that could be rolled over: git's first word is applied as it is.
                guard let live else { continue }
                let view = await view(live, traffic: traffic)
                let state = running
                let subject = RolloutSubject(
                    item: item, spec: spec, traffic: traffic, view: view, state: state,
                    overlay: state.map { overlay(of: $0, mode: traffic.mode) } ?? .none)
                if let state, let template = view.stableTemplate(of: state) {
                    try await refuseMovedPorts(subject, stable: template, among: pass.prepared)
                }
                subjects.append(subject)
            } catch {
                pass.problems.append(await problem(error, item, among: pass.prepared))
            }
        }
        return subjects
    }

    /// A commit that asks for what cannot be, at the line that asks for it.
    private func problem(_ error: RolloutError, _ item: Prepared, among prepared: [Prepared]) async -> RenderProblem {
        var origin = item.origin
        var field = error.annotation.map { "metadata.annotations[\($0)]" }
        if let place = error.place, let other = prepared.first(where: { $0.key == place.object }) { (origin, field) = (other.origin, place.field) }
        if let field, let assignment, let file = assignment.part.files.first(where: { $0.path == origin.file }),
            let bytes = try? await assignment.tree.read([file])[file.path], let line = mistakeLine(origin, bytes: bytes, field: field)
        {
            origin = Origin(file: origin.file, line: line)
        }
        return RenderProblem(RenderError(.invalid("\(item.key): \(error)"), origin: origin), isBlocking: true)
    }

    /// Refuses Services that would not lead to the version that runs.
    private func refuseMovedPorts(_ subject: RolloutSubject, stable: Value, among prepared: [Prepared]) async throws(RolloutError) {
        guard subject.spec != nil else { return }
        let labels = subject.item.object.value[path: "spec", "template", "metadata", "labels"]?.mapping ?? [:]
        for item in prepared where item.key.kind == "Service" && item.key.group.isEmpty && item.key.namespace == subject.key.namespace {
            guard let selector = item.object.value[path: "spec", "selector"]?.mapping, !selector.isEmpty,
                LabelSelector(labels: selector).matches(labels), let live = await liveObject(item.key)
            else { continue }
            try Rollout.refuseMovedPorts((item.object, live), workload: subject.key, template: stable)
        }
    }

    /// The newest that is known of an object: the watch's word or the answer to our own apply.
    func liveObject(_ key: ObjectKey) async -> Object? {
        let cached = await environment.cache.object(key)
        guard let answer = answers[key], cached == nil || isOlder(cached?.resourceVersion ?? "", than: answer.resourceVersion) == true else {
            return cached
        }
        return answer
    }

    private static let pods = GroupKind(group: "", kind: "Pod")
    private static let replicaSets = GroupKind(group: "apps", kind: "ReplicaSet")
    private static let controllerRevisions = GroupKind(group: "apps", kind: "ControllerRevision")

    /// Of pods and what versions they are of, the kinds that are known whole.
    private func seenKinds() async -> Set<GroupKind> {
        var seen: Set<GroupKind> = []
        for kind in [Self.pods, Self.replicaSets, Self.controllerRevisions] where await environment.cache.isSynced(kind) { seen.insert(kind) }
        return seen
    }

    private nonisolated func hasSets(in subjects: [RolloutSubject], _ seen: Set<GroupKind>) -> Bool {
        guard seen.contains(Self.pods) else { return false }
        return subjects.allSatisfy { seen.contains($0.view.isSet ? Self.controllerRevisions : Self.replicaSets) }
    }

    private func view(_ live: Object, traffic: RolloutTraffic) async -> RolloutView {
        let owned = await environment.cache.owned(by: live.uid)
        let sets = owned.filter { $0.kind == "ReplicaSet" }
        var pods = owned.filter { $0.kind == "Pod" }
        for set in sets { pods += await environment.cache.owned(by: set.uid).filter { $0.kind == "Pod" } }
        var endpoints: [String: Object] = [:]
        for service in traffic.services {
            for name in [service.name] + Arm.allCases.map({ armServiceName(service.name, $0) }) {
                let key = ObjectKey(group: "", kind: "Endpoints", namespace: service.namespace, name: name)
                if let object = await environment.cache.object(key) { endpoints[name] = object }
            }
        }
        return RolloutView(
            workload: live, replicaSets: sets, pods: pods, endpoints: endpoints, revisions: owned.filter { $0.kind == "ControllerRevision" })
    }

    /// Whether a changed manifest is to be rolled out; then its state is on the workload.
    ///
    /// - Returns: Why the plan leaves the workload alone; nil where it is applied as git says.
    private func begins(
        _ subject: RolloutSubject, record: InventoryStore.Record, revision: SourceRevision, pass: inout RolloutPass
    ) async -> ChangeSet.Held? {
        let entry = record.inventory.entries[subject.key]
        guard owner(of: subject.view.workload) == name, !subject.view.workload.isBeingDeleted,
            (try? policy(of: subject.view.workload))?.isIgnored != true
        else { return nil }
        guard entry?.desired != subject.item.digest else {
            if environment.runsRollouts, isLeftPaused(subject) { await resumeLeft(subject) }
            return nil
        }
        let merged: Object
        do {
            guard let object = try await self.merged(subject) else { return nil }
            merged = object
        } catch {
            // Applied without a look it would be everybody's at once.
            let failure = ApplyFailure(error, about: subject.key, subject.item.object)
            wakeAfter(failure.isTransient ? .seconds(2) : .seconds(60))
            return .init(reason: "cannot be rolled out: \(failure)", isProblem: !failure.isTransient)
        }
        let now = clock.now
        let id = ULID(at: now, random: environment.random).description
        switch subject.view.start(
            merged: merged, identity: templateIdentity(subject.item.object), revision: revision.description, now: now, id: id)
        {
        case .apply(let why):
            environment.logger.debug("applied without a rollout", metadata: ["workload": "\(subject.key)", "because": "\(why)"])
            return nil
        case .begin(var state):
            guard environment.runsRollouts else {
                return .init(
                    reason: "asks for \(subject.spec?.strategy.rawValue ?? "a rollout"), which only a daemon carries out: start \"martlet run\"", isProblem: true)
            }
            do throws(RolloutError) {
                try await refuseMovedPorts(subject, stable: subject.view.workload.value[path: "spec", "template"] ?? .null, among: pass.prepared)
            } catch {
                pass.problems.append(await problem(error, subject.item, among: pass.prepared))
                return .init(reason: "\(error)", isProblem: false)
            }
            state.handledRequest = subject.view.request?.id ?? ""
            state.mode = subject.traffic.mode
            state.gitReplicas = subject.item.object.value[path: "spec", "replicas"]?.int.map { Int(clamping: $0) }
            (state.commit, state.previousCommit) = (revision.commit, entry?.commit ?? "")
            wakeAfter(.milliseconds(50))
            do {
                try await write(subject.view.keeping(state))
            } catch {
                environment.logger.warning("a rollout could not begin", metadata: ["workload": "\(subject.key)", "error": "\(error)"])
                wakeAfter(.seconds(2))
            }
            return .init(reason: "a rollout begins", isProblem: false)
        }
    }

    /// What the server would make of git's manifest: the template with its defaults.
    ///
    /// - Returns: Nil while the server does not know the kind.
    func merged(_ subject: RolloutSubject) async throws(ClusterError) -> Object? {
        let version = subject.view.workload.resourceVersion
        if let known = dryRuns[subject.key], known.digest == subject.item.digest, known.version == version { return known.object }
        guard let resource = subject.item.resource else { return nil }
        // Only the template counts; another strategy would be refused beside the one that the server has filled in.
        var manifest = subject.item.object
        manifest.value[path: "spec", "strategy"] = nil
        let object = try await environment.client.apply(resource, manifest, fieldManager: fieldManager, force: true, dryRun: true).object
        dryRuns[subject.key] = (subject.item.digest, version, object)
        return object
    }

    /// Somebody took the state of a rollout away, and with it who would have given the Deployment back.
    private nonisolated func isLeftPaused(_ subject: RolloutSubject) -> Bool {
        let live = subject.view.workload.value
        guard subject.key.groupKind == GroupKind(group: "apps", kind: "Deployment"), live[path: "spec", "paused"]?.bool == true,
            subject.item.object.value[path: "spec", "paused"]?.bool != true
        else { return false }
        return (live[path: "metadata", "managedFields"]?.sequence ?? []).contains {
            $0["manager"]?.string == rolloutFieldManager && $0[path: "fieldsV1", "f:spec", "f:paused"] != nil
        }
    }

    private func resumeLeft(_ subject: RolloutSubject) async {
        var strategy = subject.item.object.value[path: "spec", "strategy"] ?? ["type": "RollingUpdate"]
        if strategy["rollingUpdate"] == nil { strategy["rollingUpdate"] = .null }
        let live = subject.view.workload
        do {
            try await write(
                .patch(live.key, ["metadata": ["resourceVersion": .string(live.resourceVersion)], "spec": ["paused": .null, "strategy": strategy]]))
            environment.logger.warning("given back to its controller: its rollout is forgotten", metadata: ["workload": "\(subject.key)"])
        } catch {
            wakeAfter(.seconds(2))
        }
    }

    /// A Deployment in mid-rollout that the commit has no word of.
    private func runningButMissing(_ prepared: [Prepared], _ inventory: Inventory) async -> ObjectKey? {
        let wanted = Set(prepared.map(\.key))
        for key in inventory.entries.keys.sorted() where RolloutSpec.kinds.contains(key.groupKind) && !wanted.contains(key) {
            if await liveObject(key)?.annotation(MartletAnnotations.rollout) != nil { return key }
        }
        return nil
    }

    /// The rollouts under way as the last look has left them on record, of the workloads that are known.
    private func rolloutsOnRecord(_ prepared: [Prepared], _ record: InventoryStore.Record) -> [RolloutStatus] {
        guard let values = record.status["rollouts"]?.sequence, !values.isEmpty else { return [] }
        let keys = Set(prepared.map(\.key)).union(record.inventory.entries.keys).filter { RolloutSpec.kinds.contains($0.groupKind) }
        let known = Dictionary(keys.map { ($0.description, $0) }) { first, _ in first }
        return values.compactMap { value in
            guard let key = value["workload"]?.string.flatMap({ known[$0] }), let status = RolloutStatus(value, of: key), !status.isRejected else { return nil }
            return status
        }
    }

    /// What was kept in memory for rollouts that are over.
    private func forgetOthers(than subjects: [RolloutSubject]) {
        let ids = Set(subjects.compactMap { $0.state?.id })
        let keys = Set(subjects.map(\.key))
        lastLooks = lastLooks.filter { ids.contains($0.key) }
        lastGates = lastGates.filter { ids.contains($0.key) }
        reverts = reverts.filter { ids.contains($0.key) }
        revertRetries = revertRetries.filter { ids.contains($0.key) }
        dryRuns = dryRuns.filter { keys.contains($0.key) }
    }

    /// One look at a running rollout.
    ///
    /// - Returns: The overlay that is in force from now on.
    private func goOn(
        _ subject: RolloutSubject, _ state: RolloutState, traffic: RolloutObservation.TrafficProgress, pass: inout RolloutPass
    ) async -> RolloutOverlay {
        let now = clock.now
        var seen = subject.view.observation(
            state, now: now, newID: ULID(at: now, random: environment.random).description, template: templateIdentity(subject.item.object),
            services: subject.traffic.services.map(\.name), nextArms: subject.traffic.services.map { armServiceName($0.name, .next) })
        seen.traffic = traffic
        await measure(subject, state, &seen)
        seen.gateAnswer = await gateAnswer(subject, state)
        seen.revert = await revertProgress(subject, state)
        if !subject.view.isDaemonSet { seen.gitReplicas = subject.item.object.value[path: "spec", "replicas"]?.int.map { Int(clamping: $0) } }
        if seen.request.map({ $0.id != state.handledRequest }) == true { lastLooks[state.id] = nil }
        let decision = decide(spec: subject.spec, mode: subject.traffic.mode, state: state, observation: seen, times: environment.rolloutTimes)
        do {
            var view = subject.view
            if decision.state != state {
                view.workload = try await write(view.keeping(decision.state)) ?? view.workload
            }
            try await carryOut(decision, subject, view)
        } catch let error as ClusterError where error.reason == .conflict || error.reason == .notFound {
            // Somebody else wrote: what it says now decides.
            wakeAfter(.milliseconds(200))
            return keep(subject, state, seen, &pass)
        } catch {
            environment.logger.warning("a rollout could not go on", metadata: ["workload": "\(subject.key)", "error": "\(error)"])
            wakeAfter(.seconds(5))
            return keep(subject, state, seen, &pass)
        }
        if let wake = decision.wake { wakeAfter(max(.milliseconds(100), wake)) }
        if decision.state?.exposed == nil, state.exposed != nil { await environment.analysis?.watch.forget(rollout: state.id) }
        guard let after = decision.state else {
            // What git says now is looked at anew: it may be the next version.
            pass.held[subject.key] = .init(reason: "the rollout is over", isProblem: false)
            wakeAfter(.milliseconds(50))
            return .none
        }
        // The next point of a list waits for nothing but us.
        if !decision.effects.isEmpty || after != state { wakeAfter(.seconds(1)) }
        var kept = subject
        kept.overlay = decision.overlay
        return keep(kept, after, seen, &pass)
    }

    private func keep(
        _ subject: RolloutSubject, _ state: RolloutState, _ seen: RolloutObservation, _ pass: inout RolloutPass
    ) -> RolloutOverlay {
        let status = RolloutStatus(
            workload: subject.key, state: state, spec: subject.spec,
            stable: (seen.stable?.ready ?? 0, seen.stable?.replicas ?? 0), next: (seen.candidate?.ready ?? 0, seen.candidate?.replicas ?? 0))
        pass.statuses.append(status)
        pass.held[subject.key] = .init(reason: status.summary, isProblem: status.isRejected)
        return subject.overlay
    }
}
