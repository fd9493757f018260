internal import Cluster
internal import Document
internal import Kubernetes

/// What Kubernetes' controllers do with a candidate ReplicaSet. Seen on the controller
/// managers of 1.20 and 1.36; each must hold on the embedded cluster and on a real one.
package enum CandidateFact: String, Sendable, CaseIterable {
    /// One merge patch takes the Deployment out of its controller's hands, and no pod goes.
    case pausingRollsNothing
    /// Server-side apply cannot do that: nobody owns the defaulted `rollingUpdate`.
    case applyCannotChangeTheStrategy
    /// Both sets keep whatever sizes they are given.
    case sizesStayPut
    /// A set with the mark is taken for the end of a rollout: the candidate goes to 0.
    case aMarkedStableSetEndsTheCandidate
    /// Another number of replicas in the Deployment is nobody's business but ours.
    case replicasOfTheDeploymentAreNotFollowed
    /// While one set alone has pods the controller scales it, and marks it again.
    case aLoneSetFollowsTheDeployment
    /// The candidate's pods are the pods that stay.
    case promotionAdoptsTheCandidate
    /// The template was never changed, so nothing rolls.
    case abortLeavesTheStableSet
    /// A candidate without pods is history, and history is cut.
    case anEmptyCandidateIsCleanedUp
    /// What kills us after the first write of a promotion leaves both sets as they are.
    case aPromotionStopsSafelyHalfway

    package func check(on stage: CandidateStage) async throws {
        switch self {
        case .pausingRollsNothing: try await stage.pausingRollsNothing()
        case .applyCannotChangeTheStrategy: try await stage.applyCannotChangeTheStrategy()
        case .sizesStayPut: try await stage.sizesStayPut()
        case .aMarkedStableSetEndsTheCandidate: try await stage.aMarkedStableSetEndsTheCandidate()
        case .replicasOfTheDeploymentAreNotFollowed: try await stage.replicasOfTheDeploymentAreNotFollowed()
        case .aLoneSetFollowsTheDeployment: try await stage.aLoneSetFollowsTheDeployment()
        case .promotionAdoptsTheCandidate: try await stage.promotionAdoptsTheCandidate()
        case .abortLeavesTheStableSet: try await stage.abortLeavesTheStableSet()
        case .anEmptyCandidateIsCleanedUp: try await stage.anEmptyCandidateIsCleanedUp()
        case .aPromotionStopsSafelyHalfway: try await stage.aPromotionStopsSafelyHalfway()
        }
    }
}

extension CandidateStage {
    private static let candidate = "web-candidate1"

    /// Version 1 on all pods, held, and version 2 beside it.
    private func begin(replicas: Int, candidate: Int, historyLimit: Int? = nil) async throws -> (stable: String, pods: Set<String>) {
        try await deploy("web:1", replicas: replicas, historyLimit: historyLimit)
        let stable = try await stable().name
        let pods = try await pods("web:1")
        try await pause()
        try await unmark(stable)
        try await createCandidate(manifest("web:2", replicas: replicas, historyLimit: historyLimit), replicas: candidate)
        return (stable, pods)
    }

    fileprivate func pausingRollsNothing() async throws {
        try await deploy("web:1", replicas: 3)
        let before = try await pods("web:1")
        try await pause()
        let stable = try await stable().name
        try await holds([stable: 3])
        let strategy = try await deployment().value[path: "spec", "strategy"]
        try await require(strategy == ["type": "Recreate"], "the strategy is not Recreate alone")
        try await require(self.pods("web:1") == before, "pods were replaced")
    }

    fileprivate func applyCannotChangeTheStrategy() async throws {
        try await deploy("web:1", replicas: 1)
        let held = try manifest("web:1", replicas: 1, held: true)
        do {
            _ = try await client.apply(deployments(), held, fieldManager: manager, force: true)
        } catch {
            return try await require((error as? ClusterError)?.reason == .invalid, "refused for another reason: \(error)")
        }
        try await require(false, "an apply changed the strategy")
    }

    fileprivate func sizesStayPut() async throws {
        let (stable, pods) = try await begin(replicas: 3, candidate: 1)
        try await holds([stable: 3, Self.candidate: 1])
        try await require(self.pods("web:1") == pods, "pods were replaced")
        try await scale(stable, to: 1)
        try await scale(Self.candidate, to: 2)
        try await holds([stable: 1, Self.candidate: 2])
        try await scale(Self.candidate, to: 5)
        try await scale(stable, to: 5)
        try await holds([stable: 5, Self.candidate: 5])
        try await scale(Self.candidate, to: 3)
        try await scale(stable, to: 3)
        try await holds([stable: 3, Self.candidate: 3])
    }

