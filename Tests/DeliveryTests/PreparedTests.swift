import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Testing

/// What is sent to the server.
@Suite struct PreparedTests {
    private func prepared(_ texts: String..., namespace: String? = nil) throws -> (prepared: [Prepared], problems: [RenderProblem]) {
        var spec = spec("shop", "")
        spec.namespace = namespace
        var desired = Desired(spec: spec, revision: SourceRevision(reference: "main", commit: "1"))
        desired.objects = try texts.enumerated().map {
            DesiredObject(object: try object($1), origin: Origin(file: "\($0).yaml", line: 1), policy: ObjectPolicy())
        }
        let kinds: [String: Bool] = ["ConfigMap": true, "Namespace": false, "CustomResourceDefinition": false]
        return prepare(
            desired,
            resources: { gvk in
                kinds[gvk.kind].map { APIResource(gvk: gvk, name: gvk.kind.lowercased() + "s", isNamespaced: $0, verbs: ["list"]) }
            }, digest: FingerprintKey(random: RandomSource(seed: 1)))
    }

    @Test func namespaceAndMarks() throws {
        let all = try prepared("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", namespace: "shop").prepared
        let one = try #require(all.first)
        #expect(one.key.namespace == "shop" && owner(of: one.object) == "shop" && one.object.label("martlet.dev/application") == "shop")
        #expect(try prepared("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}").prepared.first?.key.namespace == "default")
        #expect(try prepared("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}", namespace: "c").prepared.first?.key.namespace == "b")
        #expect(try prepared("{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: b}}", namespace: "c").prepared.first?.key.namespace == "")
    }

    @Test func whatAServerWroteIsNotSent() throws {
        let one = try #require(
            try prepared(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, uid: u, resourceVersion: "1", generation: 1, creationTimestamp: null, managedFields: [], selfLink: x}
                status: {a: b}
                """
            ).prepared.first)
        #expect(Set(one.object.value["metadata"]?.mapping?.map(\.key) ?? []) == ["name", "namespace", "labels", "annotations"])
        #expect(one.object.value["status"] == nil)
    }

    @Test func theSameObjectByItsDefaultNamespace() throws {
        let (all, problems) = try prepared(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}")
        #expect(all.map(\.key.name) == ["b"], "which of the two is meant cannot be known")
        #expect(problems.first?.error.description == "1.yaml:1: configmap/a -n default is written twice, the other time in 0.yaml:1: keep one")
    }

    @Test func aCustomResourceBesideItsDefinition() throws {
        let definition = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: x}, spec: {group: g.io, scope: Namespaced, names: {kind: X}}}"
        let all = try prepared(definition, "{apiVersion: g.io/v1, kind: X, metadata: {name: a}}", namespace: "shop").prepared
        #expect(all.last?.key == ObjectKey(group: "g.io", kind: "X", namespace: "shop", name: "a") && all.last?.resource == nil)
    }

    @Test func digestsDependOnContentAlone() throws {
        let one = try prepared("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y, z: w}}").prepared.first?.digest
        let two = try prepared("{kind: ConfigMap, data: {z: w, x: y}, metadata: {name: a}, apiVersion: v1}").prepared.first?.digest
        let three = try prepared("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y, z: v}}").prepared.first?.digest
        #expect(one == two && one != three && one?.count == 32)
    }

    @Test(arguments: [
        ("v1", "Service", "spec", "ports"), ("v1", "Pod", "spec", "containers"), ("apps/v1", "Deployment", "spec.template.spec", "containers"),
        ("apps/v1", "StatefulSet", "spec.template.spec", "initContainers"), ("batch/v1", "Job", "spec.template.spec", "containers"),
        ("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec", "containers"),
    ]) func listKeys(_ version: String, _ kind: String, _ path: String, _ list: String) throws {
        let steps = path.split(separator: ".").map(String.init)
        let ports: Value = [["port": 80], ["port": 53, "protocol": "UDP"], ["port": 1, "protocol": nil]]
        var value: Value = ["apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": "a"]]
        value[path: steps] = .mapping([list: list == "ports" ? ports : [["name": "c", "ports": ports], ["name": "none"]]])
        let made = inAcceptedForm(try #require(Object(value))).value[path: steps + [list]]
        let result = list == "ports" ? made : made?[0]?["ports"]
        #expect(result?.sequence?.compactMap { $0["protocol"]?.string } == ["TCP", "UDP", "TCP"])
        if list != "ports" { #expect(made?[1] == ["name": "none"]) }
    }

    @Test(arguments: [
        "{apiVersion: v1, kind: Service, metadata: {name: a}}", "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: x}}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [1, null]}}", "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: 7}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {containers: [x, {ports: {}}]}}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, spec: {ports: [{port: 1}]}}",
    ]) func listKeysOfOddities(_ text: String) throws {
        #expect(inAcceptedForm(try object(text)) == (try object(text)))
    }

    @Test func quantitiesBecomeText() throws {
        let pod = inAcceptedForm(
            try object("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 0.5}}}]}}"))
        let resources = pod.value[path: "spec", "containers"]?[0]?["resources"]
        #expect(resources == ["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "0.5"]])
    }
}

@Suite struct SecretFormTests {
    @Test(arguments: [
        (["stringData": ["pin": "1234"]], ["data": ["pin": "MTIzNA=="]]),
        (["data": ["pin": "eA==", "other": "eQ=="], "stringData": ["pin": "1234"]], ["data": ["pin": "MTIzNA==", "other": "eQ=="]]),
        (["stringData": [:]], [:]),
        // Mistakes are the server's to name.
        (["stringData": ["pin": 1234]], ["stringData": ["pin": 1234]]),
        (["stringData": "pin"], ["stringData": "pin"]),
        (["data": "pin", "stringData": ["pin": "1234"]], ["data": "pin", "stringData": ["pin": "1234"]]),
    ] as [(Value, Value)])
    func textsBecomeData(_ given: Value, _ wanted: Value) throws {
        func secret(_ fields: Value) throws -> Object {
            var value: Value = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "pin", "namespace": "shop"]]
            for entry in fields.mapping ?? [:] { value[entry.key] = entry.value }
            return try #require(Object(value))
        }
        #expect(inAcceptedForm(try secret(given)).value == (try secret(wanted).value))
    }
}
