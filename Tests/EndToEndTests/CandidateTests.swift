import TestKit
import Testing

/// Progressive delivery stands on these; Kubernetes' own controllers must do the same as the embedded ones.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct CandidateTests {
    @Test(.timeLimit(.minutes(10))) func realControllersDoTheSame() async throws {
        try await withControlPlane { _, client in
            for (index, fact) in CandidateFact.allCases.enumerated() {
                do {
                    try await fact.check(on: CandidateStage(client: client, namespace: "candidate-\(index)", patience: .seconds(2)))
                } catch {
                    Issue.record("\(fact): \(error)")
                }
            }
        }
    }
}
