import Basics
import DevCluster
import Document
import Kubernetes
@testable import Rollout

extension ModelWorld {
    /// A cluster in which the first version runs.
    static func running(_ setup: ModelSetup) -> ModelWorld {
        let world = ModelWorld(setup)
        let daemon = ModelDaemon(world: world)
        for _ in 0..<4 {
            _ = try? daemon.look()
            world.advance(by: setup.startDelay)
        }
        world.journal = []
        world.invariants.isOn = true
        return world
    }

    /// Whether nothing is going on that a later look would change.
    var isAtRest: Bool {
        if let state { return state.phase == .rejected && state.template == templateIdentity(git.manifest) && git.spec != nil }
        return deployment?.image == git.image && deployment?.annotation(MartletAnnotations.rollout) == nil
    }

    /// Looks as the daemon's loop does, until the rollout is over.
    ///
    /// - Returns: Whether it ended within `limit`.
    @discardableResult
    func run(_ daemon: ModelDaemon, limit: Duration = .seconds(7200), until isOver: () -> Bool = { false }) throws(ModelDaemon.Killed) -> Bool {
        let end = now.adding(limit)
        while now < end, !isOver() {
            let wake = try daemon.look()
            settle()
            if isAtRest { return true }
            next(wake)
        }
        return isOver()
    }

    /// To the next moment at which there is something to look at.
    func next(_ wake: Duration?) {
        let changed = due.first.map { $0.at.duration(since: now) } ?? .seconds(60)
        // A change in the cluster wakes the daemon, and so does its own timer; it looks again after a minute in any case.
        advance(by: max(.milliseconds(100), min(changed, wake ?? .seconds(60), .seconds(60))))
    }

    /// What is left to happen when all is decided.
    func comeToRest() {
        for _ in 0..<40 {
            _ = try? ModelDaemon(world: self).look()
            advance(by: .seconds(20))
            if isWhole && reachable("shop").count == deployment?.replicas || (due.isEmpty && queue.isEmpty) { break }
        }
        invariants.checkEnd(self)
    }

    func request(_ verb: RolloutRequest.Verb, _ id: String) {
        if verb == .retry, let state { invariants.rejected.remove(state.template) }
        try? patch(
            ModelSetup.workload, ["metadata": ["annotations": [RolloutRequest.annotation: .string("\(verb.rawValue) \(id)")]]], by: .person)
    }

    /// What `rollout restore` does to a workload whose state somebody took away.
    func giveBack() {
        guard let deployment, deployment.bool("spec", "paused") || deployment.annotation(MartletAnnotations.rollout) != nil else { return }
        log("\(clock) a person gives the Deployment back")
        let strategy = git.manifest.value[path: "spec", "strategy"] ?? .null
        try? patch(
            ModelSetup.workload,
            ["metadata": ["annotations": [MartletAnnotations.rollout: nil]], "spec": ["paused": nil, "strategy": strategy]], by: .person)
    }

    /// Kubernetes' own controller looks only at the size for as long as a set's mark names another one than the Deployment
    /// asks for, and does not write the mark where the set has that size already (`isScalingEvent`): after somebody has
    /// deleted sets beside it, a person scales it to get it out of there.
    func unstick() {
        guard let deployment else { return }
        for set in sets where set.replicas == deployment.replicas {
            guard let mark = set.annotation(desiredReplicasAnnotation), mark != "\(deployment.replicas)" else { continue }
            log("\(clock) a person scales \(set.name) free")
            try? patch(set.key, ["metadata": ["annotations": [desiredReplicasAnnotation: .string("\(deployment.replicas)")]]], by: .person)
        }
    }

    func commit(_ image: String) {
        guard git.image != image else { return }
        log("\(clock) git commit \(image)")
        git.commit(image)
        // A template that comes after another one is a new one.
        invariants.rejected = []
    }

    /// What the end looks like, without what no run has in common with another.
    var outcome: Outcome {
        Outcome(
            image: deployment?.image ?? "", git: git.image, phase: state?.phase, cause: state?.cause,
            sets: sets.filter { $0.replicas > 0 }.map { "\($0.image) \($0.replicas)" }.sorted(),
            ready: reachable("shop").count)
    }

    struct Outcome: Hashable {
        var image: String, git: String
        var phase: RolloutState.Phase?
        var cause: RolloutState.Cause?
        var sets: [String]
        var ready: Int
    }
}
