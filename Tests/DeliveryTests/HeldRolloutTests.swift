import Basics
import Cluster
import Delivery
import DevCluster
import Document
import HTTP
import Kubernetes
import Rollout
import Testing

/// Rollouts beside what takes long or cannot be seen.
@Suite struct HeldRolloutTests {
    private static var times: RolloutTimes {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick, times.progress) = (.milliseconds(300), .milliseconds(300), .seconds(1), .seconds(60))
        return times
    }

    private static func workload(version: Int, annotations: String, pod: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: front-end, annotations: {\(annotations)}}
        spec:
          replicas: 4
          selector: {matchLabels: {app: front-end}}
          template:
            metadata: {labels: {app: front-end}}
            spec: {\(pod)containers: [{name: front-end, image: "example/front-end:\(version)", ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: front-end}
        spec: {selector: {app: front-end}, ports: [{port: 80, targetPort: 8080}]}

        """
    }

    private func state(_ bench: LoopBench) async throws -> RolloutState? {
        try await bench.object("Deployment", "front-end", apiVersion: "apps/v1")?.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
    }

    /// Between the loop and the API server: Deployments cannot be listed while it says so.
    private struct Blindfold: HTTPTransport {
        let transport: any HTTPTransport
        let isOn: Locked<Bool>

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            guard request.method == "GET", request.url.contains("/apis/apps/v1/deployments"), isOn.withLock({ $0 }) else { return try await transport.send(request) }
            let text = #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no","reason":"Forbidden","code":403}"#
            return HTTPResponse(status: 403, headers: ["Content-Type": "application/json"], body: HTTPBody(Array(text.utf8)))
        }
    }

    /// Git takes the strategy away in mid-rollout, and the daemon that starts anew cannot see the workload.
    @Test(.timeLimit(.minutes(10))) func aRolloutThatCannotBeSeenStays() async throws {
        try await LoopBench.run { bench in
            let strategy = "martlet.dev/strategy: blue-green, martlet.dev/steps: \"preview 1h\""
            var work = bench.follow(times: Self.times)
            try await bench.deliver(["a.yaml": Self.workload(version: 1, annotations: strategy)], 1, to: work)
            try await bench.synced(at: 1)
            try await bench.deliver(["a.yaml": Self.workload(version: 2, annotations: strategy)], 2, to: work)
            try await bench.eventually("the preview") { try await state(bench)?.phase == .analysing ? true : nil }
            func isPinned() async throws -> Bool {
                try await bench.object("Service", "front-end")?.value[path: "spec", "selector", "pod-template-hash"] != nil
            }
            try await bench.eventually("the Service to be pinned, and the status to say so") { () -> Bool? in
                guard try await isPinned(), let status = try await bench.store.load("shop")?.status["rollouts"]?.sequence, !status.isEmpty else { return nil }
                return true
            }
            await bench.stop()
            let isBlind = Locked(true)
            work = bench.follow(times: Self.times) { Blindfold(transport: $0, isOn: isBlind) }
            try await bench.deliver(["a.yaml": Self.workload(version: 2, annotations: "")], 3, to: work)
            try await bench.status(at: 3, "held") { $0.message.contains("cannot be seen") }
            try await bench.time.sleep(for: .seconds(1))
            #expect(try await isPinned(), "the Service leads to both versions")
            isBlind.withLock { $0 = false }
            try await bench.eventually("it to be over") { try await state(bench) == nil ? true : nil }
            try await bench.eventually("the Service to be as git says") { try await isPinned() ? nil : true }
        }
    }

    /// A ConfigMap by a name of its content, as many make them: the commit drops the one that the pods of the version before
    /// are started with.
    @Test(.timeLimit(.minutes(10)), arguments: [RolloutRequest.Verb.promote, .abort]) func whatPodsAreStartedWithStays(_ end: RolloutRequest.Verb) async throws {
        try await LoopBench.run { bench in
            func tree(_ version: Int) -> [String: String] {
                [
                    "web.yaml": Self.workload(
                        version: version, annotations: "martlet.dev/strategy: canary, martlet.dev/steps: \"50% 1h\"",
                        pod: "volumes: [{name: c, configMap: {name: config-\(version)}}], imagePullSecrets: [{name: pull-\(version)}], "),
                    "config.yaml": LoopBench.configuration("config-\(version)"),
                    "other.yaml": LoopBench.configuration("other-\(version)"),
                    "pull.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: pull-\(version)}\ntype: Opaque\n",
                ]
            }
            let deleted = Locked<[ObjectChange]>([])
            let work = bench.follow(
                times: Self.times,
                progress: Progress { event in
                    if case .observed(let sight) = event { deleted.withLock { $0 += sight.changes.filter { $0.action == .deleted } } }
                })
            try await bench.deliver(tree(1), 1, to: work)
            try await bench.synced(at: 1)
            try await bench.deliver(tree(2), 2, to: work)
            try await bench.eventually("the step") { try await state(bench)?.phase == .analysing ? true : nil }
            #expect(try await bench.has("config-1", "config-2", "other-2"))
            #expect(try await bench.object("Secret", "pull-1") != nil)
            try await bench.eventually("what no pod needs to go") { try await bench.has("other-1") ? nil : true }
            let deployments = try await bench.client.resource(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"))
            _ = try await bench.client.patch(
                deployments, namespace: "default", name: "front-end",
                ["metadata": ["annotations": [RolloutRequest.annotation: .string(RolloutRequest(id: "1", verb: end).text)]]])
            if end == .promote {
                try await bench.synced(at: 2)
                try await bench.eventually("the old ones to go") { try await bench.has("config-1") ? nil : true }
                #expect(try await bench.object("Secret", "pull-1") == nil)
                try await bench.eventually("it to be told as of the rollout") {
                    deleted.withLock { $0 }.first { $0.key.name == "config-1" }?.rollout?.name == "front-end" ? true : nil
                }
            } else {
                try await bench.status(at: 2, "sent back") { status in
                    status.problems.contains { $0.object.contains("config-1") && $0.message.contains("front-end") } && status.message.contains("rejected")
                }
                #expect(try await bench.has("config-1"))
                try await bench.deliver(tree(1), 3, to: work)
                try await bench.synced(at: 3)
                #expect(try await bench.has("config-1"))
                try await bench.eventually("the rejected one's to go") { try await bench.has("config-2") ? nil : true }
            }
        }
    }

    /// A migration takes long; a person wants the new version back meanwhile.
    @Test(.timeLimit(.minutes(10))) func aRolloutGoesOnWhileAHookIsAtWork() async throws {
        var nodes = EmbeddedCluster.Options().nodes
        nodes.runFor = .seconds(9)
        try await LoopBench.run(nodes: nodes) { bench in
            func tree(_ version: Int, _ value: String) -> [String: String] {
                [
                    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
                    "web/templates/a.yaml": Self.workload(version: version, annotations: "martlet.dev/strategy: canary, martlet.dev/steps: \"50% 1h\""),
                    "web/templates/b.yaml": LoopBench.configuration("b", value),
                    "web/templates/job.yaml": """
                        apiVersion: batch/v1
                        kind: Job
                        metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
                        spec: {template: {spec: {restartPolicy: Never, containers: [{name: migrate, image: example/migrate}]}}}

                        """,
                    // Done before the migration begins, and gone by its policy: no look makes it again.
                    "web/templates/before.yaml": """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata:
                          name: before
                          annotations: {helm.sh/hook: pre-upgrade, helm.sh/hook-weight: "-1", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}

                        """,
                ]
            }
            let begun = Locked<[String]>([])
            func job() async throws -> Object? { try await bench.object("Job", "migrate", apiVersion: "batch/v1") }
            let work = bench.follow(
                times: Self.times, progress: Progress { event in if case .hook(_, let key, let message) = event, message.contains("starts") { begun.withLock { $0.append(key.name) } } })
            try await bench.deliver(tree(1, "1"), 1, to: work)
            try await bench.synced("web", at: 1)
            try await bench.deliver(tree(2, "1"), 2, to: work)
            try await bench.eventually("the step") { try await state(bench)?.phase == .analysing ? true : nil }
            let first = try await job()
            begun.withLock { $0 = [] }
            try await bench.deliver(tree(2, "2"), 3, to: work)
            let second = try await bench.eventually("the next migration") { () -> Object? in
                guard let job = try await job(), job.uid != first?.uid else { return nil }
                return job
            }
            let deployments = try await bench.client.resource(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"))
            _ = try await bench.client.patch(
                deployments, namespace: "default", name: "front-end",
                ["metadata": ["annotations": [RolloutRequest.annotation: .string(RolloutRequest(id: "1", verb: .abort).text)]]])
            try await bench.eventually("the way back") { try await state(bench)?.phase == .analysing ? nil : true }
            let then = try await job()
            #expect(then?.uid == second.uid)
            #expect(then?.value[path: "status", "succeeded"]?.int ?? 0 == 0, "it was heard only when the migration was done")
            try await bench.eventually("what waited for the migration") {
                try await bench.object("ConfigMap", "b")?.value[path: "data", "value"]?.string == "2" ? true : nil
            }
            #expect(try await job()?.uid == second.uid, "it was begun twice")
            #expect(begun.withLock { $0 } == ["before", "migrate"], "each begins once")
        }
    }
}
