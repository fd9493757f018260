import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

@Suite struct ControllerDeploymentTests {
    /// A Deployment and its sets: sizes, and how many pods of each are available.
    private struct Case {
        var replicas = 10
        var strategy = "{type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}"
        var paused = false
        var new: (size: Int, available: Int)?
        var olds: [(size: Int, available: Int)] = []
        /// What was wanted when the sets were last scaled; nil: no annotation.
        var desired: Int?

        func decide(_ change: (inout Object) -> Void = { _ in }) throws -> Decision {
            var deployment = try object(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, generation: 2}
                spec:
                  replicas: \(replicas)
                  paused: \(paused)
                  strategy: \(strategy)
                  selector: {matchLabels: {app: web}}
                  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:new"}]}}
                """)
            change(&deployment)
            var objects = [deployment]
            func set(_ name: String, _ image: String, _ size: (size: Int, available: Int), revision: Int) throws -> Object {
                var set = try object(
                    """
                    apiVersion: apps/v1
                    kind: ReplicaSet
                    metadata: {name: \(name), generation: 1, labels: {app: web, pod-template-hash: \(name)}}
                    spec:
                      replicas: \(size.size)
                      selector: {matchLabels: {app: web, pod-template-hash: \(name)}}
                      template: {metadata: {labels: {app: web, pod-template-hash: \(name)}}, spec: {containers: [{name: web, image: "\(image)"}]}}
                    status: {replicas: \(size.size), readyReplicas: \(size.available), availableReplicas: \(size.available), observedGeneration: 1}
                    """, age: Int64(1000 - revision))
                if let desired { set.setAnnotations(desired: desired, most: desired + (desired + 3) / 4) }
                var annotations = set.annotations
                annotations["deployment.kubernetes.io/revision"] = .string(String(revision))
                set.annotations = annotations
                return set.adopted(by: deployment)
            }
            for (index, old) in olds.enumerated() { objects.append(try set("old\(index + 1)", "web:\(index + 1)", old, revision: index + 1)) }
            if let new { objects.append(try set("new", "web:new", new, revision: olds.count + 1)) }
            return DeploymentController().reconcile(deployment.key, in: Situation(Observed(objects), now: noon))
        }
    }

    /// The sets that get another size.
    private func sizes(_ current: Case) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for set in try current.decide().updates {
            let before = set.name == "new" ? current.new?.size : Int(set.name.dropFirst(3)).map { current.olds[$0 - 1].size }
            if before != set.replicas { sizes[set.name] = set.replicas }
        }
        return sizes
    }

    @Test func theFirstSetIsMadeWhole() throws {
        let decision = try Case().decide()
        let set = try #require(decision.creates.first)
        #expect(set.replicas == 10)
        let hash = try #require(set.label("pod-template-hash"))
        #expect(set.name == "web-\(hash)")
        #expect(set.mapping("spec", "selector", "matchLabels")["pod-template-hash"] == .string(hash))
        #expect(set.annotation("deployment.kubernetes.io/desired-replicas") == "10")
        #expect(set.annotation("deployment.kubernetes.io/max-replicas") == "13")
        #expect(set.annotation("deployment.kubernetes.io/revision") == "1")
        let status = try #require(decision.status)
        #expect(status.condition("Progressing")?.reason == "NewReplicaSetCreated")
        #expect(status.condition("Available")?.reason == "MinimumReplicasUnavailable")
        #expect(status.int("status", "observedGeneration") == 2)
    }

    /// Ten replicas, a surge of three and two unavailable, all the way.
    @Test func aRollingUpdateStepByStep() throws {
        var new = (size: 3, available: 0), old = (size: 10, available: 10)
        var steps: [[Int]] = []
        for _ in 0..<40 {
            let sizes = try sizes(Case(new: new, olds: [old], desired: 10))
            if sizes["new"] == nil, sizes["old1"] == nil {
                if new.available == new.size, old.available == old.size { break }
                // Nothing to decide: the pods catch up.
                new.available = new.size
                old.available = old.size
                continue
            }
            new.size = sizes["new"] ?? new.size
            old.size = sizes["old1"] ?? old.size
            old.available = min(old.available, old.size)
            #expect(new.size + old.size <= 13)
            #expect(new.available + old.available >= 8)
            steps.append([new.size, old.size])
        }
        #expect(steps.first == [3, 8])
        #expect(steps.last == [10, 0])
        #expect(steps.count < 12)
    }

    @Test func unavailableOldPodsGoFirst() throws {
        // Nothing of the new is up, but the broken old pods serve nobody either.
        #expect(try sizes(Case(replicas: 4, new: (1, 0), olds: [(4, 2)], desired: 4)) == ["old1": 3])
        #expect(try sizes(Case(replicas: 4, new: (2, 0), olds: [(3, 3)], desired: 4)) == [:])
    }

    /// Five pods are said to be available, but one of them is about to go already.
    @Test func aStatusThatIsLateTakesNoPodTooMany() throws {
        let strategy = "{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}"
        #expect(try sizes(Case(replicas: 4, strategy: strategy, new: (2, 1), olds: [(3, 4)], desired: 4)) == ["old1": 2])
    }

    @Test(arguments: [
        // From 10 to another number in the middle of a rollout: shares, what is left over to the largest.
        (20, 5, 8, ["new": 10, "old1": 15]), (5, 5, 8, ["new": 3, "old1": 4]), (0, 5, 8, ["new": 0, "old1": 0]),
    ])
    func scalingInTheMiddleKeepsProportions(replicas: Int, new: Int, old: Int, expected: [String: Int]) throws {
        #expect(try sizes(Case(replicas: replicas, new: (new, new), olds: [(old, old)], desired: 10)) == expected)
    }

    @Test func aLoneSetFollowsTheDeployment() throws {
        #expect(try sizes(Case(replicas: 4, paused: true, new: (3, 3), desired: 3)) == ["new": 4])
        #expect(try sizes(Case(replicas: 4, paused: true, new: (0, 0), olds: [(3, 3)])) == ["old1": 4])
    }

    /// Two sets of a paused Deployment: left alone without the annotation, or taken for a finished rollout with it.
    @Test func aPausedDeploymentWithTwoSets() throws {
        let recreate = "{type: Recreate}"
        #expect(try sizes(Case(replicas: 3, strategy: recreate, paused: true, new: (3, 3), olds: [(1, 1)])) == [:])
        #expect(try sizes(Case(replicas: 3, strategy: recreate, paused: true, new: (1, 1), olds: [(2, 2)])) == [:])
        #expect(try sizes(Case(replicas: 3, strategy: recreate, paused: true, new: (3, 3), olds: [(1, 1)], desired: 3)) == ["old1": 0])
    }

    @Test func recreateWaitsForTheLastPod() throws {
        let recreate = "{type: Recreate}"
        #expect(try sizes(Case(replicas: 2, strategy: recreate, olds: [(2, 2)], desired: 2)) == ["old1": 0])
        #expect(try Case(replicas: 2, strategy: recreate, olds: [(0, 0)], desired: 2).decide().creates.map(\.replicas) == [2])
    }

    @Test func historyIsCutAtItsLimit() throws {
        let decision = try Case(replicas: 1, new: (1, 1), olds: [(0, 0), (0, 0), (0, 0)], desired: 1).decide { deployment in
            deployment.value[path: "spec", "revisionHistoryLimit"] = 1
            deployment.value["status"] = ["replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "observedGeneration": 2]
        }
        #expect(decision.deletes == ["old1", "old2"])
    }

    @Test(arguments: [
        ("ReplicaSetUpdated", -700, 0, "ProgressDeadlineExceeded"), ("ReplicaSetUpdated", -500, 0, "ReplicaSetUpdated"),
        ("ReplicaSetUpdated", -700, 1, "ReplicaSetUpdated"), ("NewReplicaSetAvailable", -7000, 0, "NewReplicaSetAvailable"),
        ("ProgressDeadlineExceeded", -10, 0, "ProgressDeadlineExceeded"),
        ("ProgressDeadlineExceeded", -10, 2, "NewReplicaSetAvailable"),
    ])
    func progressIsJudged(reason: String, updated: Int64, available: Int, expected: String) throws {
        let status = reason == "ProgressDeadlineExceeded" ? "False" : "True"
        let decision = try Case(replicas: 2, new: (2, available), desired: 2).decide { deployment in
            deployment.value["status"] = [
                "replicas": 2, "updatedReplicas": 2,
                "conditions": [[
                    "type": "Progressing", "status": .string(status), "reason": .string(reason),
                    "lastUpdateTime": .string(noon.after(updated).description), "lastTransitionTime": .string(noon.after(updated).description),
                ]],
            ]
        }
        #expect(decision.status?.condition("Progressing")?.reason == expected)
    }

    @Test func aStandstillWakesAtItsDeadline() throws {
        let decision = try Case(replicas: 2, new: (2, 0), desired: 2).decide { deployment in
            deployment.value["status"] = [
                "replicas": 2, "updatedReplicas": 2,
                "conditions": [[
                    "type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated",
                    "lastUpdateTime": .string(noon.after(-100).description), "lastTransitionTime": .string(noon.after(-100).description),
                ]],
            ]
        }
        #expect(decision.again == .seconds(501))
    }

    @Test(arguments: [
        (10, "25%", "25%", 3, 2), (10, "0", "0", 0, 1), (3, "25%", "25%", 1, 0), (1, "25%", "25%", 1, 0), (4, "0", "100%", 0, 4),
        (3, "2", "5", 2, 3), (0, "1", "1", 1, 0),
    ])
    func limitsRoundForAvailability(replicas: Int, surge: String, unavailable: String, most: Int, down: Int) throws {
        func quoted(_ text: String) -> String { text.hasSuffix("%") ? "'\(text)'" : text }
        let spec = DeploymentSpec(
            try object(
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: \(replicas), strategy: {rollingUpdate: {maxSurge: \(quoted(surge)), maxUnavailable: \(quoted(unavailable))}}}}"
            ))
        #expect(spec.maxSurge == most)
        #expect(spec.maxUnavailable == down)
    }

    @Test func aTakenNameMakesACollision() throws {
        let first = try #require(try Case().decide().creates.first)
        var foreign = first
        foreign.value[path: "metadata", "ownerReferences"] = nil
        foreign.value[path: "metadata", "uid"] = "foreign"
        foreign.labels = ["app": "other"]
        let deployment = try object(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, generation: 2}
            spec:
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:new"}]}}
            """)
        let decision = DeploymentController().reconcile(deployment.key, in: Situation(Observed([deployment, foreign]), now: noon))
        let counted = try #require(decision.status)
        #expect(decision.creates.isEmpty && counted.int("status", "collisionCount") == 1 && decision.again != nil)
        let next = DeploymentController().reconcile(deployment.key, in: Situation(Observed([counted, foreign]), now: noon))
        #expect(next.creates.first.map { $0.name != first.name } == true)
    }
}
