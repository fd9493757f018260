import Basics
import DevCluster
import Document
import Kubernetes
@testable import Rollout

/// What must hold after every write, whoever made it.
struct Invariants {
    private(set) var violations: [String] = []
    /// Off while the cluster is being built up.
    var isOn = false
    /// What people did to the workload behind Martlet's back, so that capacity and routes are not Martlet's doing;
    /// until the rollout in hand is over and all pods are there again.
    var isMeddled = false
    /// Whether people ever did: what they left as the Deployment's strategy may have been taken for its own.
    var wasMeddled = false
    /// As many pods as answered before: only the environment may take any of them.
    private var floor = 0
    /// Names and selectors of the backends that the environment has emptied.
    private var dark: Set<String> = []
    /// Templates that were rejected and have no new chance.
    var rejected: Set<String> = []
    /// The pods that were tested, from the moment the Deployment states their template.
    private var tested: (hash: String, pods: Set<String>) = ("", [])
    private var lastState: RolloutState?
    private var lastWeights: [String: Int] = [:]

    mutating func violate(_ world: ModelWorld, _ text: String) {
        violations.append("\(world.clock) \(text)\n" + world.journal.suffix(violations.isEmpty ? 60 : 0).joined(separator: "\n"))
    }

    mutating func check(_ world: ModelWorld, old: Object?, new: Object?, by writer: ModelWorld.Writer) {
        guard isOn, let kind = (new ?? old)?.groupKind else { return }
        if kind == .deployment { checkState(world, old: old, new: new, by: writer) }
        if kind == .pod, writer == .kubelet || writer == .person { lower(world, old: old, new: new) }
        let isStatusAlone = [.deployment, .replicaSet].contains(kind) && old?.value["spec"] == new?.value["spec"] && writer == .controller
        if !isStatusAlone {
            checkRoutes(world, by: writer)
            checkCapacity(world, by: writer)
        }
        if kind == .replicaSet, let old, let new { checkScale(world, old, new, by: writer) }
        if kind == .deployment, writer == .martlet { checkRejected(world, new) }
    }

    // MARK: traffic

    /// A backend of a route has an endpoint; one that gets more has the pods for it.
    private mutating func checkRoutes(_ world: ModelWorld, by writer: ModelWorld.Writer) {
        let backends = world.backends
        let replicas = world.deployment?.replicas ?? 0
        // Also by what they select: an arm that leads to the same pods as the Service has lost them to the same cause.
        func names(_ name: String) -> Set<String> {
            Set([name, world.service(name).map { JSON.text($0.value[path: "spec", "selector"] ?? .null) } ?? name])
        }
        if !dark.isEmpty { dark.formIntersection(backends.flatMap { names($0.name) }) }
        for backend in backends where backend.kind != "mirror" {
            let answers = !world.reachable(backend.name).isEmpty
            if answers {
                if !dark.isEmpty { dark.subtract(names(backend.name)) }
            } else if writer == .person || writer == .kubelet || isMeddled || replicas == 0 || !dark.isDisjoint(with: names(backend.name)) {
                dark.formUnion(names(backend.name))
            } else {
                violate(world, "requests go to \"\(backend.name)\", where no pod is ready")
            }
        }
        guard world.setup.mode == .routes, writer == .martlet else { return }
        var weights: [String: Int] = [:]
        for backend in world.observed.object(ModelTraffic.route).map({ ModelTraffic.backends(of: $0.value["spec"] ?? .null) }) ?? [] {
            weights[backend.name] = max(backend.weight, weights[backend.name] ?? 0)
        }
        defer { lastWeights = weights }
        guard !isMeddled, let state = world.state else { return }
        let next = ModelTraffic.arm(.next).name
        // Where the stable version has no pod at all, any is more.
        if let weight = weights[next], weight > lastWeights[next] ?? 0, state.aborting != .stranded {
            let needed = (state.size * weight + 99) / 100
            let there = world.published(next).count
            if there < needed { violate(world, "\(weight) % is written to \"\(next)\", which has \(there) of \(needed) pods") }
        }
    }

