import Basics
import Kubernetes
import Testing
@testable import Rollout

/// The stable version will never be ready again while the new one is taken back: requests go where pods are, and there
/// is a way out.
@Suite("Model: stranded")
struct StrandedTests {
    enum Help: String, CaseIterable, Sendable {
        case recovery, promotion, commit, formerVersion
    }

    static let cases = ModelSetup.all.flatMap { setup in Help.allCases.map { (setup, $0) } }

    @Test(arguments: cases)
    func endsWhereHelpLeads(_ setup: ModelSetup, _ help: Help) throws {
        let world = ModelWorld.running(setup)
        let daemon = ModelDaemon(world: world)
        world.commit("shop:v2")
        let last = setup.spec.steps.count - 1
        #expect(try world.run(daemon, until: { world.state?.phase == .analysing && world.state?.step == last }))
        world.behaviors["shop:v1"] = .crashing
        for pod in world.pods where pod.image == "shop:v1" { world.fail(pod) }
        world.settle()
        world.request(.abort, "a1")
        // Copies and previews have no users: there the way back is gone at once, and nothing is lost by it.
        let hasUsers = setup.mode == .replicas || ![.mirror, .preview].contains { setup.spec.steps[last].exposure.isLike($0) }
        _ = try world.run(daemon, limit: .seconds(3600), until: { !hasUsers && world.state?.phase == .rejected })
        if hasUsers {
            #expect(world.state?.aborting == .stranded)
            #expect(world.told.count { $0 == "RolloutStranded" } == 1)
            #expect(world.served == ["shop:v2"])
        }
        switch help {
        case .recovery:
            world.behaviors = [:]
            for pod in world.pods where pod.image == "shop:v1" { world.setReady(pod.key, pod.uid, true, by: .kubelet) }
        case .promotion: world.request(hasUsers ? .promote : .retry, "p1")
        case .commit: world.commit("shop:v3")
        case .formerVersion: world.commit("shop:v1")
        }
        if help == .formerVersion || (help == .promotion && !hasUsers) {
            _ = try world.run(daemon, limit: .seconds(7200))
            world.behaviors = [:]
            for pod in world.pods where pod.image == "shop:v1" { world.setReady(pod.key, pod.uid, true, by: .kubelet) }
        }
        #expect(try world.run(daemon))
        world.comeToRest()
        #expect(world.invariants.violations == [])
        let image = ["recovery": "shop:v1", "promotion": "shop:v2", "commit": "shop:v3", "formerVersion": "shop:v1"][help.rawValue]
        #expect(world.outcome.sets == ["\(image ?? "") 4"])
    }
}

extension Exposure {
    fileprivate enum Kind { case preview, mirror }

    fileprivate func isLike(_ kind: Kind) -> Bool {
        switch self {
        case .preview: kind == .preview
        case .mirror: kind == .mirror
        case .weight, .matching: false
        }
    }
}

extension ModelWorld {
    /// Images of the pods that requests reach.
    fileprivate var served: Set<String> {
        Set(backends.filter { $0.kind != "mirror" }.flatMap { reachable($0.name) }.compactMap { name in pods.first { $0.name == name }?.image })
    }
}
