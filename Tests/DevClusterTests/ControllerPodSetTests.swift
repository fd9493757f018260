import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// ReplicaSet, StatefulSet and DaemonSet, one look at a time.
@Suite struct ControllerPodSetTests {
    private func replicaSet(_ replicas: Int, minReadySeconds: Int = 0) throws -> Object {
        try object(
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: web, generation: 1}
            spec:
              replicas: \(replicas)
              minReadySeconds: \(minReadySeconds)
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}, finalizers: [a/b]}, spec: {containers: [{name: web, image: "web:1"}]}}
            """)
    }

    @Test func aReplicaSetCountsOnlyActivePods() throws {
        let set = try replicaSet(3)
        let pods = [
            try pod("a", of: set), try pod("b", of: set, phase: "Failed"), try pod("c", of: set, deleting: true), try pod("d", of: set, ready: false),
        ]
        let decision = ReplicaSetController().reconcile(set.key, in: Situation(Observed([set] + pods), now: noon))
        #expect(decision.creates.count == 1)
        #expect(decision.creates.first?.string("metadata", "generateName") == "web-")
        #expect(decision.creates.first?.controllerReference?.uid == set.uid)
        let status = try #require(decision.status)
        #expect(status.int("status", "replicas") == 2 && status.int("status", "readyReplicas") == 1)
    }

    @Test func aReplicaSetShrinksFromTheWorst() throws {
        let set = try replicaSet(1)
        let pods = [try pod("a", of: set), try pod("b", of: set, ready: false), try pod("c", of: set, readyFor: 1)]
        let decision = ReplicaSetController().reconcile(set.key, in: Situation(Observed([set] + pods), now: noon))
        #expect(decision.deletes == ["b", "c"])
    }

    @Test func availabilityTakesTime() throws {
        let set = try replicaSet(2, minReadySeconds: 10)
        let pods = [try pod("a", of: set, readyFor: 4), try pod("b", of: set, readyFor: 20)]
        let decision = ReplicaSetController().reconcile(set.key, in: Situation(Observed([set] + pods), now: noon))
        #expect(decision.status?.int("status", "availableReplicas") == 1)
        #expect(decision.again == .seconds(6))
    }

    @Test func aRefusalIsTold() throws {
        let set = try replicaSet(1)
        let failure = ActionFailure(action: .create(try pod("x")), reason: "Forbidden", message: "exceeded quota")
        let decision = ReplicaSetController().reconcile(set.key, in: Situation(Observed([set]), now: noon, failure: failure))
        #expect(decision.status?.condition("ReplicaFailure") == Condition("ReplicaFailure", true, reason: "FailedCreate", message: "exceeded quota"))
    }

    private struct Stateful {
        var set: Object
        var revisions: [Object] = []

        init(replicas: Int, strategy: String = "{type: RollingUpdate}", policy: String = "OrderedReady") throws {
            set = try object(
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: web, generation: 1}
                spec:
                  replicas: \(replicas)
                  serviceName: web
                  podManagementPolicy: \(policy)
                  updateStrategy: \(strategy)
                  selector: {matchLabels: {app: web}}
                  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
                """)
            let first = StatefulSetController().reconcile(set.key, in: Situation(Observed([set]), now: noon))
            revisions = try first.creates.filter { $0.kind == "ControllerRevision" }.map { revision in
                var copy = revision
                copy.value[path: "metadata", "uid"] = .string("revision/\(revision.name)")
                return try #require(Object(copy.value))
            }
        }

        var revision: String { revisions.first?.name ?? "" }

        func pod(_ ordinal: Int, ready: Bool = true, revision: String? = nil, deleting: Bool = false) throws -> Object {
            try DevClusterTests.pod(
                "web-\(ordinal)", of: set, ready: ready, labels: ["app": "web", "controller-revision-hash": .string(revision ?? self.revision)],
                deleting: deleting)
        }

        func decide(_ pods: [Object]) -> Decision {
            StatefulSetController().reconcile(set.key, in: Situation(Observed([set] + revisions + pods), now: noon))
        }
    }

    @Test func aStatefulSetWaitsForEachPod() throws {
        let web = try Stateful(replicas: 3)
        #expect(web.decide([]).creates.map(\.name) == ["web-0"])
        #expect(web.decide([try web.pod(0, ready: false)]).creates.isEmpty)
        #expect(web.decide([try web.pod(0)]).creates.map(\.name) == ["web-1"])
        #expect(web.decide([try web.pod(0), try web.pod(1), try web.pod(2)]).creates.isEmpty)
        let pod = try #require(web.decide([]).creates.first)
        #expect(pod.label("statefulset.kubernetes.io/pod-name") == "web-0")
        #expect(pod.string("spec", "hostname") == "web-0" && pod.string("spec", "subdomain") == "web")
        #expect(pod.label("controller-revision-hash") == web.revision)
    }

    @Test func aParallelStatefulSetDoesNot() throws {
        let web = try Stateful(replicas: 3, policy: "Parallel")
        #expect(web.decide([]).creates.map(\.name) == ["web-0", "web-1", "web-2"])
        #expect(web.decide([try web.pod(0, ready: false), try web.pod(4), try web.pod(5)]).deletes == ["web-5", "web-4"])
    }

    @Test func aStatefulSetShrinksFromTheTop() throws {
        let web = try Stateful(replicas: 1)
        #expect(web.decide([try web.pod(0), try web.pod(1), try web.pod(2)]).deletes == ["web-2"])
        #expect(web.decide([try web.pod(0), try web.pod(1), try web.pod(2, deleting: true)]).deletes == [])
    }

    @Test func anUpdateGoesDownToThePartition() throws {
        let web = try Stateful(replicas: 3, strategy: "{type: RollingUpdate, rollingUpdate: {partition: 1}}")
        func pods(_ old: Set<Int>, unready: Set<Int> = []) throws -> [Object] {
            try (0..<3).map { try web.pod($0, ready: !unready.contains($0), revision: old.contains($0) ? "web-old" : nil) }
        }
        #expect(web.decide(try pods([0, 1, 2])).deletes == ["web-2"])
        #expect(web.decide(try pods([0, 1], unready: [2])).deletes == [])
        #expect(web.decide(try pods([0, 1])).deletes == ["web-1"])
        #expect(web.decide(try pods([0])).deletes == [])
    }

    @Test func onDeleteLeavesPodsAlone() throws {
        let web = try Stateful(replicas: 1, strategy: "{type: OnDelete}")
        #expect(web.decide([try web.pod(0, revision: "web-old")]).deletes == [])
    }

    @Test(arguments: [
        ("{maxUnavailable: 1}", [true, true, true], ["agent-0"]), ("{maxUnavailable: 2}", [true, true, true], ["agent-0", "agent-1"]),
        ("{maxUnavailable: 1}", [false, true, true], ["agent-0"]), ("{maxUnavailable: 2}", [false, true, true], ["agent-0", "agent-1"]),
        ("{maxUnavailable: '34%'}", [true, true, true], ["agent-0", "agent-1"]), ("{maxSurge: 1, maxUnavailable: 0}", [true, true, true], []),
    ])
    func aDaemonSetUpdatesInBatches(limits: String, ready: [Bool], deleted: [String]) throws {
        let set = try object(
            """
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent, generation: 2}
            spec:
              updateStrategy: {type: RollingUpdate, rollingUpdate: \(limits)}
              selector: {matchLabels: {app: web}}
              template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:2"}]}}
            """)
        let nodes = try (0..<3).map { try object("{apiVersion: v1, kind: Node, metadata: {name: node-\($0)}}") }
        let pods = try (0..<3).map {
            try pod("agent-\($0)", of: set, ready: ready[$0], labels: ["app": "web", "controller-revision-hash": "old"], node: "node-\($0)")
        }
        let decision = DaemonSetController().reconcile(set.key, in: Situation(Observed([set] + nodes + pods), now: noon))
        #expect(decision.deletes == deleted)
        #expect(decision.creates.filter { $0.kind == "Pod" }.count == (limits.contains("maxSurge") ? 1 : 0))
        #expect(decision.status?.int("status", "desiredNumberScheduled") == 3)
    }
}
