import Basics
import Document
import Kubernetes
@testable import Rollout
import Testing

/// The machine on StatefulSets and DaemonSets, look by look.
@Suite struct SetMachineTests {
    private static let now = Timestamp(milliseconds: 1_795_000_000_000)
    private static let rolling: Value = ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]]
    private static let daemonRolling: Value = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1]]

    private static func held(_ partition: Int) -> Value {
        ["type": "RollingUpdate", "rollingUpdate": ["partition": .int(Int64(partition))]]
    }

    private static func spec(_ kind: String, metrics: [String] = []) -> RolloutSpec {
        RolloutSpec(
            workload: ObjectKey(group: "apps", kind: kind, namespace: "shop", name: "store"), strategy: .ramped,
            steps: [.init(.weight(25), .seconds(60)), .init(.weight(50), .seconds(60))], metrics: metrics, traffic: .none)
    }

    private static func state(_ phase: RolloutState.Phase, step: Int = 0, candidate: String = "new", size: Int = 8) -> RolloutState {
        var state = RolloutState(
            id: "id", phase: phase, step: step, since: now.adding(.seconds(-10)), template: "t", stableHash: "old", candidateHash: candidate,
            revision: "main@2", size: size)
        state.originals = phase == .planned ? nil : ["strategy": rolling]
        return state
    }

    /// Pods of the old version but for the last `new`, of which `broken` are not ready.
    private static func exposing(_ state: RolloutState, _ exposure: Exposure = .weight(25)) -> RolloutState {
        var state = state
        (state.exposed, state.exposure) = (0, exposure)
        return state
    }

    private static func seen(
        _ kind: String, _ stated: RolloutObservation.StatedTemplate, strategy: Value, size: Int = 8, new: Int = 0, broken: Int = 0, limit: Int = 1,
        leaving: Int = 0
    ) -> RolloutObservation {
        var seen = RolloutObservation(now: now, replicas: size, template: "t")
        seen.updateStrategy = strategy
        seen.stated = stated
        var set = SetObservation(kind: kind, limit: limit, statedHash: stated == .stable ? "old" : stated == .candidate ? "new" : "other")
        set.partition = strategy[path: "rollingUpdate", "partition"]?.int.flatMap { Int(exactly: $0) } ?? 0
        set.pods = (0..<size).map { index in
            let isNew = index >= size - new
            return .init(
                name: "store-\(index)", uid: "u\(index)", hash: isNew ? "new" : "old", isReady: index >= leaving && (!isNew || index >= size - new + broken),
                isLeaving: index < leaving)
        }
        seen.set = set
        func version(_ hash: String) -> RolloutObservation.ReplicaSet {
            let own = set.pods.filter { $0.hash == hash }
            return .init(
                name: "store-\(hash)", hash: hash, replicas: own.count { !$0.isLeaving }, current: own.count, ready: own.count(where: \.isReady))
        }
        (seen.stable, seen.candidate) = (version("old"), stated == .stable && new == 0 ? nil : version("new"))
        return seen
    }

    private static func decided(_ state: RolloutState, _ seen: RolloutObservation, metrics: [String] = []) -> RolloutDecision {
        decide(spec: spec(seen.set?.kind ?? "", metrics: metrics), mode: .replicas, state: state, observation: seen)
    }

    private static func work(_ decision: RolloutDecision) -> [RolloutEffect] {
        decision.effects.filter { if case .tell = $0 { false } else { true } }
    }

    @Test func beforeTheTemplateTheControllerIsHeld() {
        let begun = Self.decided(Self.state(.planned, candidate: ""), Self.seen("StatefulSet", .stable, strategy: Self.rolling))
        #expect(Self.work(begun) == [.pause] && begun.state?.phase == .starting)
        #expect(begun.state?.originals == ["strategy": Self.rolling])
        // Too few are behind the partition when an autoscaler has made it larger meanwhile.
        let late = Self.decided(Self.state(.starting, candidate: ""), Self.seen("StatefulSet", .stable, strategy: Self.held(6)))
        #expect(Self.work(late) == [.pause])
        let held = Self.decided(Self.state(.starting, candidate: ""), Self.seen("StatefulSet", .stable, strategy: Self.held(8)))
        #expect(Self.work(held) == [.applyTemplate])
        var blind = Self.seen("StatefulSet", .stable, strategy: Self.held(8))
        blind.isObserved = false
        #expect(Self.work(Self.decided(Self.state(.starting, candidate: ""), blind)).isEmpty)
    }

    @Test func theRevisionIsTheControllersToName() {
        var state = Self.state(.starting, candidate: "")
        state.confirmedAt = Self.now.adding(.seconds(-1))
        var seen = Self.seen("StatefulSet", .other, strategy: Self.held(8))
        seen.set?.statedHash = ""
        #expect(Self.decided(state, seen).state?.phase == .starting)
        seen.set?.statedHash = "new"
        let known = Self.decided(state, seen)
        #expect(known.state?.candidateHash == "new" && known.state?.phase == .stepping)
    }

    struct Step: Sendable {
        var name: String
        var phase: RolloutState.Phase
        var step = 0
        var partition: Int
        var new: Int
        var effects: [RolloutEffect]
        var after: RolloutState.Phase
    }

    static let steps: [Step] = [
        Step(name: "25 % of 8 are 2", phase: .stepping, partition: 8, new: 0, effects: [.partition(6)], after: .stepping),
        Step(name: "one is there", phase: .stepping, partition: 6, new: 1, effects: [], after: .stepping),
        Step(name: "both are", phase: .stepping, partition: 6, new: 2, effects: [], after: .analysing),
        Step(name: "somebody let more go", phase: .analysing, partition: 2, new: 2, effects: [.partition(6)], after: .analysing),
        Step(name: "the second step", phase: .stepping, step: 1, partition: 6, new: 2, effects: [.partition(4)], after: .stepping),
        Step(name: "all", phase: .promoting, step: 1, partition: 4, new: 4, effects: [.partition(0)], after: .promoting),
    ]

    @Test(arguments: steps) func thePartitionFollowsTheStep(_ step: Step) {
        var state = Self.state(step.phase, step: step.step)
        if step.phase == .analysing || step.step > 0 { state = Self.exposing(state) }
        let decision = Self.decided(state, Self.seen("StatefulSet", .candidate, strategy: Self.held(step.partition), new: step.new))
        #expect(Self.work(decision) == step.effects, "\(step.name)")
        #expect(decision.state?.phase == step.after, "\(step.name)")
    }

    struct Batch: Sendable {
        var name: String
        var limit = 1
        var new = 0
        var broken = 0
        var leaving = 0
        var step = 1
        var deleted: [String]
    }

    static let batches: [Batch] = [
        Batch(name: "one at a time", deleted: ["store-0"]),
        Batch(name: "as many as may be away", limit: 3, deleted: ["store-0", "store-1", "store-2"]),
        Batch(name: "no more than the step has", limit: 8, step: 0, deleted: ["store-0", "store-1"]),
        Batch(name: "one is on its way out", limit: 1, leaving: 1, deleted: []),
        Batch(name: "a new one is not ready", limit: 1, new: 1, broken: 1, deleted: []),
        Batch(name: "a new one is ready", limit: 1, new: 1, deleted: ["store-0"]),
        Batch(name: "the step is reached", limit: 8, new: 4, deleted: []),
    ]

    @Test(arguments: batches) func daemonsGoByBatches(_ batch: Batch) {
        var state = Self.state(.stepping, step: batch.step)
        state.originals = ["strategy": Self.daemonRolling]
        let seen = Self.seen(
            "DaemonSet", .candidate, strategy: ["type": "OnDelete"], new: batch.new, broken: batch.broken, limit: batch.limit, leaving: batch.leaving)
        let effects = Self.work(Self.decided(state, seen))
        #expect(effects == batch.deleted.map { .deletePod(name: $0, uid: "u" + $0.dropFirst(6)) }, "\(batch.name)")
    }

    @Test func atTheEndItsControllerHasItAgain() {
        var state = Self.state(.promoting, step: 1)
        state = Self.exposing(state, .weight(50))
        let all = Self.decided(state, Self.seen("StatefulSet", .candidate, strategy: ["type": "RollingUpdate", "rollingUpdate": ["partition": 0, "maxUnavailable": 2]], new: 8))
        #expect(Self.work(all) == [.resume] && all.state?.finishing == .resume)
        state.finishing = .resume
        #expect(Self.decided(state, Self.seen("StatefulSet", .candidate, strategy: Self.rolling, new: 8)).state == nil)
    }

    @Test func theWayBackPutsTheTemplateFirst() {
        let state = Self.exposing(Self.state(.analysing))
        var seen = Self.seen("StatefulSet", .candidate, strategy: Self.held(6), new: 2, broken: 1)
        seen.request = RolloutRequest(id: "r", verb: .abort)
        let asked = Self.decided(state, seen)
        #expect(Self.work(asked) == [.templateBack(isForced: false)] && asked.state?.aborting == .stableSize)

        var aborting = Self.state(.aborting)
        (aborting.aborting, aborting.cause) = (.stableSize, .aborted)
        #expect(Self.work(Self.decided(aborting, Self.seen("StatefulSet", .candidate, strategy: Self.held(6), new: 2))) == [.templateBack(isForced: true)])
        // The controller waits for a broken pod for ever: it is deleted, the well one is its controller's.
        let back = Self.decided(aborting, Self.seen("StatefulSet", .stable, strategy: Self.held(6), new: 2, broken: 1))
        #expect(Self.work(back) == [.partition(0), .deletePod(name: "store-6", uid: "u6")] && back.state?.aborting == .deleteCandidate)
        let end = Self.decided(aborting, Self.seen("StatefulSet", .stable, strategy: Self.rolling))
        #expect(end.state?.phase == .rejected && end.state?.originals == nil && Self.work(end).isEmpty)
    }

    @Test func daemonsComeBackByBatches() {
        var state = Self.state(.aborting)
        (state.aborting, state.cause, state.originals) = (.deleteCandidate, .failed, ["strategy": Self.daemonRolling])
        let seen = Self.seen("DaemonSet", .stable, strategy: ["type": "OnDelete"], new: 4, broken: 1)
        // The broken one serves nobody; with it the one that may be away is away.
        #expect(Self.work(Self.decided(state, seen)) == [.deletePod(name: "store-4", uid: "u4")])
        let done = Self.decided(state, Self.seen("DaemonSet", .stable, strategy: ["type": "OnDelete"]))
        #expect(Self.work(done) == [.resume] && done.state?.aborting == .resume)
    }

    @Test func whatIsNeverReadyIsRejectedInTime() {
        var state = Self.state(.stepping)
        let seen = Self.seen("StatefulSet", .candidate, strategy: Self.held(6), new: 1, broken: 1)
        state.since = Self.now.adding(.seconds(-599))
        #expect(Self.decided(state, seen).state?.phase == .stepping)
        state.since = Self.now.adding(.seconds(-601))
        #expect(Self.decided(state, seen).state?.aborting == .stableSize)
        // Each pod that gets ready gives the next one its own time.
        var moving = seen
        moving.set?.progressedAt = Self.now.adding(.seconds(-100))
        #expect(Self.decided(state, moving).state?.phase == .stepping)
    }

    @Test func aTemplateThatSomebodyChangesIsWrittenAgain() {
        var state = Self.exposing(Self.state(.analysing))
        let decision = Self.decided(state, Self.seen("StatefulSet", .other, strategy: Self.held(6), new: 2))
        #expect(Self.work(decision) == [.applyTemplate] && decision.state?.phase == .stepping)
        state.phase = .stepping
        state.since = Self.now.adding(.seconds(-700))
        #expect(Self.decided(state, Self.seen("StatefulSet", .other, strategy: Self.held(6), new: 2)).state?.phase == .aborting)
    }

    @Test func evidenceAgainstItSendsItBack() {
        let state = Self.exposing(Self.state(.analysing))
        var seen = Self.seen("DaemonSet", .candidate, strategy: ["type": "OnDelete"], new: 2)
        seen.verdicts = ["errors": .fail]
        seen.findings = ["errors: 10 times as many"]
        let decision = Self.decided(state, seen, metrics: ["errors"])
        #expect(decision.state?.phase == .aborting && decision.state?.reason == "errors: 10 times as many")
    }
}