    /// The pods that requests can reach are never fewer than before or than the full size, but for what others took.
    private mutating func checkCapacity(_ world: ModelWorld, by writer: ModelWorld.Writer) {
        let replicas = world.deployment?.replicas ?? 0
        let serving = world.backends.filter { $0.kind != "mirror" }
        let reached = serving.reduce(into: Set<String>()) { $0.formUnion(world.reachable($1.name)) }
        let answering = reached.count
        if isMeddled, answering >= replicas, replicas > 0, world.isWhole { isMeddled = false }
        // Without a rollout the Deployment's own controller answers for its pods.
        let isNative = writer == .controller && (world.state == nil || world.state?.phase == .rejected)
        if writer == .person || writer == .kubelet || isMeddled || isNative { floor = min(floor, answering) }
        floor = min(floor, replicas)
        if answering < floor {
            violate(world, "only \(answering) pods answer requests, and \(floor) did before, of \(replicas)")
            floor = answering
        }
        // On the way back an autoscaler's wish is met by the stable version alone: what serves beside it is about to go.
        let next = world.state?.phase == .aborting ? world.state?.candidateHash : nil
        let meant = meantSelectors(world)
        let staying = reached.filter { name in
            guard let pod = world.observed.object(.pod, namespace: "default", name: name) else { return false }
            return (next == nil || pod.hash != next) && isMeant(pod, meant)
        }
        floor = max(floor, min(staying.count, replicas))
    }

    /// What the environment takes of pods that are about to serve alone, once endpoints and proxies know, is its doing too.
    private mutating func lower(_ world: ModelWorld, old: Object?, new: Object?) {
        func serves(_ pod: Object?) -> Bool { pod.map { $0.isReadyPod && !$0.isBeingDeleted } ?? false }
        guard let old, serves(old), !serves(new) else { return }
        let meant = meantSelectors(world)
        guard isMeant(old, meant) else { return }
        floor = min(floor, world.pods.count { serves($0) && isMeant($0, meant) })
    }

    /// What requests go to by what is written now, once everybody knows.
    private func meantSelectors(_ world: ModelWorld) -> [Mapping] {
        let written = world.observed.object(ModelTraffic.route).map { ModelTraffic.backends(of: $0.value["spec"] ?? .null) } ?? []
        let names = world.setup.mode == .routes ? written.filter { $0.kind != "mirror" }.map(\.name) : ["shop"]
        return names.compactMap { world.service($0)?.selectors }
    }

    private func isMeant(_ pod: Object, _ selectors: [Mapping]) -> Bool {
        selectors.contains { selector in selector.allSatisfy { pod.labels[$0.key] == $0.value } }
    }

    /// The stable set keeps its pods while requests reach it.
    private mutating func checkScale(_ world: ModelWorld, _ old: Object, _ new: Object, by writer: ModelWorld.Writer) {
        guard writer != .person, !isMeddled, world.setup.mode != .replicas, let state = world.state, state.phase != .rejected,
            new.hash == state.stableHash, new.replicas < old.replicas, new.replicas < (world.deployment?.replicas ?? 0)
        else { return }
        let reaching = world.backends.filter { $0.kind != "mirror" }.first { backend in
            world.service(backend.name)?.selects(new.value[path: "spec", "template", "metadata", "labels"]?.mapping ?? [:]) ?? false
        }
        if let reaching, state.finishing != .drain, state.finishing != .clean {
            violate(world, "the stable set is scaled to \(new.replicas) while \"\(reaching.name)\" leads to it")
        }
    }

    // MARK: the state and what is remembered

    private mutating func checkState(_ world: ModelWorld, old: Object?, new: Object?, by writer: ModelWorld.Writer) {
        let text = new?.annotation(MartletAnnotations.rollout)
        let state = world.state
        defer { lastState = state }
        guard writer == .martlet else { return }
        if let text, text.utf8.count > RolloutState.sizeLimit { violate(world, "the state has \(text.utf8.count) bytes") }
        if let state, let text, state.text != text { violate(world, "the state does not come back as it was written: \(text)") }
        if let state, let lastState, state.id == lastState.id, lastState.phase == .rejected, state.phase != .rejected {
            violate(world, "a rejected rollout lives on as \(state.phase.rawValue)")
        }
        if state?.phase == .rejected, lastState?.phase != .rejected { rejected.insert(state?.template ?? "") }
        if let state, state.phase == .planned, rejected.contains(state.template) {
            violate(world, "a rejected template is tried again")
        }
        if state?.finishing == .template, lastState?.finishing != .template, let state, state.cause == nil {
            tested = (state.candidateHash, Set(world.pods.filter { $0.hash == state.candidateHash && $0.isReadyPod }.map(\.uid)))
        }
        if state == nil, let lastState, lastState.phase == .promoting, !isMeddled, !tested.pods.isEmpty {
            let left = Set(world.pods.filter { !$0.isBeingDeleted }.map(\.uid)).intersection(tested.pods)
            let lost = tested.pods.count - left.count
            if lost > taken { violate(world, "\(lost) of \(tested.pods.count) tested pods did not stay") }
        }
        if state == nil || state?.phase == .planned { (tested, taken) = (("", []), 0) }
    }

