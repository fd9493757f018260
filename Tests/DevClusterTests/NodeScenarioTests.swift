import Basics
import Cluster
import Document
import Kubernetes
import Testing

@testable import DevCluster

extension ClusterScenarios {
    /// What a pod's annotations make of it.
    @Suite struct NodeScenarioTests {
        private static func pod(_ annotations: String = "", image: String = "web:1", spec: String = "") -> String {
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: one, annotations: {\(annotations)}}
            spec: {\(spec)containers: [{name: web, image: "\(image)"}]}
            """
        }

        @Test func nodesAreRegisteredAndWell() async throws {
            try await Scenario.run(nodes: 3) { scenario in
                let nodes = try await scenario.client.list(try await scenario.client.resource(for: .node)).items
                #expect(nodes.map(\.name) == ["node-1", "node-2", "node-3"])
                for node in nodes {
                    let ready = try await scenario.wait(.node, node.name) { $0.condition("Ready")?.status == "True" }
                    #expect(ready.string("status", "allocatable", "cpu") == "64")
                }
                let leases = try await scenario.client.list(try await scenario.client.resource(for: .lease), namespace: "kube-node-lease")
                #expect(leases.items.count == 3)
            }
        }

        @Test func leasesAreRenewed() async throws {
            try await Scenario.run(nodes: 1) { scenario in
                let leases = try await scenario.client.resource(for: .lease)
                func renewed() async throws -> String? {
                    try await scenario.client.list(leases, namespace: "kube-node-lease").items.first?.string("spec", "renewTime")
                }
                var first: String?
                for _ in 0..<30_000 where first == nil {
                    first = try await renewed()
                    try await Task.sleep(for: .milliseconds(2))
                }
                for _ in 0..<30_000 where try await renewed() == first { try await Task.sleep(for: .milliseconds(2)) }
                #expect(try await renewed() != first)
            }
        }

        @Test(arguments: [
            ("sim.martlet.dev/image-pull: fail", "web:1", "ImagePullBackOff", "Pending"),
            ("", "web:does-not-exist", "ImagePullBackOff", "Pending"),
            ("sim.martlet.dev/crash-loop: \"true\"", "web:1", "CrashLoopBackOff", "Running"),
        ])
        func aPodWaits(annotations: String, image: String, reason: String, phase: String) async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Self.pod(annotations, image: image))
                let pod = try await scenario.wait(.pod, "one") {
                    $0.sequence("status", "containerStatuses").first?[path: "state", "waiting", "reason"]?.string == reason
                }
                #expect(pod.phase == phase && !pod.isReadyPod)
                if reason == "CrashLoopBackOff" {
                    try await scenario.wait(.pod, "one") { $0.restartCount >= 2 }
                }
                let events = try await scenario.wait(all: GroupKind(group: "", kind: "Event")) { $0.contains { $0.string("type") == "Warning" } }
                #expect(events.contains { $0.string("involvedObject", "name") == "one" })
            }
        }

        @Test func aPodIsReadyWhenItsTimeHasCome() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Self.pod("sim.martlet.dev/ready-after: 60s"))
                let running = try await scenario.wait(.pod, "one") { $0.phase == "Running" }
                #expect(!running.isReadyPod)
                let ready = try await scenario.wait(.pod, "one", until: \.isReadyPod)
                let since = try #require(ready.readySince)
                #expect(since.duration(since: running.created) >= .seconds(40))
            }
        }

        @Test func aPodWithoutANodeSaysSo() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Self.pod(spec: "nodeSelector: {disk: ssd}, "))
                let pod = try await scenario.wait(.pod, "one") { $0.condition("PodScheduled")?.reason == "Unschedulable" }
                #expect(pod.condition("PodScheduled")?.message == "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.")
                try await scenario.wait(all: GroupKind(group: "", kind: "Event")) { $0.contains { $0.string("reason") == "FailedScheduling" } }
                try await scenario.patch(.node, "node-2", ["metadata": ["labels": ["disk": "ssd"]]])
                let placed = try await scenario.wait(.pod, "one", until: \.isReadyPod)
                #expect(placed.nodeName == "node-2")
            }
        }

        @Test func aPodEndsGracefully() async throws {
            try await Scenario.run(change: { $0.nodes.stopDelay = .seconds(60) }) { scenario in
                try await scenario.create(Self.pod(spec: "terminationGracePeriodSeconds: 60, "))
                try await scenario.wait(.pod, "one", until: \.isReadyPod)
                try await scenario.delete(.pod, "one")
                #expect(try await scenario.object(.pod, "one")?.isBeingDeleted == true)
                try await scenario.wait(all: .pod) { $0.isEmpty }
            }
        }
    }
}
