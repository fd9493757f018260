import Basics
import DevCluster
import Document
import Kubernetes
@testable import Rollout

/// What the daemon does at each look at the application, from the same pure parts and in the same order.
///
/// It keeps nothing between two looks: a crash is a look that ends in the middle.
struct ModelDaemon {
    struct Killed: Error {}

    let world: ModelWorld
    /// Asked at each write; a person who dies is not asked again.
    var death: (ModelWrite) -> Death? = { _ in nil }
    /// Others between two of Martlet's writes.
    var between: () -> Void = {}

    /// - Returns: When to look again without being told.
    func look() throws(Killed) -> Duration? {
        do {
            return try lookOnce()
        } catch let killed as Killed {
            world.log("\(world.clock) martlet is KILLED")
            throw killed
        } catch {
            // Refused: the next look decides anew.
            world.log("\(world.clock) martlet was refused: \(error)")
            return .seconds(1)
        }
    }

    private func lookOnce() throws -> Duration? {
        let manifest = world.git.manifest
        guard world.deployment != nil else {
            try plan(.none, applying: true)
            return .seconds(5)
        }
        let now = world.now.adding(world.skew)
        var view = currentView
        if view.state == nil, world.git.spec != nil {
            let merged = try world.merged(manifest)
            let start = view.start(
                merged: merged, identity: templateIdentity(manifest), revision: world.git.revision, now: now, id: "r\(world.revision)")
            if case .begin(var state) = start {
                // What was asked of an earlier rollout is not asked of this one.
                state.mode = world.setup.mode
                state.handledRequest = view.request?.id ?? ""
                try write(ModelWrite(nil, state, world.setup.mode)) { try world.carryOut(view.keeping(state)) }
                view = currentView
            }
        }
        guard let state = view.state else {
            try plan(.none, applying: true)
            return nil
        }
        let decision = decide(spec: world.git.spec, mode: world.setup.mode, state: state, observation: observe(view, state, now))
        if decision.state != state {
            try write(ModelWrite(state, decision.state, world.setup.mode)) {
                try world.carryOut(view.keeping(decision.state))
            }
            view.workload = world.deployment ?? view.workload
        }
        for effect in decision.effects { try carryOut(effect, decision.state ?? state, view, manifest) }
        try plan(decision.overlay, applying: false)
        return decision.state == nil ? .zero : decision.wake
    }

    private var currentView: RolloutView {
        var endpoints: [String: Object] = [:]
        for service in [ModelTraffic.service] + ModelTraffic.arms {
            endpoints[service.name] = world.observed.object(.endpoints, namespace: "default", name: service.name)
        }
        return RolloutView(
            workload: world.deployment ?? world.git.manifest, replicaSets: world.sets, pods: world.pods, endpoints: endpoints)
    }

    private func observe(_ view: RolloutView, _ state: RolloutState, _ now: Timestamp) -> RolloutObservation {
        var seen = view.observation(
            state, now: now, newID: "r\(world.revision)", template: templateIdentity(world.git.manifest),
            services: world.setup.mode == .replicas ? [] : ["shop"],
            nextArms: world.setup.mode == .replicas ? [] : [ModelTraffic.arm(.next).name])
        seen.traffic = world.progress(overlay(of: state, mode: world.setup.mode))
        let metrics = world.git.spec?.metrics ?? []
        if state.exposed != nil, let candidate = world.image(ofHash: state.candidateHash) {
            for metric in metrics { seen.verdicts[metric] = world.verdicts[candidate] ?? .pass }
        }
        if state.revision != "", let image = world.image(ofRevision: state.revision), world.git.reverted.contains(image) {
            seen.revert = .done("abc")
        }
        return seen
    }

    private func carryOut(_ effect: RolloutEffect, _ state: RolloutState, _ view: RolloutView, _ manifest: Object) throws {
        switch effect {
        case .tell(_, let reason, let message):
            world.told.append(reason)
            world.log("\(world.clock) told \(reason): \(message)")
        case .revert:
            try write(ModelWrite("revert", after: [.commitBackWritten])) {
                if let image = world.image(ofRevision: state.revision) { world.git.revert(image) }
            }
        case .pause, .unmark, .create, .scale, .delete, .replicas, .applyTemplate, .partition, .deletePod, .templateBack, .resume:
            let template = try world.merged(manifest).value[path: "spec", "template"] ?? .null
            guard let request = view.write(effect, state, manifest: manifest, template: template) else { return }
            try write(ModelWrite(effect)) { try world.carryOut(request) }
        }
    }

