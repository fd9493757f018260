import Document
import HTTP
import Kubernetes
import Testing

@testable import DevCluster

private let web = "/apis/apps/v1/namespaces/default/deployments/web"

@Suite struct APIApplyTests {
    private func owners(_ answer: Answer) throws -> [String: FieldSet] {
        let object = try #require(Object(answer.value))
        return Dictionary(try ManagedFields(of: object).entries.map { ("\($0.manager) \($0.operation.rawValue)", $0.fields) }) { $1 }
    }

    @Test func applyCreatesAndOwnsWhatItStates() async throws {
        let cluster = APITestServer()
        let made = try await cluster.apply(web, Manifest.deployment())
        #expect(made.status == 201)
        #expect(made.value[path: "spec", "revisionHistoryLimit"] == 10)
        let fields = try #require(try owners(made)["martlet Apply"])
        #expect(fields.contains(FieldPath([.field("spec"), .field("replicas")])))
        #expect(!fields.contains(FieldPath([.field("spec"), .field("revisionHistoryLimit")])))
        let again = try await cluster.apply(web, Manifest.deployment())
        #expect(again.status == 200)
        #expect(again.value == made.value)
    }

    @Test func conflictsNameTheOtherManager() async throws {
        let cluster = APITestServer()
        _ = try await cluster.apply(web, Manifest.deployment())
        _ = try await cluster.send(
            "PATCH", web, ["spec": ["replicas": 5]], type: "application/merge-patch+json", headers: ["User-Agent": "hpa/v1"])
        let refused = try await cluster.apply(web, Manifest.deployment(replicas: 3))
        #expect(refused.status == 409)
        #expect(refused.message == "Apply failed with 1 conflict: conflict with \"hpa\" using apps/v1: .spec.replicas")
        let cause = refused.value[path: "details", "causes"]?[0]
        #expect(cause?["reason"] == "FieldManagerConflict")
        #expect(cause?["field"] == ".spec.replicas")
        let forced = try await cluster.apply(web, Manifest.deployment(replicas: 3), query: "&force=true")
        #expect(forced.value[path: "spec", "replicas"] == 3)
        #expect(try owners(forced)["hpa Update"] == nil)
    }

    @Test func whatIsNoLongerStatedGoes() async throws {
        let cluster = APITestServer()
        let config = "/api/v1/namespaces/default/configmaps/c"
        _ = try await cluster.apply(config, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {a: b}}, data: {x: '1', y: '2'}}")
        let less = try await cluster.apply(config, "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {x: '1'}}")
        #expect(less.value["data"] == ["x": "1"])
        #expect(less.value[path: "metadata", "labels"] == nil)
        #expect(less.value[path: "metadata", "name"] == "c")
    }

    @Test func defaultsStayWhenAFieldIsNoLongerStated() async throws {
        let cluster = APITestServer()
        _ = try await cluster.apply(web, Manifest.deployment(replicas: 4))
        let less = try await cluster.apply(web, Manifest.deployment(replicas: nil))
        #expect(less.value[path: "spec", "replicas"] == 1)
    }

    @Test func twoManagersShareAList() async throws {
        let cluster = APITestServer()
        _ = try await cluster.apply(web, Manifest.deployment())
        let sidecar = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec: {template: {spec: {containers: [{name: proxy, image: envoy}]}}}
            """
        let both = try await cluster.apply(web, sidecar, manager: "mesh")
        let names = (both.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []).compactMap { $0["name"]?.string }
        #expect(Set(names) == ["web", "proxy"])
        let none = try await cluster.apply(
            web, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}", manager: "mesh")
        #expect(none.value[path: "spec", "template", "spec", "containers"]?.sequence?.count == 1)
    }

    @Test func unknownFieldsAreNotDeclared() async throws {
        let cluster = APITestServer()
        let answer = try await cluster.apply(web, Manifest.deployment().replacing("replicas: 2", with: "repicas: 2"))
        #expect(answer.status == 500)
        #expect(
            answer.message
                == "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.repicas: field not declared in schema"
        )
        #expect(try await cluster.get(web).status == 404)
    }

    @Test func statusIsAppliedByItsSubresource() async throws {
        let cluster = APITestServer()
        _ = try await cluster.apply(web, Manifest.deployment())
        let status = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, status: {replicas: 2}}"
        let answer = try await cluster.apply(web + "/status", status, manager: "controller")
        #expect(answer.value[path: "status", "replicas"] == 2)
        let entry = try ManagedFields(of: try #require(Object(answer.value))).entries.first { $0.manager == "controller" }
        #expect(entry?.subresource == "status")
    }

    @Test func applyingNeedsAManager() async throws {
        let cluster = APITestServer()
        let answer = try await cluster.send(
            "PATCH", web, try YAML.parse(Manifest.deployment()), type: "application/apply-patch+yaml")
        #expect(answer.status == 422)
        #expect(answer.message.contains("fieldManager: Required value: is required for apply patch"))
    }

    @Test func kubectlTakesOverItsOwnPast() async throws {
        let cluster = APITestServer()
        var first = try YAML.parse(Manifest.deployment())
        let last = JSON.text(first)
        first[path: "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"] = .string(last)
        _ = try await cluster.send(
            "POST", "/apis/apps/v1/namespaces/default/deployments?fieldManager=kubectl-client-side-apply", first)
        let other = try await cluster.apply(web, Manifest.deployment(image: "nginx:1.26"), manager: "someone")
        #expect(other.status == 409)
        let own = try await cluster.apply(web, Manifest.deployment(image: "nginx:1.26"), manager: "kubectl")
        #expect(own.status == 200)
    }

    @Test func managedFieldsCanBeRewrittenByAPatch() async throws {
        let cluster = APITestServer()
        _ = try await cluster.apply(web, Manifest.deployment())
        let answer = try await cluster.send(
            "PATCH", web, [["op": "replace", "path": "/metadata/managedFields", "value": [[:]]]], type: "application/json-patch+json")
        #expect(answer.value[path: "metadata", "managedFields"] == nil)
    }
}