    /// Pods that the environment took since, or an autoscaler.
    var taken = 0

    private mutating func checkRejected(_ world: ModelWorld, _ new: Object?) {
        guard let state = world.state, state.phase == .rejected || state.phase == .aborting, let new, !isMeddled else { return }
        if let image = world.image(ofRevision: state.revision), new.image == image, state.template == templateIdentity(ModelGit.manifest(image)) {
            violate(world, "the Deployment states \(image), which was taken back")
        }
    }

    // MARK: the end

    /// What must be there when nothing is going on any more.
    mutating func checkEnd(_ world: ModelWorld) {
        guard let deployment = world.deployment else { return violate(world, "the Deployment is gone") }
        let state = world.state
        if let state, state.phase != .rejected { violate(world, "the rollout has not ended: \(state.text)") }
        if state == nil, deployment.annotation(MartletAnnotations.rollout) != nil { violate(world, "the state is left behind") }
        if deployment.bool("spec", "paused") { violate(world, "the Deployment is left paused") }
        let manifest = world.git.manifest
        if !(wasMeddled && state != nil), deployment.value[path: "spec", "strategy"] != manifest.value[path: "spec", "strategy"] {
            violate(world, "the Deployment has another strategy: \(deployment.value[path: "spec", "strategy"] ?? .null)")
        }
        if state?.phase == .rejected {
            if deployment.image == world.git.image, state?.template == templateIdentity(manifest) {
                violate(world, "rejected, and stated all the same")
            }
        } else if deployment.image != world.git.image {
            violate(world, "the Deployment states \(deployment.image), and git \(world.git.image)")
        }
        for object in ModelTraffic.desired(.none, world.setup.mode) where world.differs(object) {
            violate(world, "\(object.kind) \(object.name) is not as git says")
        }
        for arm in ModelTraffic.arms where world.observed.object(arm) != nil { violate(world, "\(arm.name) is left behind") }
        let running = world.sets.filter { $0.replicas > 0 || $0.int("status", "replicas") ?? 0 > 0 }
        if running.count > (deployment.replicas > 0 ? 1 : 0) { violate(world, "sets left behind: \(running.map(\.name))") }
        if deployment.replicas > 0, running.first?.image != deployment.image || running.first?.replicas != deployment.replicas {
            violate(world, "the set that runs is not the Deployment's: \(running.map { "\($0.name) \($0.replicas)" })")
        }
        let pods = world.observed.objects(.pod)
        if pods.count != deployment.replicas { violate(world, "\(pods.count) pods, and \(deployment.replicas) are asked for") }
        if world.behaviors[deployment.image] == nil, deployment.replicas > 0, world.reachable("shop").count != deployment.replicas {
            violate(world, "\(world.reachable("shop").count) of \(deployment.replicas) pods answer in the end")
        }
    }
}

extension ModelWorld {
    /// Whether the workload stands as its Deployment says, with no rollout and nothing left to do for its controllers.
    var isWhole: Bool {
        guard let deployment, state == nil || state?.phase == .rejected, queue.isEmpty, !deployment.bool("spec", "paused") else { return false }
        let running = sets.filter { $0.replicas > 0 }
        return running.count == 1 && running[0].image == deployment.image && running[0].replicas == deployment.replicas
            && pods.count == deployment.replicas && ModelTraffic.arms.allSatisfy { observed.object($0) == nil }
    }
}

extension Object {
    /// A Service's.
    fileprivate var selectors: Mapping { value[path: "spec", "selector"]?.mapping ?? [:] }
}