    /// The rest of the application, as the normal plan applies it: Services, then routes, then what is no longer wanted.
    private func plan(_ overlay: RolloutOverlay, applying: Bool) throws {
        let desired = ModelTraffic.desired(overlay, world.setup.mode)
        for object in desired where world.differs(object) {
            let isExposing = object.groupKind == ModelTraffic.route.groupKind || overlay.pin == world.state?.candidateHash
            let exposes = isExposing && world.state?.exposed != nil
            try write(ModelWrite("\(object.kind)/\(object.name)", after: exposes ? [.trafficPatchSent] : [])) {
                try world.put(object)
            }
        }
        if applying, let live = world.deployment, try world.merged(world.git.manifest) != live {
            try write(ModelWrite("Deployment")) { try world.apply(world.git.manifest, by: .martlet) }
        } else if applying, world.deployment == nil {
            try write(ModelWrite("Deployment")) { try world.apply(world.git.manifest, by: .martlet) }
        }
        let extra = ModelTraffic.arms.compactMap { world.observed.object($0) }.filter { arm in !desired.contains { $0.key == arm.key } }
        for arm in extra {
            let isLast = arm.key == extra.last?.key
            try write(ModelWrite("delete Service/\(arm.name)", after: isLast ? [.cleaned] : [])) {
                try world.delete(arm.key, uid: arm.uid, by: .martlet)
            }
        }
    }

    private func write(_ write: ModelWrite, _ send: () throws -> Void) throws {
        let death = death(write)
        if death == .before { throw Killed() }
        try send()
        if death == .after { throw Killed() }
        between()
    }
}

extension ModelWrite {
    init(_ effect: RolloutEffect) {
        switch effect {
        case .create: self.init("create", after: [.replicaSetCreated])
        case .scale: self.init("scale", after: [.scaled])
        case .applyTemplate: self.init("template", after: [.templateApplied])
        case .resume: self.init("resume", after: [.unpaused])
        case .pause, .unmark, .delete, .replicas, .partition, .deletePod, .templateBack, .revert, .tell: self.init("\(effect)")
        }
    }
}

extension ModelWorld {
    func carryOut(_ write: RolloutWrite) throws(Refusal) {
        switch write {
        case .patch(let key, let patch): try self.patch(key, patch, by: .martlet)
        case .create(let object): try create(object, by: .martlet)
        case .delete(let key, let uid): try delete(key, uid: uid, by: .martlet)
        case .apply(let manifest): try apply(manifest, by: .martlet)
        }
    }

    func differs(_ object: Object) -> Bool { observed.object(object.key)?.value["spec"] != object.value["spec"] }

    func put(_ object: Object) throws(Refusal) {
        guard let old = observed.object(object.key) else {
            try create(object, by: .martlet)
            return
        }
        var new = old
        new.value["spec"] = object.value["spec"]
        try update(new, by: .martlet)
    }

    /// Whether an overlay is in the cluster, and noted by the gateway.
    func progress(_ overlay: RolloutOverlay) -> RolloutObservation.TrafficProgress {
        let desired = ModelTraffic.desired(overlay, setup.mode)
        if let object = desired.first(where: differs) { return .unwritten("\(object.kind) \(object.name)") }
        if let arm = ModelTraffic.arms.first(where: { arm in observed.object(arm) != nil && !desired.contains { $0.key == arm } }) {
            return .pending("\(arm.name) is still there")
        }
        guard setup.mode == .routes, let route = observed.object(ModelTraffic.route) else { return .settled }
        return route.value[path: "status", "observedGeneration"]?.int == route.generation ? .settled : .pending("the gateway")
    }

    func image(ofHash hash: String) -> String? { sets.first { $0.hash == hash }?.image }

    func image(ofRevision revision: String) -> String? {
        revision.split(separator: " ").last.flatMap { Int($0) }.flatMap { git.history.indices.contains($0 - 1) ? git.history[$0 - 1] : nil }
    }
}
