import Basics
import DevCluster
import Document
import Kubernetes
@testable import Rollout

/// What the world does to a rollout, chosen by a seeded generator.
struct Disturbance {
    private var random: SplitMix64
    /// Whether people also edit the workload behind Martlet's back.
    let hasMeddlers: Bool
    private var requests = 0

    init(seed: UInt64, hasMeddlers: Bool) {
        random = SplitMix64(state: seed)
        self.hasMeddlers = hasMeddlers
    }

    private mutating func below(_ count: Int) -> Int { count > 0 ? Int(random.next() % UInt64(count)) : 0 }

    private mutating func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[below(items.count)] }

    /// One step. Most are looks and time, else nothing would ever get anywhere.
    mutating func step(_ world: ModelWorld) {
        switch below(hasMeddlers ? 40 : 36) {
        case 0..<14: look(world)
        case 14..<20: world.advance(by: .milliseconds(500 + below(40_000)))
        case 20..<22: world.advance(by: .seconds(below(600)), isSettling: below(2) == 0)
        case 22: world.advance(by: .seconds(1 + below(20)), isSettling: false)
        case 23..<25: for _ in 0..<(1 + below(6)) { world.runController(at: below(world.queue.count)) }
        case 25..<27: die(world)
        case 27: commit(world)
        case 28: scale(world)
        case 29: breakPod(world)
        case 30: evict(world)
        case 31: measure(world)
        case 32..<34: ask(world)
        case 34: jump(world)
        case 35: strategy(world)
        default: meddle(world)
        }
    }

    private mutating func look(_ world: ModelWorld) {
        var daemon = ModelDaemon(world: world)
        var choices = (0..<24).map { _ in below(6) }
        // Controllers run between two of Martlet's writes, too.
        daemon.between = { [world] in
            if let choice = choices.popLast(), choice < 3 { world.runController(at: choice % max(1, world.queue.count)) }
        }
        let wake = try? daemon.look()
        if below(2) == 0 { world.settle() }
        if below(3) == 0 { world.next(wake ?? nil) }
    }

    private mutating func die(_ world: ModelWorld) {
        var (left, death) = (below(4), below(2) == 0 ? Death.before : .after)
        var daemon = ModelDaemon(world: world)
        daemon.death = { _ in
            left -= 1
            return left < 0 ? death : nil
        }
        _ = try? daemon.look()
        death = .before
        world.advance(by: .milliseconds(below(30_000)), isSettling: below(3) > 0)
    }

    private mutating func commit(_ world: ModelWorld) {
        guard let image = pick(["shop:v1", "shop:v2", "shop:v3", "shop:v4", "shop:v5"]) else { return }
        world.commit(image)
    }

    private mutating func scale(_ world: ModelWorld) {
        guard let old = world.deployment?.replicas, let size = pick([1, 2, 3, 4, 5, 6, max(0, old - 1), old + 1, below(8) == 0 ? 0 : 3]) else { return }
        world.log("\(world.clock) an autoscaler: \(size)")
        if size < old { world.invariants.taken += old - size }
        try? world.patch(ModelSetup.workload, ["spec": ["replicas": .int(Int64(size))]], by: .person)
    }

    private mutating func breakPod(_ world: ModelWorld) {
        guard let pod = pick(world.pods.filter { $0.isReadyPod }) else { return }
        world.log("\(world.clock) \(pod.name) fails")
        world.setReady(pod.key, pod.uid, false, by: .kubelet)
        world.schedule(.recovered(pod.key, uid: pod.uid), after: .seconds(5 + below(120)))
    }

    private mutating func evict(_ world: ModelWorld) {
        guard let pod = pick(world.pods.filter { !$0.isBeingDeleted }) else { return }
        world.log("\(world.clock) \(pod.name) is evicted")
        world.invariants.taken += 1
        try? world.delete(pod.key, uid: pod.uid, by: .kubelet)
    }

    private mutating func measure(_ world: ModelWorld) {
        guard let verdict = pick([Verdict.pass, .pass, .fail, .inconclusive, .unavailable]) else { return }
        world.log("\(world.clock) evidence on \(world.git.image): \(verdict)")
        world.verdicts[world.git.image] = verdict
    }

    private mutating func ask(_ world: ModelWorld) {
        guard let verb = pick([RolloutRequest.Verb.promote, .promote, .pause, .abort, .retry, .retry, .restore]) else { return }
        requests += 1
        world.log("\(world.clock) asks for \(verb.rawValue)")
        world.request(verb, "q\(requests)")
    }

    private mutating func jump(_ world: ModelWorld) {
        // Forward a little only, also where it was put back before: past a deadline by the clock is past the deadline.
        world.skew = min(.seconds(below(3660) - 3600), world.skew + .seconds(60))
        world.log("\(world.clock) Martlet's clock is off by \(world.skew)")
    }

    private mutating func strategy(_ world: ModelWorld) {
        world.git.spec = world.git.spec == nil || below(3) > 0 ? world.setup.spec : nil
        // Who takes the strategy away wants the version without one.
        if world.git.spec == nil { world.invariants.rejected = [] }
        world.log("\(world.clock) git \(world.git.spec == nil ? "asks for no strategy" : "asks for the strategy")")
    }

    private mutating func meddle(_ world: ModelWorld) {
        guard let deployment = world.deployment else { return }
        (world.invariants.isMeddled, world.invariants.wasMeddled) = (true, true)
        let key = deployment.key
        let set = pick(world.sets)
        switch below(8) {
        case 0: edit(world, "unpauses", key, ["spec": ["paused": nil]])
        case 1:
            edit(world, "sets an image", key, [
                "spec": ["template": ["spec": ["containers": [["name": "shop", "image": .string("shop:human\(below(2))")]]]]]
            ])
        case 2:
            edit(world, "restarts", key, [
                "spec": ["template": ["metadata": ["annotations": ["kubectl.kubernetes.io/restartedAt": .string("\(below(100))")]]]]
            ])
        case 3, 4:
            guard let set else { return }
            world.log("\(world.clock) a person deletes \(set.name)")
            try? world.delete(set.key, uid: set.uid, by: .person)
        case 5:
            guard let set else { return }
            edit(world, "scales \(set.name)", set.key, ["spec": ["replicas": .int(Int64(below(6)))]])
        case 6:
            world.invariants.rejected = []
            edit(world, "takes the state away", key, ["metadata": ["annotations": [MartletAnnotations.rollout: nil]]])
        default:
            world.invariants.rejected = []
            edit(world, "writes rubbish", key, ["metadata": ["annotations": [MartletAnnotations.rollout: "{\"id\": 3"]]])
        }
    }

    private func edit(_ world: ModelWorld, _ what: String, _ key: ObjectKey, _ patch: Value) {
        world.log("\(world.clock) a person \(what)")
        try? world.patch(key, patch, by: .person)
    }
}
