import Document
import HTTP
import Testing

@testable import DevCluster

@Suite struct APIDefaultsTests {
    private func made(_ path: String, _ yaml: String) async throws -> Answer {
        let cluster = APITestServer()
        return try await cluster.create(path, yaml)
    }

    @Test func containers() async throws {
        let answer = try await made("/apis/apps/v1/namespaces/default/deployments", Manifest.deployment(image: "nginx"))
        let pod = answer.value[path: "spec", "template", "spec"]
        #expect(pod?["restartPolicy"] == "Always")
        #expect(pod?["securityContext"] == [:])
        #expect(pod?["containers"]?[0]?["imagePullPolicy"] == "Always")
        #expect(pod?["containers"]?[0]?["ports"]?[0]?["protocol"] == "TCP")
        #expect(answer.value[path: "spec", "strategy", "rollingUpdate", "maxSurge"] == "25%")
    }

    @Test(arguments: [("1000m", "1"), ("0.5", "500m"), ("2048Mi", "2Gi"), ("1", "1"), ("100M", "100M"), ("1e3", "1e3"), ("1500m", "1500m")])
    func quantities(written: String, stored: String) async throws {
        let answer = try await made(
            "/api/v1/namespaces/default/pods",
            "{metadata: {name: p}, spec: {containers: [{name: c, image: x, resources: {requests: {memory: \"\(written)\"}}}]}}")
        #expect(answer.value[path: "spec", "containers"]?[0]?[path: "resources", "requests", "memory"]?.string == stored)
    }

    @Test func emptyValuesAreLeftOut() async throws {
        let answer = try await made(
            "/apis/apps/v1/namespaces/default/deployments",
            Manifest.deployment().replacing("metadata: {labels: {app: web}}", with: "metadata: {labels: {app: web}, annotations: {}}")
                .replacing("ports: [{containerPort: 80}]", with: "args: []\n        env: [{name: A, value: ''}]\n        command: null"))
        let container = answer.value[path: "spec", "template", "spec", "containers"]?[0]
        #expect(container?["args"] == nil)
        #expect(container?["command"] == nil)
        #expect(container?["env"] == [["name": "A"]])
        #expect(answer.value[path: "spec", "template", "metadata", "annotations"] == nil)
    }

    @Test func services() async throws {
        let cluster = APITestServer()
        let services = "/api/v1/namespaces/default/services"
        let plain = try await cluster.create(services, "{metadata: {name: a}, spec: {ports: [{port: 80}]}}")
        #expect(plain.value[path: "spec", "clusterIP"] == "10.96.0.2")
        #expect(plain.value[path: "spec", "ports"]?[0] == ["port": 80, "protocol": "TCP", "targetPort": 80])
        #expect(plain.value[path: "spec", "type"] == "ClusterIP")
        let node = try await cluster.create(services, "{metadata: {name: b}, spec: {type: NodePort, ports: [{port: 80}]}}")
        let port = try #require(node.value[path: "spec", "ports"]?[0]?["nodePort"]?.int)
        #expect((30_000...32_767).contains(port))
        let changed = try await cluster.merge(services + "/a", ["spec": ["clusterIP": "10.96.0.9"]])
        #expect(changed.message.contains("spec.clusterIPs[0]: Invalid value: []string{\"10.96.0.9\"}: may not change once set"))
        let headless = try await cluster.create(services, "{metadata: {name: c}, spec: {clusterIP: None, ports: [{port: 80}]}}")
        #expect(headless.value[path: "spec", "clusterIPs"] == ["None"])
        let taken = try await cluster.create(services, "{metadata: {name: d}, spec: {clusterIP: 10.96.0.2, ports: [{port: 80}]}}")
        #expect(taken.message.contains("provided IP is already allocated"))
        let unnamed = try await cluster.create(services, "{metadata: {name: e}, spec: {ports: [{port: 80}, {port: 81}]}}")
        #expect(unnamed.message == "Service \"e\" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value]")
    }

    @Test func secretsTakePlainText() async throws {
        let answer = try await made("/api/v1/namespaces/default/secrets", "{metadata: {name: s}, stringData: {a: hello}}")
        #expect(answer.value["data"] == ["a": "aGVsbG8="])
        #expect(answer.value["stringData"] == nil)
        #expect(answer.value["type"] == "Opaque")
    }

    @Test func jobsFindTheirPodsByUid() async throws {
        let answer = try await made(
            "/apis/batch/v1/namespaces/default/jobs",
            "{metadata: {name: j}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: x}]}}}}")
        let uid = answer.value[path: "metadata", "uid"]
        #expect(answer.value[path: "spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"] == uid)
        #expect(answer.value[path: "spec", "template", "metadata", "labels", "job-name"] == "j")
        #expect(answer.value[path: "spec", "backoffLimit"] == 6)
    }

    @Test func autoscalersInTwoVersions() async throws {
        let cluster = APITestServer()
        let path = "/namespaces/default/horizontalpodautoscalers"
        try await cluster.create(
            "/apis/autoscaling/v1" + path,
            "{metadata: {name: h}, spec: {maxReplicas: 5, targetCPUUtilizationPercentage: 60, scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}}}")
        let new = try await cluster.get("/apis/autoscaling/v2\(path)/h")
        #expect(new.value[path: "spec", "metrics"]?[0]?[path: "resource", "target", "averageUtilization"] == 60)
        let old = try await cluster.get("/apis/autoscaling/v1\(path)/h")
        #expect(old.value[path: "spec", "targetCPUUtilizationPercentage"] == 60)
    }

    @Test func eventsHaveTwoNames() async throws {
        let cluster = APITestServer()
        try await cluster.create(
            "/api/v1/namespaces/default/events",
            "{metadata: {name: e}, involvedObject: {kind: Pod, name: p, namespace: default}, reason: Started, message: hi, type: Normal}")
        let new = try await cluster.get("/apis/events.k8s.io/v1/namespaces/default/events/e")
        #expect(new.value["note"] == "hi")
        #expect(new.value[path: "regarding", "name"] == "p")
        let found = try await cluster.get("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp,involvedObject.kind%3DPod")
        #expect(found.value["items"]?.sequence?.count == 1)
    }

    @Test(arguments: [
        ("/api/v1/namespaces/default/pods", "{metadata: {name: p}, spec: {containers: []}}", "Pod \"p\" is invalid: spec.containers: Required value"),
        ("/api/v1/namespaces/default/configmaps", "{metadata: {name: A_b}}", "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"),
        ("/api/v1/namespaces/default/configmaps", "{metadata: {}}", "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"),
        ("/api/v1/namespaces/default/pods", "{metadata: {name: p}, spec: {containers: [{name: a, image: x, volumeMounts: [{name: v, mountPath: /v}]}]}}", "Pod \"p\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"v\""),
        ("/api/v1/namespaces/default/pods", "{metadata: {name: p}, spec: {containers: [{name: a, image: x}, {name: a, image: z}]}}", "Pod \"p\" is invalid: spec.containers[1].name: Duplicate value: \"a\""),
        ("/apis/networking.k8s.io/v1/namespaces/default/ingresses", "{metadata: {name: i}, spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: s, port: {number: 80}}}}]}}]}}", "Ingress.networking.k8s.io \"i\" is invalid: spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"),
    ])
    func refusals(path: String, yaml: String, text: String) async throws {
        let answer = try await made(path, yaml)
        #expect(answer.status == 422)
        #expect(answer.message == text)
    }
}
