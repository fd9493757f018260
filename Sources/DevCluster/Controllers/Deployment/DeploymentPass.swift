internal import Basics
internal import Document
internal import Kubernetes

/// One look at a Deployment: working copies of its ReplicaSets that each step
/// changes, and in the end the requests that make them so.
package struct DeploymentPass: Sendable {
    let deployment: Object
    let spec: DeploymentSpec
    let situation: Situation
    let template: CanonicalTemplate

    /// By age. The one with the Deployment's own template is at `newName`.
    var sets: [Object]
    var newName: String?
    var conditions: Conditions
    var collisions: Int
    /// What `deployment.kubernetes.io/revision` should say.
    var revision: String?
    package var again: Duration?

    private let original: [String: Object]
    private var events: [Action] = []
    private var deletions: [Action] = []
    private var outcome: StatusFields?

    init(_ deployment: Object, sets: [Object], situation: Situation) {
        self.deployment = deployment
        self.situation = situation
        self.sets = sets.sorted(by: Object.isOlder)
        spec = DeploymentSpec(deployment)
        template = CanonicalTemplate(deployment.value[path: "spec", "template"] ?? [:])
        conditions = Conditions(of: deployment)
        collisions = max(0, deployment.int("status", "collisionCount") ?? 0)
        original = Dictionary(sets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let template = template
        newName = self.sets.first { CanonicalTemplate($0.value[path: "spec", "template"] ?? [:]) == template }?.name
    }

    var now: Timestamp { situation.now }

    var newSet: Object? { newName.flatMap { name in sets.first { $0.name == name } } }
    var oldSets: [Object] { sets.filter { $0.name != newName } }

    /// `syncDeployment`.
    mutating func run() {
        if deployment.isBeingDeleted {
            syncRevision(creating: false)
            return finish(judging: false)
        }
        notePause()
        if spec.isPaused {
            syncRevision(creating: false)
            scale()
            cleanUp()
            return finish(judging: false)
        }
        syncRevision(creating: false)
        if isScalingEvent {
            scale()
            return finish(judging: false)
        }
        if spec.isRolling { roll() } else { recreate() }
        finish(judging: true)
    }

    /// Changes a working copy.
    mutating func edit(_ name: String, _ change: (inout Object) -> Void) {
        guard let index = sets.firstIndex(where: { $0.name == name }) else { return }
        change(&sets[index])
    }

    mutating func tell(_ reason: String, _ message: String) {
        events.append(.event(EventRecord(.normal, reason, message, on: deployment)))
    }

    mutating func delete(_ set: Object) {
        sets.removeAll { $0.name == set.name }
        deletions.append(.delete(set.key, uid: set.uid))
    }

    private mutating func finish(judging: Bool) {
        outcome = status(judging: judging)
        if judging { again = untilDeadline(outcome) }
    }

    /// The requests, ReplicaSets first: a status must not tell of what failed.
    package var actions: [Action] {
        var actions: [Action] = []
        for set in sets {
            guard let before = original[set.name] else {
                actions.append(.create(set))
                continue
            }
            if before != set { actions.append(.update(set)) }
        }
        actions += deletions
        if let revision, deployment.annotation(DeploymentAnnotations.revision) != revision {
            actions.append(.patch(deployment.key, ["metadata": ["annotations": [DeploymentAnnotations.revision: .string(revision)]]]))
        }
        if let update = outcome?.update(deployment) { actions.append(update) }
        return actions + events
    }
}
