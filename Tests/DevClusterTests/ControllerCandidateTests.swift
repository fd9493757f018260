import Basics
import TestKit
import Testing

@testable import DevCluster

extension ClusterScenarios {
    /// The embedded controllers do with a candidate ReplicaSet what the real ones do; `make e2e` asks those the same.
    @Suite struct ControllerCandidateTests {
        @Test(arguments: CandidateFact.allCases)
        func holds(_ fact: CandidateFact) async throws {
            try await Scenario.run { scenario in
                try await fact.check(on: CandidateStage(client: scenario.client, namespace: "shop", patience: .milliseconds(60)))
            }
        }
    }
}
