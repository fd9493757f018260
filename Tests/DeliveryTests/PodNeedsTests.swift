import Document
import Kubernetes
import Rollout
import Testing

@testable import Delivery

/// What may not go while a rollout is under way.
@Suite struct PodNeedsTests {
    private func template(_ number: Int, _ more: String = "") throws -> Value {
        try YAML.parse(
            """
            metadata: {labels: {app: web, pod-template-hash: "\(number)"}}
            spec:
              serviceAccountName: account-\(number)
              imagePullSecrets: [{name: pull-\(number)}]
              containers: [{name: web, image: "web:\(number)", envFrom: [{configMapRef: {name: config-\(number)}}]}]
            \(more)
            """)
    }

    private func object(_ kind: String, _ name: String, _ spec: Value) -> Object? {
        Object(["apiVersion": kind == "Pod" ? "v1" : "apps/v1", "kind": .string(kind), "metadata": ["name": .string(name), "namespace": "shop"], "spec": spec])
    }

    private func key(_ kind: String, _ name: String) -> ObjectKey { ObjectKey(group: "", kind: kind, namespace: "shop", name: name) }

    @Test func ofEveryVersionThatHasPods() throws {
        let live = try #require(object("Deployment", "web", ["template": try template(1)]))
        let sets = try (2...3).map { try #require(object("ReplicaSet", "web-\($0)", ["replicas": .int($0 == 2 ? 1 : 0), "template": try template($0)])) }
        var pods = try (4...5).map { number in
            try #require(object("Pod", "web-\(number)-x", try template(number)["spec"] ?? .null))
        }
        pods[1].value["status"] = ["phase": "Failed"]
        let needs = podNeeds(of: RolloutView(workload: live, replicaSets: sets, pods: pods), state: nil)
        for number in [1, 2, 4] {
            #expect(needs.isSuperset(of: [key("ServiceAccount", "account-\(number)"), key("Secret", "pull-\(number)"), key("ConfigMap", "config-\(number)")]), "\(number)")
        }
        #expect(needs.count == 9, "a set without pods and an evicted pod need nothing: \(needs)")
    }

    @Test func classesAndSecretsOfDrivers() throws {
        let more = "  priorityClassName: high\n  runtimeClassName: sandbox\n  volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: publish}}}]"
        let live = try #require(object("DaemonSet", "agent", ["template": try template(1, more)]))
        let needs = podNeeds(of: RolloutView(workload: live, replicaSets: []), state: nil)
        #expect(
            needs.isSuperset(of: [
                ObjectKey(group: "scheduling.k8s.io", kind: "PriorityClass", namespace: "", name: "high"),
                ObjectKey(group: "node.k8s.io", kind: "RuntimeClass", namespace: "", name: "sandbox"), key("Secret", "publish"),
            ]))
    }

    /// What makes a Secret takes it along.
    @Test func whoMakesASecretIsNeeded() {
        let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        var input = PlanInput(
            desired: Desired(spec: ApplicationSpec(name: "shop", path: "", origin: Origin(file: "", line: nil)), revision: SourceRevision(reference: "main", commit: "1")),
            prepared: [], inventory: Inventory(application: "shop"), fingerprint: PlanTests.Situation.key, source: "", live: { _ in .absent })
        input.needs = [key("Secret", "db-1"): web]
        func needing(_ group: String, _ kind: String, _ name: String) -> ObjectKey? {
            input.needing(ObjectKey(group: group, kind: kind, namespace: "shop", name: name))
        }
        #expect(needing("bitnami.com", "SealedSecret", "db-1") == web && needing("external-secrets.io", "ExternalSecret", "db-1") == web)
        #expect(needing("bitnami.com", "SealedSecret", "db-2") == nil && needing("networking.k8s.io", "Ingress", "db-1") == nil)
    }
}
