import Basics
import Cluster
import Document
import Kubernetes
import Testing

@testable import DevCluster

extension ClusterScenarios {
    /// StatefulSet, DaemonSet, Job and what serves them, on the embedded cluster.
    @Suite struct ControllerWorkloadTests {
        private static func statefulSet(replicas: Int = 3, policy: String = "OrderedReady", extra: String = "") -> String {
            """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              replicas: \(replicas)
              serviceName: db
              podManagementPolicy: \(policy)
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {containers: [{name: web, image: "db:1"}]}
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            \(extra)
            """
        }

        @Test func aStatefulSetGrowsAndUpdatesInOrder() async throws {
            try await Scenario.run { scenario in
                let order = Locked<[String]>([])
                let unordered = Locked(false)
                try await scenario.watching(.pod, "app=db") { pods in
                    let names = pods.map(\.name).sorted()
                    order.withLock { seen in names.filter { !seen.contains($0) }.forEach { seen.append($0) } }
                    // A higher one exists only while all lower ones are ready.
                    if names.contains("db-2"), !names.contains("db-1") { unordered.withLock { $0 = true } }
                } while: {
                    try await scenario.create(Self.statefulSet())
                    try await scenario.wait(.statefulSet, "db") { $0.int("status", "availableReplicas") == 3 }
                }
                #expect(order.withLock { $0 } == ["db-0", "db-1", "db-2"])
                #expect(!unordered.withLock { $0 })
                #expect(Set(try await scenario.objects(.volumeClaim).map(\.name)) == ["data-db-0", "data-db-1", "data-db-2"])
                try await scenario.wait(all: .volumeClaim) { $0.allSatisfy { $0.phase == "Bound" } }
                // A partition holds the lower ordinals back.
                try await scenario.patch(
                    .statefulSet, "db",
                    ["spec": [
                        "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]],
                        "template": ["spec": ["containers": [["name": "web", "image": "db:2"]]]],
                    ]])
                try await scenario.wait(.statefulSet, "db") { $0.int("status", "updatedReplicas") == 1 && $0.int("status", "readyReplicas") == 3 }
                try await scenario.settle()
                func images() async throws -> [String: String] {
                    Dictionary(
                        try await scenario.objects(.pod, "app=db").map { ($0.name, $0.sequence("spec", "containers")[0]["image"]?.string ?? "") },
                        uniquingKeysWith: { first, _ in first })
                }
                #expect(try await images() == ["db-0": "db:1", "db-1": "db:1", "db-2": "db:2"])
                try await scenario.patch(.statefulSet, "db", ["spec": ["updateStrategy": ["rollingUpdate": ["partition": 0]]]])
                let done = try await scenario.wait(.statefulSet, "db") {
                    $0.string("status", "currentRevision") == $0.string("status", "updateRevision") && $0.int("status", "updatedReplicas") == 3
                        && $0.int("status", "readyReplicas") == 3
                }
                #expect(try await images() == ["db-0": "db:2", "db-1": "db:2", "db-2": "db:2"])
                #expect(done.int("status", "currentReplicas") == 3)
                try await scenario.patch(.statefulSet, "db", ["spec": ["replicas": 1]])
                try await scenario.wait(all: .pod, "app=db") { $0.map(\.name) == ["db-0"] }
                #expect(try await scenario.objects(.volumeClaim).count == 3)
            }
        }

