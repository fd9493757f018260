import Document
import HTTP
import Testing

@testable import DevCluster

private let configMaps = "/api/v1/namespaces/default/configmaps"

/// Namespaces, owners and custom definitions: things that take others with them.
@Suite struct APILifeTests {
    private func owned(_ name: String, by owner: Answer, blocks: Bool = false) -> String {
        let metadata = owner.value["metadata"]
        return """
            metadata:
              name: \(name)
              ownerReferences:
              - {apiVersion: v1, kind: ConfigMap, name: \(metadata?["name"]?.string ?? ""), uid: \(metadata?["uid"]?.string ?? ""), blockOwnerDeletion: \(blocks)}
            """
    }

    @Test func dependentsFollowTheirOwner() async throws {
        let cluster = APITestServer()
        let owner = try await cluster.create(configMaps, Manifest.configMap("owner"))
        let child = try await cluster.create(configMaps, owned("child", by: owner))
        try await cluster.create(configMaps, owned("grandchild", by: child))
        _ = try await cluster.send("DELETE", configMaps + "/owner")
        for name in ["child", "grandchild"] { #expect(try await cluster.get("\(configMaps)/\(name)").status == 404) }
    }

    @Test func orphansStay() async throws {
        let cluster = APITestServer()
        let owner = try await cluster.create(configMaps, Manifest.configMap("owner"))
        try await cluster.create(configMaps, owned("child", by: owner))
        _ = try await cluster.send("DELETE", configMaps + "/owner?propagationPolicy=Orphan")
        #expect(try await cluster.get(configMaps + "/owner").status == 404)
        let child = try await cluster.get(configMaps + "/child")
        #expect(child.status == 200)
        #expect(child.value[path: "metadata", "ownerReferences"] == nil)
    }

    @Test func inTheForegroundTheOwnerWaits() async throws {
        let cluster = APITestServer()
        let owner = try await cluster.create(configMaps, Manifest.configMap("owner"))
        var child = try YAML.parse(owned("child", by: owner, blocks: true))
        child[path: "metadata", "finalizers"] = ["x.io/hold"]
        _ = try await cluster.send("POST", configMaps, child)
        let marked = try await cluster.send("DELETE", configMaps + "/owner?propagationPolicy=Foreground")
        #expect(marked.value[path: "metadata", "finalizers"] == ["foregroundDeletion"])
        #expect(try await cluster.get(configMaps + "/owner").status == 200)
        _ = try await cluster.merge(configMaps + "/child", ["metadata": ["finalizers": nil]])
        #expect(try await cluster.get(configMaps + "/child").status == 404)
        #expect(try await cluster.get(configMaps + "/owner").status == 404)
    }

    @Test func aChildOfNobodyIsGarbage() async throws {
        let cluster = APITestServer()
        let owner = try await cluster.create(configMaps, Manifest.configMap("owner"))
        _ = try await cluster.send("DELETE", configMaps + "/owner")
        let late = try await cluster.create(configMaps, owned("late", by: owner))
        #expect(late.status == 201)
        #expect(try await cluster.get(configMaps + "/late").status == 404)
    }

    @Test func aNamespaceLivesAndDies() async throws {
        let cluster = APITestServer()
        let missing = try await cluster.create("/api/v1/namespaces/shop/configmaps", Manifest.configMap("a"))
        #expect(missing.status == 404)
        #expect(missing.message == "namespaces \"shop\" not found")
        let made = try await cluster.create("/api/v1/namespaces", "{metadata: {name: shop}}")
        #expect(made.value[path: "status", "phase"] == "Active")
        #expect(made.value[path: "metadata", "labels", "kubernetes.io/metadata.name"] == "shop")
        #expect(try await cluster.get("/api/v1/namespaces/shop/serviceaccounts/default").status == 200)
        try await cluster.create("/api/v1/namespaces/shop/configmaps", "{metadata: {name: held, finalizers: [x.io/hold]}}")
        try await cluster.create("/api/v1/namespaces/shop/configmaps", Manifest.configMap("free"))
        let marked = try await cluster.send("DELETE", "/api/v1/namespaces/shop")
        #expect(marked.value[path: "status", "phase"] == "Terminating")
        #expect(try await cluster.get("/api/v1/namespaces/shop/configmaps/free").status == 404)
        let refused = try await cluster.create("/api/v1/namespaces/shop/configmaps", Manifest.configMap("b"))
        #expect(refused.status == 403)
        #expect(
            refused.message
                == "configmaps \"b\" is forbidden: unable to create new content in namespace shop because it is being terminated")
        #expect(refused.value[path: "details", "causes"]?[0]?["reason"] == "NamespaceTerminating")
        _ = try await cluster.merge("/api/v1/namespaces/shop/configmaps/held", ["metadata": ["finalizers": nil]])
        #expect(try await cluster.get("/api/v1/namespaces/shop").status == 404)
    }

