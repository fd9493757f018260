import Basics
import Document
import Kubernetes
import Testing

@testable import Rollout

/// Routes go back to the user's Service only where requests would find somebody behind it.
@Suite struct ReachTests {
    static let cases: [(String, Bool)] = [
        ("[{addresses: [{targetRef: {kind: Pod, name: next-1}}]}]", true),
        ("[{addresses: [{targetRef: {kind: Pod, name: next-1}}, {targetRef: {kind: Pod, name: old-1}}]}]", true),
        ("[{addresses: [{targetRef: {kind: Pod, name: next-1}}, {targetRef: {kind: Pod, name: old-gone}}]}]", false),
        ("[{addresses: [{targetRef: {kind: Pod, name: next-1}}]}, {addresses: [{targetRef: {kind: Pod, name: old-going}}]}]", false),
        ("[{addresses: [{targetRef: {kind: Pod, name: old-1}}]}]", false),
        ("[{notReadyAddresses: [{targetRef: {kind: Pod, name: next-1}}]}]", false),
        ("[]", false), ("null", false),
    ]

    @Test(arguments: cases) func endpointsOfPodsThatAreGoneAreWaitedFor(_ subsets: String, _ isReached: Bool) throws {
        func pod(_ name: String, _ hash: String, _ more: String = "") throws -> Object {
            try #require(
                Object(
                    try YAML.parse("{apiVersion: v1, kind: Pod, metadata: {name: \(name), labels: {pod-template-hash: \(hash)}\(more)}}")))
        }
        let endpoints = try #require(
            Object(try YAML.parse("{apiVersion: v1, kind: Endpoints, metadata: {name: web}, subsets: \(subsets)}")))
        let deployment = try #require(Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"]]))
        let view = RolloutView(
            workload: deployment, replicaSets: [],
            pods: [
                try pod("next-1", "new"), try pod("old-1", "old"),
                try pod("old-going", "old", ", deletionTimestamp: '2026-01-01T00:00:00Z'"),
            ],
            endpoints: ["web": endpoints])
        let state = RolloutState(
            id: "1", since: Timestamp(milliseconds: 0), template: "", stableHash: "old", candidateHash: "new", revision: "", size: 1)
        let seen = view.observation(state, now: Timestamp(milliseconds: 0), newID: "2", template: "", services: ["web"], nextArms: [])
        #expect(seen.reach.services == isReached)
    }
}
