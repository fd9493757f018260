import Document
import HTTP
import Testing

@testable import DevCluster

private let web = "/apis/apps/v1/namespaces/default/deployments/web"

@Suite struct APIPatchTests {
    private func patched(_ patch: Value, type: String) async throws -> Answer {
        let cluster = APITestServer()
        try await cluster.create("/apis/apps/v1/namespaces/default/deployments", Manifest.deployment())
        return try await cluster.send("PATCH", web, patch, type: "application/\(type)+json")
    }

    @Test func strategicMergeJoinsContainersByName() async throws {
        let answer = try await patched(
            ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "nginx:2"], ["name": "b", "image": "c"]]]]]],
            type: "strategic-merge-patch")
        let containers = answer.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []
        #expect(Set(containers.compactMap { $0["name"]?.string }) == ["web", "b"])
        #expect(containers.first { $0["name"] == "web" }?[path: "ports"]?[0]?["containerPort"] == 80)
        #expect(containers.first { $0["name"] == "web" }?["image"] == "nginx:2")
    }

    @Test func strategicMergeDeletes() async throws {
        let answer = try await patched(
            [
                "spec": [
                    "template": [
                        "spec": ["containers": [["name": "web", "$patch": "delete"], ["name": "b", "image": "c"]]]
                    ]
                ]
            ], type: "strategic-merge-patch")
        let containers = answer.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []
        #expect(containers.compactMap { $0["name"]?.string } == ["b"])
    }

    @Test func strategyKeepsOnlyWhatTheNewTypeKnows() async throws {
        let answer = try await patched(
            ["spec": ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]]], type: "strategic-merge-patch")
        #expect(answer.value[path: "spec", "strategy"] == ["type": "Recreate"])
    }

    @Test func mergePatchReplacesLists() async throws {
        let answer = try await patched(
            ["spec": ["template": ["spec": ["containers": [["name": "b", "image": "c"]]]]]], type: "merge-patch")
        let containers = answer.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []
        #expect(containers.compactMap { $0["name"]?.string } == ["b"])
    }

    @Test func pausingARolloutTakesOneMergePatch() async throws {
        let answer = try await patched(
            ["spec": ["paused": true, "strategy": ["type": "Recreate", "rollingUpdate": nil]]], type: "merge-patch")
        #expect(answer.status == 200)
        #expect(answer.value[path: "spec", "strategy"] == ["type": "Recreate"])
        #expect(answer.value[path: "spec", "paused"] == true)
    }

    @Test func jsonPatchTestsAndReplaces() async throws {
        let good = try await patched(
            [["op": "test", "path": "/spec/replicas", "value": 2], ["op": "replace", "path": "/spec/replicas", "value": 4]],
            type: "json-patch")
        #expect(good.value[path: "spec", "replicas"] == 4)
        let bad = try await patched([["op": "test", "path": "/spec/replicas", "value": 3]], type: "json-patch")
        #expect(bad.status == 422)
    }

    @Test(arguments: [(Value, String)]([
        (["spec": ["selector": ["matchLabels": ["app": "x"]]]] as Value, "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"x\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable"),
        (["spec": ["replicas": -1]] as Value, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
        (["spec": ["template": ["spec": ["containers": [["name": "web"]]]]]] as Value, "spec.template.spec.containers[0].image: Required value"),
        (["spec": ["template": ["metadata": ["labels": ["app": "y"]]]]] as Value, "spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"y\"}: `selector` does not match template `labels`"),
    ]))
    func refusals(patch: Value, text: String) async throws {
        let answer = try await patched(patch, type: "merge-patch")
        #expect(answer.status == 422)
        #expect(answer.message == "Deployment.apps \"web\" is invalid: \(text)")
    }

    @Test func scaleIsASubresource() async throws {
        let cluster = APITestServer()
        try await cluster.create("/apis/apps/v1/namespaces/default/deployments", Manifest.deployment())
        let scaled = try await cluster.merge(web + "/scale", ["spec": ["replicas": 6]])
        #expect(scaled.value["kind"] == "Scale")
        #expect(scaled.value[path: "status", "selector"] == "app=web")
        #expect(try await cluster.get(web).value[path: "spec", "replicas"] == 6)
    }
}
