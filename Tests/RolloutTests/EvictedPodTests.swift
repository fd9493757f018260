import Document
import Kubernetes
import Testing

@testable import Rollout

/// What is left of an evicted pod says nothing of the version that it was of.
@Suite struct EvictedPodTests {
    @Test(arguments: [("Failed", false), ("Succeeded", false), ("Pending", true)]) func remains(_ phase: String, _ isTrouble: Bool) throws {
        let pod = try #require(
            Object([
                "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "web-1", "namespace": "shop"],
                "status": [
                    "phase": .string(phase), "reason": "Evicted", "message": "The node was low on resource: ephemeral-storage",
                    "containerStatuses": [["name": "web", "state": ["waiting": ["reason": "CrashLoopBackOff"]]]],
                ],
            ]))
        let workload = try #require(Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"]]))
        let view = RolloutView(workload: workload, replicaSets: [], pods: [pod])
        #expect((view.trouble(pod) != nil) == isTrouble)
    }
}
