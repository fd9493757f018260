import Basics
import Cluster
import DevCluster
import Delivery
import Document
import Kubernetes
import Rollout
import Testing

@testable import Server

private let frontEnd = "/api/v1/workloads/shop/deployment/front-end"

/// What the routes of rollouts take and refuse.
@Suite struct RolloutsAPITests {
    let stage = AutomationStage()

    private func call(_ method: String, _ path: String, token: String? = AutomationStage.token, _ body: String = "") async throws -> RouterCall.Answer {
        try await RouterCall(stage.daemon())(method, path, token: token, Array(body.utf8))
    }

    @Test func standing() async throws {
        let answer = try await call("GET", "\(frontEnd)/rollout", token: AutomationStage.weakToken)
        #expect(answer.status == 200, "\(answer.text)")
        let value = try #require(answer.value)
        #expect(value["phase"] == "gated" && value["strategy"] == "canary" && value["revision"] == "main@4f4f4f4")
        #expect(value["step"] == ["number": 2, "of": 2, "duration": "5m", "exposure": "weight", "percent": 50])
        #expect(value[path: "versions", "next"] == ["hash": "bbb", "set": "", "pods": 3, "ready": 2])
        #expect(value["analysis"]?[0]?["requests"] == ["stable": 1000, "next": 100.5])
        #expect(value["possible"] == ["promote", "pause", "abort", "restore"])
        #expect(value["since"] == "1970-01-01T00:00:01Z" && value["startedAt"] == value["since"])
        let none = try await call("GET", "/api/v1/workloads/shop/deployment/other/rollout")
        #expect(none.value?["phase"] == "none" && none.value?["possible"] == [] && none.value?["id"] == nil)
    }

    @Test(arguments: ["promote", "pause", "abort"]) func asking(_ verb: String) async throws {
        let answer = try await call("POST", "\(frontEnd)/\(verb)")
        #expect(answer.status == 200 && answer.value?["openRequest"] == ["verb": .string(verb), "id": "01M"], "\(answer.text)")
        #expect(stage.requests.withLock { $0 } == [RolloutRequest(id: "01M", verb: try #require(.init(rawValue: verb)))])
        #expect(try await call("POST", "\(frontEnd)/retry").status == (verb == "abort" ? 200 : 409))
    }

