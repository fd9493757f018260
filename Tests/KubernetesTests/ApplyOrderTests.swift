import Document
import Kubernetes
import Testing

@Suite struct ApplyOrderTests {
    static func object(_ kind: String, _ name: String, wave: String? = nil) -> Object? {
        let versions = [
            "Deployment": "apps/v1", "Ingress": "networking.k8s.io/v1", "CustomResourceDefinition": "apiextensions.k8s.io/v1",
            "StorageClass": "storage.k8s.io/v1", "Role": "rbac.authorization.k8s.io/v1", "HTTPRoute": "gateway.networking.k8s.io/v1",
            "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1", "Widget": "example.com/v1", "Job": "batch/v1",
        ]
        var value: Value = ["apiVersion": .string(versions[kind] ?? "v1"), "kind": .string(kind), "metadata": ["name": .string(name)]]
        if let wave { value[path: "metadata", "annotations"] = ["martlet.dev/wave": .string(wave)] }
        return Object(value)
    }

    @Test func phasesInOrder() {
        let names = [
            "ValidatingWebhookConfiguration", "Ingress", "Widget", "Deployment", "Service", "Secret", "ResourceQuota", "ServiceAccount",
            "StorageClass", "CustomResourceDefinition", "Namespace", "ConfigMap", "Role", "HTTPRoute",
        ]
        let stages = applyOrder(names.compactMap { Self.object($0, "x") })
        #expect(
            stages.map { $0.map(\.kind) } == [
                ["CustomResourceDefinition", "Namespace"], ["StorageClass"], ["Role", "ServiceAccount"], ["ResourceQuota"],
                ["ConfigMap", "Secret"], ["Service"], ["Deployment"], ["Widget"], ["HTTPRoute", "Ingress"],
                ["ValidatingWebhookConfiguration"],
            ])
    }

    @Test func wavesComeFirst() {
        let stages = applyOrder(
            [
                Self.object("Deployment", "b"), Self.object("Job", "migrate", wave: "-1"), Self.object("ConfigMap", "c"),
                Self.object("Deployment", "a"), Self.object("Secret", "late", wave: "2"),
            ].compactMap { $0 })
        #expect(stages.map { $0.map(\.name) } == [["migrate"], ["c"], ["a", "b"], ["late"]])
    }

    @Test func deletesBackwards() throws {
        let keys = ["Namespace", "Service", "Deployment", "ConfigMap"].compactMap { Self.object($0, "x")?.key }
        #expect(deleteOrder(keys).map { $0.map(\.kind) } == [["Deployment"], ["Service"], ["ConfigMap"], ["Namespace"]])
    }
}
