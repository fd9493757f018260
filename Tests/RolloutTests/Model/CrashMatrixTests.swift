import Basics
import Kubernetes
import Testing
@testable import Rollout

/// What happens while the killed process is away.
enum Aftermath: String, CaseIterable, Sendable, CustomStringConvertible {
    /// Nothing.
    case forward
    /// A person asks for the way back.
    case abort
    /// The evidence turns against the new version.
    case rollback
    /// Git has a newer version.
    case superseded

    var description: String { rawValue }

    func happen(in world: ModelWorld) {
        switch self {
        case .forward: break
        case .abort: world.request(.abort, "a1")
        case .rollback: world.verdicts["shop:v2"] = .fail
        case .superseded: world.commit("shop:v3")
        }
    }
}

/// SIGKILL at each of 16 points of a rollout × three strategies × what happens meanwhile: the end is the
/// same as without, and the invariants hold at every write on the way.
@Suite("Model: crash matrix")
struct CrashMatrixTests {
    struct Case: Sendable, CustomStringConvertible {
        var setup: ModelSetup
        var point: CrashPoint
        var aftermath: Aftermath

        var description: String { "\(setup) killed at \(point), \(aftermath)" }
    }

    static let cases: [Case] = ModelSetup.three.flatMap { setup in
        CrashPoint.allCases.flatMap { point in Aftermath.allCases.map { Case(setup: setup, point: point, aftermath: $0) } }
    }

    /// The points that a way of releasing does not have: blue-green makes its candidate at full size at once, and
    /// without routes there is no other patch of the traffic than the sizes of the sets.
    static func has(_ setup: ModelSetup, _ point: CrashPoint) -> Bool {
        switch point {
        case .scaled: setup.spec.strategy != .blueGreen
        case .trafficPatchSent: setup.mode != .replicas
        default: true
        }
    }

    @Test func thereAre192() { #expect(Self.cases.count == 192) }

    @Test(arguments: cases)
    func sameEnd(_ test: Case) throws {
        guard let (killed, whole) = Self.ways[test.setup.name]?[test.point] else {
            #expect(!Self.has(test.setup, test.point), "the point was not met")
            return
        }
        #expect(Self.has(test.setup, test.point), "the point was met where it should not be")
        let (after, without) = (killed.copy, whole.copy)
        for world in [after, without] { test.aftermath.happen(in: world) }
        // As long as a pod takes to be made anew.
        after.advance(by: .seconds(7))
        for world in [after, without] {
            #expect(try world.run(ModelDaemon(world: world)), "it ends in time")
            world.comeToRest()
            #expect(world.invariants.violations == [])
        }
        #expect(after.outcome == without.outcome)
        #expect(after.outcome == expected(test, without))
    }

    /// A moment to go on from; nobody changes what is kept.
    private struct Snapshot: @unchecked Sendable {
        private let world: ModelWorld
        init(_ world: ModelWorld) { self.world = world.copy() }
        var copy: ModelWorld { world.copy() }
    }

    /// The way to each point that is met: as the killed process leaves the cluster, and at the end of the look where it lives on.
    private static let ways: [String: [CrashPoint: (killed: Snapshot, whole: Snapshot)]] = Dictionary(
        uniqueKeysWithValues: ModelSetup.three.map { ($0.name, way($0)) })

    private static func way(_ setup: ModelSetup) -> [CrashPoint: (killed: Snapshot, whole: Snapshot)] {
        var setup = setup
        setup.size = size
        setup.spec.onFailure = .revert
        var met: [CrashPoint: (killed: Snapshot, whole: Snapshot)] = [:]
        // The commit back is only on the way back.
        for isFailing in [false, true] {
            let world = ModelWorld.running(setup)
            if isFailing { world.verdicts["shop:v2"] = .fail }
            world.commit("shop:v2")
            while !world.isAtRest, world.now < Timestamp(milliseconds: 1_795_007_200_000) {
                // The same look is done once to the end, and once more on a copy for each point in it.
                let start = world.copy()
                var points: [CrashPoint] = []
                var daemon = ModelDaemon(world: world)
                daemon.death = { write in
                    points += write.before.union(write.after).filter { met[$0] == nil && ($0 == .commitBackWritten) == isFailing }
                    return nil
                }
                let wake = try? daemon.look()
                for point in points {
                    let killed = start.copy()
                    var daemon = ModelDaemon(world: killed)
                    daemon.death = { write in write.before.contains(point) ? .before : write.after.contains(point) ? .after : nil }
                    _ = try? daemon.look()
                    met[point] = (Snapshot(killed), Snapshot(point == .beforeIntent ? start : world))
                }
                world.settle()
                if !world.isAtRest { world.next(wake ?? nil) }
            }
        }
        return met
    }

    private static let size = 3

    /// What the aftermath means at this point: a person's abort stands, all else ends with what git says.
    private func expected(_ test: Case, _ world: ModelWorld) -> ModelWorld.Outcome {
        let (image, size) = (world.git.image, Self.size)
        guard test.aftermath == .abort, world.told.contains("RolloutRejected") else {
            return .init(image: image, git: image, phase: nil, cause: nil, sets: ["\(image) \(size)"], ready: size)
        }
        return .init(image: "shop:v1", git: "shop:v2", phase: .rejected, cause: .aborted, sets: ["shop:v1 \(size)"], ready: size)
    }
}
