import Basics
import Testing
@testable import Rollout

/// Each way of releasing from the beginning to its end, with nothing in the way.
@Suite("Model: undisturbed")
struct StraightRunTests {
    @Test(arguments: ModelSetup.all)
    func forward(_ setup: ModelSetup) throws {
        let world = ModelWorld.running(setup)
        world.commit("shop:v2")
        #expect(try world.run(ModelDaemon(world: world)))
        world.comeToRest()
        #expect(world.invariants.violations == [])
        #expect(world.outcome == .init(image: "shop:v2", git: "shop:v2", phase: nil, cause: nil, sets: ["shop:v2 4"], ready: 4))
    }

    @Test(arguments: ModelSetup.all)
    func rejected(_ setup: ModelSetup) throws {
        let world = ModelWorld.running(setup)
        world.verdicts["shop:v2"] = .fail
        world.commit("shop:v2")
        #expect(try world.run(ModelDaemon(world: world)))
        world.comeToRest()
        #expect(world.invariants.violations == [])
        #expect(world.outcome == .init(image: "shop:v1", git: "shop:v2", phase: .rejected, cause: .failed, sets: ["shop:v1 4"], ready: 4))
    }
}