    static let definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: birds.zoo.example}
        spec:
          group: zoo.example
          scope: Namespaced
          names: {plural: birds, kind: Bird, shortNames: [bd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.count, statusReplicasPath: .status.count}}
            additionalPrinterColumns: [{name: Color, type: string, jsonPath: .spec.color}]
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [color]
                    properties:
                      color: {type: string, pattern: '^[a-z]+$'}
                      count: {type: integer, default: 3, minimum: 1}
                  status: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """

    @Test func aDefinitionIsServedAtOnce() async throws {
        let cluster = APITestServer()
        try await cluster.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Self.definition)
        let made = try await cluster.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/birds.zoo.example")
        let conditions = (made.value[path: "status", "conditions"]?.sequence ?? []).compactMap { $0["type"]?.string }
        #expect(conditions == ["NamesAccepted", "Established"])
        let birds = "/apis/zoo.example/v1/namespaces/default/birds"
        #expect(try await cluster.get(birds).value["kind"] == "BirdList")
        let bird = try await cluster.create(birds, "{apiVersion: zoo.example/v1, kind: Bird, metadata: {name: b}, spec: {color: red, wings: 2}}")
        #expect(bird.status == 201)
        #expect(bird.value["spec"] == ["color": "red", "count": 3])
        let missing = try await cluster.create(birds, "{apiVersion: zoo.example/v1, kind: Bird, metadata: {name: c}, spec: {}}")
        #expect(missing.status == 422)
        #expect(missing.message == "Bird.zoo.example \"c\" is invalid: spec.color: Required value")
        let wrong = try await cluster.create(birds, "{apiVersion: zoo.example/v1, kind: Bird, metadata: {name: c}, spec: {color: RED}}")
        #expect(wrong.status == 422)
        let scaled = try await cluster.merge(birds + "/b/scale", ["spec": ["replicas": 5]])
        #expect(scaled.value[path: "spec", "replicas"] == 5)
        #expect(try await cluster.get(birds + "/b").value[path: "spec", "count"] == 5)
        let status = try await cluster.merge(birds + "/b/status", ["status": ["x": 1], "spec": ["color": "blue"]])
        #expect(status.value[path: "spec", "color"] == "red")
        #expect(status.value[path: "status", "x"] == 1)
        let table = try await cluster.send("GET", birds, headers: ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"])
        #expect(table.value[path: "columnDefinitions"]?[1]?["name"] == "Color")
        #expect(table.value["rows"]?[0]?["cells"]?[1] == "red")
    }

    @Test func aDefinitionTakesItsObjectsAlong() async throws {
        let cluster = APITestServer()
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        try await cluster.create(definitions, Self.definition)
        let birds = "/apis/zoo.example/v1/namespaces/default/birds"
        try await cluster.create(birds, "{metadata: {name: b}, spec: {color: red}}")
        let lines = try await cluster.watch(birds + "?watch=1&resourceVersion=0")
        #expect(try await lines.next() == "ADDED b")
        _ = try await cluster.send("DELETE", definitions + "/birds.zoo.example")
        #expect(try await lines.next() == "DELETED b")
        #expect(try await cluster.get(birds).status == 404)
        #expect(try await cluster.get("/apis/zoo.example").status == 404)
        #expect(try await cluster.get(definitions + "/birds.zoo.example").status == 404)
    }
}
