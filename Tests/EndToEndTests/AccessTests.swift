import Basics
import Chart
import Cluster
import Document
import Kubernetes
import Scenarios
import Server
import TestKit
import Testing

/// Who may change a workload, by the word of a real API server.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct AccessTests {
    /// The daemon asks with what the chart's role gives it, and nothing more.
    @Test(.timeLimit(.minutes(3))) func reviews() async throws {
        try await withControlPlane { _, client in
            func apply(_ value: Value) async throws {
                let object = try #require(Object(value))
                _ = try await client.apply(client.resource(for: object.gvk), object)
            }
            for name in ["ops", "shop"] { try await apply(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]) }
            let chart = try InstallChart.objects(values: InstallChart.everything, release: ReleaseOptions(name: "martlet", namespace: "ops"))
            for object in chart.objects where ["ServiceAccount", "ClusterRole", "ClusterRoleBinding"].contains(object.kind) {
                try await apply(object.value)
            }
            let account = try #require(chart.objects.first { $0.kind == "ServiceAccount" }?.name)
            let daemon = client.impersonating("system:serviceaccount:ops:\(account)")
            func authority() -> ClusterAuthority { ClusterAuthority(client: daemon, time: SystemTime()) }
            let deployment = GroupKind(group: "apps", kind: "Deployment")

            // The API server's own view of roles takes a moment.
            func eventually(_ question: () async throws -> Bool) async throws -> Bool {
                for _ in 0..<1200 {
                    if (try? await question()) == true { return true }
                    try await Task.sleep(for: .milliseconds(50))
                }
                return try await question()
            }
            #expect(try await eventually { try await authority().caller(token: "no-such-token") == nil })
            let leader = try #require(try await authority().caller(token: "good-token"))
            #expect(leader.name == "tester" && leader.groups.contains("system:masters"))
            #expect(try await authority().isAllowed(leader, .patch, deployment, namespace: "shop", name: "front-end"))

            let nobody = try #require(try await authority().caller(token: "weak-token"))
            for verb in [AccessVerb.get, .list, .patch] {
                #expect(try await !authority().isAllowed(nobody, verb, deployment, namespace: "shop", name: "front-end"), "\(verb)")
            }
            try await apply([
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": ["name": "releaser", "namespace": "shop"],
                "rules": [["apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"], "resourceNames": ["front-end"]]],
            ])
            try await apply([
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": ["name": "releaser", "namespace": "shop"],
                "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "releaser"],
                "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string(nobody.name)]],
            ])
            #expect(try await eventually { try await authority().isAllowed(nobody, .patch, deployment, namespace: "shop", name: "front-end") })
            #expect(try await !authority().isAllowed(nobody, .patch, deployment, namespace: "shop", name: "orders"))
            #expect(try await !authority().isAllowed(nobody, .list, deployment, namespace: "shop", name: nil))
            #expect(try await !authority().isAllowed(nobody, .patch, deployment, namespace: "ops", name: "front-end"))

            // Without the chart's role it cannot ask, and says what is missing.
            let stranger = ClusterAuthority(client: client.impersonating("system:serviceaccount:shop:default"), time: SystemTime())
            let error = try await #require(throws: AccessError.self) { _ = try await stranger.caller(token: "good-token") }
            #expect(error.description.contains("create tokenreviews"), "\(error)")
        }
    }
}