    static let mistakes: [(String, String, Int, String)] = [
        ("\(frontEnd)/promote", #"{"step":2}"#, 400, "send {}, or no body"), ("\(frontEnd)/abort?now=1", "", 400, "unknown query parameter"),
        ("\(frontEnd)/retry", "", 409, "is not rejected"), ("/api/v1/workloads/shop/deployment/other/promote", "", 409, "no rollout of it runs"),
        ("/api/v1/workloads/shop/cj/front-end/pause", "", 422, "only Deployments, StatefulSets and DaemonSets have"),
        ("/api/v1/workloads/shop/deployment.extensions/front-end/pause", "", 422, "only Deployments, StatefulSets and DaemonSets have"),
        ("/api/v1/workloads/shop/deployment/%2e%2e/pause", "", 422, "names no workload"), ("\(frontEnd)/restore", "", 404, ""),
    ]

    @Test(arguments: mistakes) func whatIsRefused(_ path: String, _ body: String, _ status: Int, _ says: String) async throws {
        let answer = try await call("POST", path, body)
        #expect(answer.status == status && answer.text.contains(says), "\(answer.status) \(answer.text)")
        #expect(stage.requests.withLock { $0 }.isEmpty)
    }

    /// Who may not is told the same whether there is such a Deployment or not.
    @Test func whoMay() async throws {
        for verb in RolloutsAPI.verbs {
            let answer = try await call("POST", "\(frontEnd)/\(verb.rawValue)", token: AutomationStage.weakToken)
            #expect(answer.status == 403 && answer.text.contains(#"\"bob\" may not patch deployment/front-end -n shop"#), "\(answer.text)")
            #expect(try await call("POST", "\(frontEnd)/\(verb.rawValue)", token: nil).status == 401)
        }
        stage.clusterFailure.withLock { $0 = ClusterError(.notFound, code: 404, message: "no") }
        #expect(try await call("GET", "/api/v1/workloads/back/deployment/x/rollout", token: AutomationStage.weakToken).status == 403)
        #expect(stage.requests.withLock { $0 }.isEmpty)
    }

    static let failures: [(ClusterError, Int, String)] = [
        (ClusterError(.notFound, code: 404, message: "no"), 404, "there is no deployment.apps/front-end -n shop"),
        (ClusterError(.forbidden, code: 403, message: "no"), 502, "the daemon may not do this"),
        (ClusterError(.unreachable, message: "refused"), 502, "refused"),
    ]

    @Test(arguments: failures) func whenTheClusterDoesNot(_ error: ClusterError, _ status: Int, _ says: String) async throws {
        stage.clusterFailure.withLock { $0 = error }
        for (method, path) in [("GET", "rollout"), ("POST", "promote")] {
            let answer = try await call(method, "\(frontEnd)/\(path)")
            #expect(answer.status == status && answer.text.contains(says), "\(answer.text)")
        }
    }

    @Test func withoutACluster() async throws {
        var view = stage.daemon()
        view.rollouts = nil
        #expect(try await RouterCall(view)("GET", "\(frontEnd)/rollout", token: AutomationStage.token).status == 503)
    }

    /// The annotation that the loop reads, on a live Deployment.
    @Test(.timeLimit(.minutes(5))) func onALiveDeployment() async throws {
        let (time, random) = (SystemTime(), RandomSource(seed: 3))
        let client = ClusterClient(
            configuration: ClusterConfiguration(server: "http://embedded.invalid"), transport: APIServer(time: time, random: random), time: time,
            random: random)
        let resource = try await client.resource(for: AutomationStage.key("front-end").groupKind)
        var state = RolloutState(
            id: "01K", phase: .analysing, since: time.now, template: "t", stableHash: "aaa", candidateHash: "bbb", revision: "main@1", size: 2)
        state.message = "looks well"
        let deployment: Value = [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": [
                "name": "front-end", "namespace": "default",
                "annotations": ["martlet.dev/strategy": "canary", "martlet.dev/rollout": .string(state.text)],
            ],
            "spec": [
                "replicas": 2, "selector": ["matchLabels": ["app": "x"]],
                "template": ["metadata": ["labels": ["app": "x"]], "spec": ["containers": [["name": "web", "image": "a"]]]],
            ],
        ]
        let owner = try await client.create(resource, try #require(Object(deployment)))
        let sets = try await client.resource(for: GroupKind(group: "apps", kind: "ReplicaSet"))
        for (hash, uid) in [("aaa", owner.uid), ("bbb", "someone-elses")] {
            var set = deployment
            set["kind"] = "ReplicaSet"
            set["metadata"] = [
                "name": .string("front-end-\(hash)"), "namespace": "default", "labels": ["app": "x", "pod-template-hash": .string(hash)],
                "ownerReferences": [["apiVersion": "apps/v1", "kind": "Deployment", "name": "front-end", "uid": .string(uid), "controller": true]],
            ]
            _ = try await client.create(sets, try #require(Object(set)))
        }
        let view = RolloutsView(client: client, time: time, random: random)
        let report = try await view.report(ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "front-end"))
        #expect(report.state == state && report.spec?.steps.count == 3 && report.step?.exposure == .weight(5))
        #expect(report.versions[.stable]?.set == "front-end-aaa" && report.versions[.stable]?.pods == 2)
        #expect(report.versions[.next] == .init(hash: "bbb"), "a set of somebody else's is not the rollout's")
        let request = try await view.ask(.promote, ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "front-end"))
        let live = try await client.get(resource, namespace: "default", name: "front-end")
        #expect(live.annotation("martlet.dev/rollout-request") == "promote \(request.id)")
        #expect(try await view.report(ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "front-end")).request == request)
        await #expect(throws: ClusterError.self) { _ = try await view.report(ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "nothing")) }
    }
}
