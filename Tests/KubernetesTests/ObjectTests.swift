import Document
import Kubernetes
import Testing

@Suite struct ObjectTests {
    @Test func settingNothingRemoves() throws {
        var config = try object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b, labels: {x: y}, annotations: {x: y}}}")
        config.namespace = ""
        config.labels = [:]
        config.annotations = [:]
        #expect(try config.value == yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"))
    }

    @Test(arguments: [
        ("ConfigMap", "web-1.x", true), ("ConfigMap", "Web", false), ("ConfigMap", "", false), ("ConfigMap", "-a", false),
        ("Namespace", "a.b", false), ("Service", "web", true), ("ConfigMap", "a..b", false), ("ConfigMap", "a_b", false),
    ])
    func names(kind: String, name: String, isGood: Bool) {
        #expect((ObjectName.problem(name, for: GroupVersionKind(apiVersion: "v1", kind: kind)) == nil) == isGood)
    }

    @Test func rolesMayHaveColons() {
        #expect(ObjectName.problem("system:x", for: GroupVersionKind(apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role")) == nil)
    }
}
