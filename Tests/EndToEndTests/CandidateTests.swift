import TestKit
import Testing

/// Progressive delivery stands on these; Kubernetes' own controllers must do the same as the embedded ones.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct CandidateTests {
    @Test(.timeLimit(.minutes(10))) func realControllersDoTheSame() async throws {
        try await withControlPlane { _, client in
            await sideBySide(CandidateFact.allCases) { fact in
                let namespace = "candidate-\(fact)".lowercased()
                try await fact.check(on: CandidateStage(client: client, namespace: namespace, patience: .seconds(2)))
            }
        }
    }
}
