import Basics
import Cluster
import Document
import Kubernetes
import Testing

@testable import DevCluster

extension ClusterScenarios {
    /// Controllers, nodes and API server together, as a user meets them.
    @Suite struct ControllerScenarioTests {
        @Test func aDeploymentBecomesAvailable() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment())
                let deployment = try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let done = try await scenario.wait(.deployment, "web") { $0.condition("Progressing")?.reason == "NewReplicaSetAvailable" }
                #expect(done.condition("Available")?.reason == "MinimumReplicasAvailable")
                #expect(done.annotation("deployment.kubernetes.io/revision") == "1")
                #expect(deployment.int("status", "readyReplicas") == 3)
                let pods = try await scenario.objects(.pod)
                #expect(Set(pods.map(\.nodeName)) == ["node-1", "node-2"])
                #expect(pods.allSatisfy { $0.label("pod-template-hash") != nil && $0.string("status", "podIP") != nil })
                #expect(Set(pods.compactMap { $0.string("status", "podIP") }).count == 3)
                let sets = try await scenario.objects(.replicaSet)
                #expect(sets.count == 1 && sets.first?.annotation("team") == "shop")
            }
        }

        @Test(arguments: [("25%", "25%", 4, 3, 5), ("0", "1", 3, 2, 3), ("1", "0", 3, 3, 4), ("100%", "0", 2, 2, 4)])
        func aRollingUpdateKeepsWithinItsLimits(surge: String, unavailable: String, replicas: Int, least: Int, most: Int) async throws {
            try await Scenario.run { scenario in
                func number(_ text: String) -> String { text.hasSuffix("%") ? "\"\(text)\"" : text }
                let strategy = "  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: \(number(surge)), maxUnavailable: \(number(unavailable))}}"
                try await scenario.create(Scenario.deployment(replicas: replicas, extra: strategy))
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let seen = Locked((least: Int.max, most: 0, states: 0))
                try await scenario.watching(.pod, "app=web") { pods in
                    let ready = pods.filter { $0.isReadyPod && !$0.isBeingDeleted }.count
                    seen.withLock { $0 = (min($0.least, ready), $0.most, $0.states + 1) }
                } while: {
                    // The surge counts what is asked for: an old pod may be a moment late to go.
                    try await scenario.watching(.replicaSet, "app=web") { sets in
                        seen.withLock { $0.most = max($0.most, sets.reduce(0) { $0 + $1.replicas }) }
                    } while: {
                        try await scenario.patch(.deployment, "web", imagePatch("nginx:2"))
                        try await scenario.wait(.deployment, "web") { $0.image == "nginx:2" && $0.isRolledOut }
                    }
                }
                let (fewest, largest, states) = seen.withLock { $0 }
                #expect(fewest >= least)
                #expect(largest <= most)
                #expect(states > replicas)
                #expect(try await scenario.objects(.replicaSet).map(\.replicas).sorted() == [0, replicas])
            }
        }

        @Test func recreateStopsEverythingFirst() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment(extra: "  strategy: {type: Recreate}"))
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let mixed = Locked(false)
                try await scenario.watching(.pod, "app=web") { pods in
                    if Set(pods.compactMap { $0.label("pod-template-hash") }).count > 1 { mixed.withLock { $0 = true } }
                } while: {
                    try await scenario.patch(.deployment, "web", imagePatch("nginx:2"))
                    try await scenario.wait(.deployment, "web") { $0.image == "nginx:2" && $0.isRolledOut }
                }
                #expect(!mixed.withLock { $0 })
            }
        }

        @Test func aPausedDeploymentHoldsItsTemplateAndFollowsItsReplicas() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment())
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                try await scenario.patch(.deployment, "web", ["spec": ["paused": true]])
                try await scenario.wait(.deployment, "web") { $0.condition("Progressing")?.reason == "DeploymentPaused" }
                try await scenario.patch(.deployment, "web", imagePatch("nginx:2"))
                try await scenario.patch(.deployment, "web", ["spec": ["replicas": 5]])
                try await scenario.wait(.deployment, "web") { $0.int("status", "availableReplicas") == 5 }
                let held = try await scenario.objects(.replicaSet)
                #expect(held.map(\.image) == ["nginx:1"] && held.map(\.replicas) == [5])
                try await scenario.patch(.deployment, "web", ["spec": ["paused": false]])
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let done = try await scenario.wait(.deployment, "web") { $0.condition("Progressing")?.reason == "NewReplicaSetAvailable" }
                #expect(done.annotation("deployment.kubernetes.io/revision") == "2")
            }
        }

        @Test func aRollbackTakesTheOldReplicaSetUpAgain() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment(replicas: 1))
                for (index, image) in ["nginx:1", "nginx:2", "nginx:1"].enumerated() {
                    try await scenario.patch(.deployment, "web", imagePatch(image))
                    try await scenario.wait(.deployment, "web") {
                        $0.image == image && $0.isRolledOut && $0.annotation("deployment.kubernetes.io/revision") == "\(index + 1)"
                    }
                }
                let sets = try await scenario.objects(.replicaSet)
                #expect(sets.count == 2)
                let current = try #require(sets.first { $0.replicas == 1 })
                #expect(current.image == "nginx:1")
                #expect(current.annotation("deployment.kubernetes.io/revision-history") == "1")
            }
        }

        @Test func aDeadlineIsTold() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(
                    Scenario.deployment(annotations: "sim.martlet.dev/never-ready: \"true\"", extra: "  progressDeadlineSeconds: 2"))
                let late = try await scenario.wait(.deployment, "web") { $0.condition("Progressing")?.reason == "ProgressDeadlineExceeded" }
                #expect(late.condition("Progressing")?.status == "False")
                #expect(late.condition("Available")?.status == "False")
                #expect(late.int("status", "unavailableReplicas") == 3)
            }
        }

        @Test func minReadySecondsDelayAvailability() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment(replicas: 1, extra: "  minReadySeconds: 5"))
                let done = try await scenario.wait(.deployment, "web") { $0.int("status", "availableReplicas") == 1 }
                let available = try #require(Conditions(of: done).time("Available", "lastTransitionTime"))
                let ready = try #require(try await scenario.objects(.pod).first?.readySince)
                #expect(available.duration(since: ready) >= .seconds(5))
            }
        }

        /// The facts progressive delivery stands on.
        @Test func aCandidateStaysAsItIsAndIsAdopted() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment())
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let stable = try #require(try await scenario.objects(.replicaSet).first)
                // Paused, in one patch with Recreate; and the stable set forgets what was wanted of it.
                try await scenario.patch(
                    .deployment, "web", ["spec": ["paused": true, "strategy": ["type": "Recreate", "rollingUpdate": nil]]])
                try await scenario.patch(
                    .replicaSet, stable.name, ["metadata": ["annotations": ["deployment.kubernetes.io/desired-replicas": nil]]])
                let deployment = try await scenario.wait(.deployment, "web") { $0.condition("Progressing")?.reason == "DeploymentPaused" }
                var candidate = stable
                candidate.value["status"] = nil
                candidate.value["metadata"] = [
                    "name": "web-candidate", "namespace": "default", "labels": ["app": "web", "pod-template-hash": "candidate"],
                    "ownerReferences": [deployment.asController],
                ]
                candidate.value[path: "spec", "selector", "matchLabels", "pod-template-hash"] = "candidate"
                candidate.value[path: "spec", "template", "metadata", "labels", "pod-template-hash"] = "candidate"
                candidate.value[path: "spec", "template", "spec", "containers"] = [
                    ["name": "web", "image": "nginx:2", "ports": [["name": "http", "containerPort": 80]]]
                ]
                candidate.value[path: "spec", "replicas"] = 1
                let replicaSets = try await scenario.client.resource(for: .replicaSet)
                _ = try await scenario.client.create(replicaSets, candidate)
                for (stableSize, candidateSize) in [(3, 1), (1, 2), (5, 5)] {
                    try await scenario.patch(.replicaSet, stable.name, ["spec": ["replicas": .count(stableSize)]])
                    try await scenario.patch(.replicaSet, "web-candidate", ["spec": ["replicas": .count(candidateSize)]])
                    try await scenario.wait(.replicaSet, "web-candidate") { $0.int("status", "availableReplicas") == candidateSize }
                    try await scenario.wait(.replicaSet, stable.name) { $0.int("status", "availableReplicas") == stableSize }
                    try await scenario.settle()
                    #expect(try await scenario.object(.replicaSet, stable.name)?.replicas == stableSize)
                    #expect(try await scenario.object(.replicaSet, "web-candidate")?.replicas == candidateSize)
                }
                // Promotion: the template while still paused, then pause and strategy back.
                try await scenario.patch(.replicaSet, stable.name, ["spec": ["replicas": 1]])
                let tested = Set(try await scenario.wait(all: .pod, "pod-template-hash=candidate") { $0.filter(\.isReadyPod).count == 5 }.map(\.uid))
                var promotion = imagePatch("nginx:2")
                promotion[path: "spec", "replicas"] = 5
                try await scenario.patch(.deployment, "web", promotion)
                try await scenario.settle()
                try await scenario.patch(
                    .deployment, "web",
                    ["spec": ["paused": false, "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]]])
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                try await scenario.wait(.replicaSet, stable.name) { $0.replicas == 0 }
                let kept = try await scenario.objects(.pod, "app=web").filter { !$0.isBeingDeleted }
                #expect(Set(kept.map(\.uid)) == tested)
                #expect(try await scenario.objects(.replicaSet).count == 2)
                #expect(try await scenario.object(.replicaSet, "web-candidate")?.revision == 2)
            }
        }

        /// With the annotation left on it, the stable set counts as saturated; alone, a set follows the Deployment.
        @Test func aSaturatedSetTakesTheCandidateDown() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment(replicas: 2))
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                let stable = try #require(try await scenario.objects(.replicaSet).first)
                try await scenario.patch(
                    .deployment, "web", ["spec": ["paused": true, "strategy": ["type": "Recreate", "rollingUpdate": nil]]])
                var candidate = stable
                candidate.value["status"] = nil
                candidate.value["metadata"] = [
                    "name": "web-candidate", "namespace": "default", "labels": ["app": "web", "pod-template-hash": "candidate"],
                    "ownerReferences": .sequence(stable.sequence("metadata", "ownerReferences")),
                ]
                candidate.value[path: "spec", "selector", "matchLabels", "pod-template-hash"] = "candidate"
                candidate.value[path: "spec", "template", "metadata", "labels", "pod-template-hash"] = "candidate"
                candidate.value[path: "spec", "template", "spec", "containers"] = [["name": "web", "image": "nginx:2"]]
                candidate.value[path: "spec", "replicas"] = 1
                _ = try await scenario.client.create(try await scenario.client.resource(for: .replicaSet), candidate)
                try await scenario.wait(.replicaSet, "web-candidate") { $0.replicas == 0 }
                try await scenario.patch(.deployment, "web", ["spec": ["replicas": 4]])
                let grown = try await scenario.wait(.replicaSet, stable.name) { $0.replicas == 4 }
                #expect(grown.annotation("deployment.kubernetes.io/desired-replicas") == "4")
            }
        }
    }
}
