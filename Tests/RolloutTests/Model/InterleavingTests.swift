import Basics
import DevCluster
import Document
import Kubernetes
import TestKit
import Testing
@testable import Rollout

/// Random interleavings, each replayable from its seed: the invariants hold at every
/// write, and the rollout ends once nothing disturbs it any more.
@Suite("Model: interleavings")
struct InterleavingTests {
    struct Case: Sendable, CustomStringConvertible {
        var setup: ModelSetup
        var seed: UInt64
        var hasMeddlers: Bool
        var steps = 210

        var description: String { "\(setup), seed \(seed)\(hasMeddlers ? ", with meddlers" : "")" }
    }

    /// How many seeds of each way of releasing: eight, or as `MARTLET_SEEDS` says for a long look, such as `8-60`.
    static let seeds: Range<Int> = {
        let ends = (Subprocess.environment["MARTLET_SEEDS"] ?? "0-8").split(separator: "-").compactMap { Int($0) }
        return (ends.first ?? 0)..<max((ends.first ?? 0) + 1, ends.last ?? 8)
    }()

    static let cases: [Case] = ModelSetup.all.enumerated().flatMap { index, setup in
        seeds.map { Case(setup: setup, seed: UInt64(index * 100 + $0), hasMeddlers: $0 % 2 == 1) }
    }

    @Test func thereAreTenThousandSteps() { #expect(Subprocess.environment["MARTLET_SEEDS"] != nil || Self.cases.reduce(0) { $0 + $1.steps } >= 10_000) }

    @Test(arguments: cases)
    func invariantsHold(_ test: Case) throws {
        var setup = test.setup
        setup.size = 2 + Int(test.seed % 3)
        // Every other one waits for a person, or for nobody after a while.
        if test.seed % 4 >= 2 { setup.spec.gate = Gate(limit: .seconds(300), expiry: test.seed % 8 >= 4 ? .reject : .promote) }
        if test.seed % 3 == 0 { setup.spec.onFailure = .pause }
        if test.seed % 3 == 1 { setup.spec.onFailure = .revert }
        let world = ModelWorld.running(setup)
        world.behaviors = ["shop:v4": .crashing, "shop:v5": .neverReady]
        var disturbance = Disturbance(seed: test.seed, hasMeddlers: test.hasMeddlers)
        world.commit("shop:v2")
        for _ in 0..<test.steps where world.invariants.violations.isEmpty { disturbance.step(world) }
        try #require(world.invariants.violations == [], "\(test)")

        // Peace: people let go, pods recover, the metrics server is back.
        world.log("\(world.clock) PEACE")
        world.verdicts = world.verdicts.mapValues { $0 == .unavailable ? .pass : $0 }
        world.skew = .zero
        if (world.deployment?.int("spec", "replicas") ?? 0) == 0 { try? world.patch(ModelSetup.workload, ["spec": ["replicas": 2]], by: .person) }
        // A version that cannot run and was applied without a rollout stays until somebody mends it.
        if world.behaviors[world.git.image] != nil { world.commit("shop:v6") }
        if world.state?.pausedAt != nil { world.request(.promote, "peace") }
        if test.hasMeddlers, world.state == nil {
            world.giveBack()
            world.unstick()
        }
        var end = try world.run(ModelDaemon(world: world), limit: .seconds(14_400))
        if !end, world.state?.pausedAt != nil {
            // Evidence has paused it again: a person decides.
            world.request(.abort, "decided")
            end = try world.run(ModelDaemon(world: world), limit: .seconds(14_400))
        }
        #expect(end, "\(test): it ends: \(world.state?.text ?? "")")
        world.comeToRest()
        #expect(world.invariants.violations == [], "\(test)")
    }
}