/// What a StatefulSet's or DaemonSet's annotations may ask for.
@Suite struct SetSpecTests {
    struct Case: Sendable {
        var kind: String
        var annotations: [String: String]
        var strategy: Value = [:]
        /// In the refusal; nil: it is allowed.
        var refusal: String?
        var steps: [Int] = []
    }

    static let cases: [Case] = [
        Case(kind: "StatefulSet", annotations: ["strategy": "ramped"]),
        Case(kind: "StatefulSet", annotations: ["strategy": "ramped", "gate": "manual"], steps: [5, 25, 50]),
        Case(kind: "DaemonSet", annotations: ["strategy": "ramped", "steps": "10% 1m, 60% 1m"], steps: [10, 60]),
        Case(kind: "StatefulSet", annotations: ["strategy": "canary"], refusal: "use \"ramped\""),
        Case(kind: "DaemonSet", annotations: ["strategy": "blue-green"], refusal: "use \"ramped\""),
        Case(kind: "DaemonSet", annotations: ["strategy": "recreate"], refusal: "use \"ramped\""),
        Case(kind: "StatefulSet", annotations: ["strategy": "ramped", "steps": "10% 1m"], strategy: ["type": "OnDelete"], refusal: "OnDelete"),
        Case(
            kind: "StatefulSet", annotations: ["strategy": "ramped", "steps": "10% 1m"], strategy: ["rollingUpdate": ["partition": 2]],
            refusal: "partition: 2"),
        Case(kind: "DaemonSet", annotations: ["strategy": "ramped", "steps": "10% 1m"], strategy: ["type": "OnDelete"], steps: [10]),
        Case(
            kind: "DaemonSet", annotations: ["strategy": "ramped", "steps": "10% 1m"], strategy: ["rollingUpdate": ["maxSurge": 1]],
            refusal: "maxSurge"),
        Case(kind: "CronJob", annotations: ["strategy": "ramped"], refusal: "only Deployments, StatefulSets and DaemonSets"),
    ]

    @Test(arguments: cases) func whatIsAskedFor(_ item: Case) throws {
        var annotations: Mapping = [:]
        for (name, value) in item.annotations { annotations["martlet.dev/\(name)"] = .string(value) }
        let object = try #require(
            Object([
                "apiVersion": item.kind == "CronJob" ? "batch/v1" : "apps/v1", "kind": .string(item.kind),
                "metadata": ["name": "store", "namespace": "shop", "annotations": .mapping(annotations)],
                "spec": ["updateStrategy": item.strategy, "template": [:]],
            ]))
        do {
            let spec = try RolloutSpec.of(object, try policy(of: object))
            #expect(item.refusal == nil, "\(item)")
            let steps = (spec?.steps ?? []).map { if case .weight(let percent) = $0.exposure { percent } else { -1 } }
            #expect(steps == item.steps, "\(item)")
        } catch let error as RolloutError {
            #expect(item.refusal.map { "\(error)".contains($0) } == true, "\(error)")
        }
    }
}