    fileprivate func aMarkedStableSetEndsTheCandidate() async throws {
        try await deploy("web:1", replicas: 3)
        let stable = try await stable()
        try await require(stable.annotation(Self.mark) == "3", "the controller did not mark its set")
        try await pause()
        try await createCandidate(manifest("web:2", replicas: 3), replicas: 1)
        try await eventually("a candidate at 0") { try await replicaSet(Self.candidate).value[path: "spec", "replicas"] == 0 }
        // Without the mark it may have pods again.
        try await unmark(stable.name)
        try await scale(Self.candidate, to: 1)
        try await holds([stable.name: 3, Self.candidate: 1])
    }

    fileprivate func replicasOfTheDeploymentAreNotFollowed() async throws {
        let (stable, _) = try await begin(replicas: 3, candidate: 1)
        try await holds([stable: 3, Self.candidate: 1])
        for replicas: Int64 in [5, 2] {
            try await patch(["spec": ["replicas": .int(replicas)]])
            try await holds([stable: 3, Self.candidate: 1])
        }
    }

    fileprivate func aLoneSetFollowsTheDeployment() async throws {
        let (stable, _) = try await begin(replicas: 3, candidate: 1)
        try await holds([stable: 3, Self.candidate: 1])
        try await scale(Self.candidate, to: 0)
        try await eventually("a candidate without pods") { try await pods("web:2").isEmpty }
        try await patch(["spec": ["replicas": 2]])
        try await eventually("the stable set at 2, marked again") {
            let set = try await replicaSet(stable)
            return set.value[path: "spec", "replicas"] == 2 && set.annotation(Self.mark) == "2"
        }
        // The mark is back: the candidate can not leave 0 before it is gone.
        try await scale(Self.candidate, to: 1)
        try await eventually("a candidate at 0 again") { try await replicaSet(Self.candidate).value[path: "spec", "replicas"] == 0 }
    }

    /// To the moment before the first write of a promotion.
    private func beginPromotion() async throws -> (stable: String, pods: Set<String>) {
        let (stable, _) = try await begin(replicas: 5, candidate: 5)
        try await holds([stable: 5, Self.candidate: 5])
        return (stable, try await pods("web:2"))
    }

    fileprivate func aPromotionStopsSafelyHalfway() async throws {
        let (stable, pods) = try await beginPromotion()
        try await apply(manifest("web:2", replicas: 5, held: true))
        try await holds([stable: 5, Self.candidate: 5])
        // The controller has found its set: the history's next.
        try await eventually("the candidate as revision 2") {
            try await replicaSet(Self.candidate).annotation("deployment.kubernetes.io/revision") == "2"
        }
        try await require(self.pods("web:2") == pods, "pods of the candidate were replaced")
    }

    fileprivate func promotionAdoptsTheCandidate() async throws {
        let (stable, pods) = try await beginPromotion()
        try await apply(manifest("web:2", replicas: 5, held: true))
        try await resume()
        try await rolledOut("web:2")
        try await require(self.pods("web:2") == pods, "pods of the candidate were replaced")
        let sizes = Dictionary(uniqueKeysWithValues: try await sets().map { ($0.name, $0.value[path: "spec", "replicas"]?.int ?? -1) })
        try await require(sizes == [stable: 0, Self.candidate: 5], "the sets are \(sizes)")
        try await require(deployment().annotation("deployment.kubernetes.io/revision") == "2", "it is not revision 2")
        // Git's manifest as it is, a change of the size and a rolling update of the native kind.
        try await deploy("web:2", replicas: 5)
        try await require(self.pods("web:2") == pods, "git's own manifest replaced pods")
        try await require(deployment().value[path: "spec", "paused"]?.bool != true, "it is still paused")
        try await deploy("web:2", replicas: 4)
        try await require(self.pods("web:2").isSubset(of: pods), "scaling replaced pods")
        try await deploy("web:3", replicas: 4)
        try await require(deployment().annotation("deployment.kubernetes.io/revision") == "3", "it is not revision 3")
    }

    fileprivate func abortLeavesTheStableSet() async throws {
        let (stable, pods) = try await begin(replicas: 3, candidate: 2)
        try await holds([stable: 3, Self.candidate: 2])
        try await delete(Self.candidate)
        try await resume()
        try await eventually("no pod of the candidate") { try await self.pods("web:2").isEmpty }
        try await rolledOut("web:1")
        try await holds([stable: 3])
        try await require(sets().count == 1, "a set is left over")
        try await require(self.pods("web:1") == pods, "pods were replaced")
        try await require(deployment().annotation("deployment.kubernetes.io/revision") == "1", "there is a new revision")
    }

    fileprivate func anEmptyCandidateIsCleanedUp() async throws {
        let (stable, _) = try await begin(replicas: 2, candidate: 1, historyLimit: 0)
        try await holds([stable: 2, Self.candidate: 1])
        try await scale(Self.candidate, to: 0)
        try await eventually("no candidate") { try await sets().map(\.name) == [stable] }
    }
}
