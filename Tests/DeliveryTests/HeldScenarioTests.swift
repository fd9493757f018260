import Basics
import Delivery
import Rollout
import Scenarios
import Testing

/// What else happens while a workload is held, on the embedded cluster, with the loop in this process.
@Suite struct HeldScenarioTests {
    private var times: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick, times.progress) = (.milliseconds(300), .milliseconds(300), .seconds(1), .seconds(8))
        return times
    }

    @Test(.timeLimit(.minutes(10)), arguments: HeldScenario.allCases)
    func embedded(_ scenario: HeldScenario) async throws {
        try await EmbeddedWorld.run(times: times) { try await scenario.run(in: $0.world) }
    }

    @Test(.timeLimit(.minutes(10)), arguments: RevertScenario.allCases)
    func revertIsTriedAgain(_ scenario: RevertScenario) async throws {
        let tries = Locked(0)
        let releases = Locked<[RejectedRelease]>([])
        try await EmbeddedWorld.run(times: times) { world in
            let loop = world.operator(revert: { release in
                releases.withLock { $0.append(release) }
                let count = tries.withLock { count in
                    count += 1
                    return count
                }
                if count == 1 { throw RevertScenario.Away() }
                return "abc1234"
            })
            try await scenario.run(in: World(client: world.client, repository: world.repository, operator: loop)) { tries.withLock { $0 } }
        }
        // The version that ran is on record.
        #expect(releases.withLock { $0 }.allSatisfy { $0.previousCommit.count == 40 && $0.previousCommit != $0.commit })
    }
}