        @Test func aParallelStatefulSetDoesNotWait() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(
                    Self.statefulSet(policy: "Parallel").replacingName(annotation: "sim.martlet.dev/never-ready: \"true\""))
                try await scenario.wait(all: .pod, "app=db") { $0.count == 3 }
            }
        }

        @Test func aDaemonSetRunsOnEachNodeThatFits() async throws {
            try await Scenario.run(nodes: 3) { scenario in
                try await scenario.create(
                    """
                    apiVersion: apps/v1
                    kind: DaemonSet
                    metadata: {name: agent}
                    spec:
                      selector: {matchLabels: {app: agent}}
                      template:
                        metadata: {labels: {app: agent}}
                        spec: {containers: [{name: web, image: "agent:1"}]}
                    """)
                try await scenario.wait(.daemonSet, "agent") { $0.int("status", "numberAvailable") == 3 }
                #expect(Set(try await scenario.objects(.pod, "app=agent").map(\.nodeName)) == ["node-1", "node-2", "node-3"])
                let fewest = Locked(Int.max)
                try await scenario.watching(.pod, "app=agent") { pods in
                    let ready = pods.filter { $0.isReadyPod && !$0.isBeingDeleted }.count
                    fewest.withLock { $0 = min($0, ready) }
                } while: {
                    try await scenario.patch(
                        .daemonSet, "agent", ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "agent:2"]]]]]])
                    try await scenario.wait(.daemonSet, "agent") {
                        $0.int("status", "updatedNumberScheduled") == 3 && $0.int("status", "numberAvailable") == 3
                            && $0.int("status", "observedGeneration") == 2
                    }
                }
                #expect(fewest.withLock { $0 } == 2)
                // Only where the selector fits.
                try await scenario.patch(.node, "node-2", ["metadata": ["labels": ["disk": "ssd"]]])
                try await scenario.patch(.daemonSet, "agent", ["spec": ["template": ["spec": ["nodeSelector": ["disk": "ssd"]]]]])
                try await scenario.wait(.daemonSet, "agent") {
                    $0.int("status", "desiredNumberScheduled") == 1 && $0.int("status", "numberAvailable") == 1
                        && $0.int("status", "numberMisscheduled") == 0
                }
            }
        }

        private static func job(_ annotations: String, extra: String = "") -> String {
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: work}
            spec:
              template:
                metadata: {annotations: {\(annotations)}}
                spec: {restartPolicy: Never, containers: [{name: web, image: "work:1"}]}
            \(extra)
            """
        }

        @Test func aJobCompletes() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Self.job("", extra: "  completions: 4\n  parallelism: 2"))
                let done = try await scenario.wait(.job, "work") { $0.condition("Complete")?.status == "True" }
                #expect(done.int("status", "succeeded") == 4)
                #expect(done.int("status", "active") == nil)
                #expect(done.time("status", "completionTime") != nil)
                #expect(try await scenario.objects(.pod).count == 4)
            }
        }

        @Test func aFailingJobStopsAtItsLimit() async throws {
            try await Scenario.run(change: { $0.jobBackoff = .milliseconds(100) }) { scenario in
                try await scenario.create(Self.job("sim.martlet.dev/exit-code: \"3\"", extra: "  backoffLimit: 2"))
                let failed = try await scenario.wait(.job, "work") { $0.condition("Failed")?.status == "True" }
                #expect(failed.condition("Failed")?.reason == "BackoffLimitExceeded")
                #expect(failed.int("status", "failed") == 3)
                let pod = try #require(try await scenario.objects(.pod).first)
                #expect(pod.sequence("status", "containerStatuses")[0][path: "state", "terminated", "exitCode"] == 3)
            }
        }

        @Test func aJobHasADeadlineAndALifeAfterIt() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(
                    Self.job("sim.martlet.dev/run-for: 10m", extra: "  activeDeadlineSeconds: 2\n  ttlSecondsAfterFinished: 100"))
                try await scenario.wait(.job, "work") { $0.condition("Failed")?.reason == "DeadlineExceeded" }
                try await scenario.wait(all: .job) { $0.isEmpty }
                try await scenario.wait(all: .pod) { $0.isEmpty }
            }
        }

        @Test func aCronJobMakesJobs() async throws {
            try await Scenario.run(time: AcceleratedTime(factor: 500)) { scenario in
                try await scenario.create(
                    """
                    apiVersion: batch/v1
                    kind: CronJob
                    metadata: {name: tick}
                    spec:
                      schedule: "* * * * *"
                      jobTemplate:
                        spec:
                          template:
                            spec: {restartPolicy: OnFailure, containers: [{name: web, image: "tick:1"}]}
                    """)
                let jobs = try await scenario.wait(all: .job) { $0.filter { $0.condition("Complete") != nil }.count >= 2 }
                #expect(jobs.allSatisfy { $0.name.hasPrefix("tick-") && $0.controllerReference?.kind == "CronJob" })
            }
        }

        @Test func aServiceHasTheReadyPodsBehindIt() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: web}
                    spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: web, port: 8080, targetPort: http}]}
                    """)
                try await scenario.create(Scenario.deployment(replicas: 2))
                let endpoints = try await scenario.wait(.endpoints, "web") { $0.sequence("subsets").first?["addresses"]?.sequence?.count == 2 }
                #expect(endpoints.sequence("subsets")[0]["ports"]?[0]?["port"] == 80)
                try await scenario.wait(.service, "web") { $0.sequence("status", "loadBalancer", "ingress").first?["ip"] == "127.0.0.1" }
                try await scenario.wait(all: .endpointSlice, "kubernetes.io/service-name=web") { slices in
                    slices.count == 1 && slices[0].sequence("endpoints").filter { $0[path: "conditions", "ready"] == true }.count == 2
                }
                try await scenario.patch(.deployment, "web", ["spec": ["replicas": 0]])
                try await scenario.wait(.endpoints, "web") { $0.sequence("subsets").isEmpty }
                try await scenario.delete(.service, "web")
                try await scenario.wait(all: .endpoints) { !$0.map(\.name).contains("web") }
            }
        }

        @Test func aBudgetCountsItsPods() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(
                    """
                    apiVersion: policy/v1
                    kind: PodDisruptionBudget
                    metadata: {name: web}
                    spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
                    """)
                try await scenario.create(Scenario.deployment())
                let budget = try await scenario.wait(.disruptionBudget, "web") { $0.int("status", "currentHealthy") == 3 }
                #expect(budget.int("status", "disruptionsAllowed") == 1 && budget.int("status", "desiredHealthy") == 2)
            }
        }

        /// A status that never equals what was written would be written for ever.
        @Test func aClusterAtRestWritesNothing() async throws {
            try await Scenario.run(change: { $0.nodes.heartbeat = .seconds(100_000) }) { scenario in
                try await scenario.create(Scenario.deployment())
                try await scenario.create(Self.statefulSet(replicas: 1))
                try await scenario.create(Self.job("", extra: "  completions: 2"))
                try await scenario.create(Scenario.deployment("stuck", replicas: 1, image: "web:does-not-exist"))
                try await scenario.create(
                    "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}}")
                try await scenario.create(
                    "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web}, spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}}")
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                try await scenario.wait(.statefulSet, "db") { $0.int("status", "availableReplicas") == 1 }
                try await scenario.wait(.job, "work") { $0.condition("Complete") != nil }
                // All but the nodes' leases, which are renewed for ever.
                let kinds: [GroupKind] = [.deployment, .replicaSet, .statefulSet, .job, .pod, .service, .endpoints, .disruptionBudget]
                var last: [[String]] = []
                var quiet = 0
                for _ in 0..<6000 where quiet < 10 {
                    try await scenario.settle(.milliseconds(10))
                    var versions: [[String]] = []
                    for kind in kinds { versions.append(try await scenario.objects(kind).map(\.resourceVersion)) }
                    quiet = versions == last ? quiet + 1 : 0
                    last = versions
                }
                #expect(quiet == 10)
            }
        }

        @Test func deletingTheOwnerDeletesThePods() async throws {
            try await Scenario.run { scenario in
                try await scenario.create(Scenario.deployment())
                try await scenario.wait(.deployment, "web", until: \.isRolledOut)
                try await scenario.delete(.deployment, "web")
                try await scenario.wait(all: .pod) { $0.isEmpty }
                try await scenario.wait(all: .replicaSet) { $0.isEmpty }
            }
        }
    }
}

extension String {
    /// The pod template with an annotation.
    fileprivate func replacingName(annotation: String) -> String {
        split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.contains("metadata: {labels: {app: db}}") ? "    metadata: {labels: {app: db}, annotations: {\(annotation)}}" : String($0) }
            .joined(separator: "\n")
    }
}
