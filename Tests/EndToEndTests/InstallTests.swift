import Chart
import Cluster
import Document
import Kubernetes
import Scenarios
import TestKit
import Testing

/// The chart that installs the daemon, on a real API server.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct InstallTests {
    @Test(.timeLimit(.minutes(3))) func isAccepted() async throws {
        try await withControlPlane { _, client in
            for (namespace, values) in [("martlet-system", InstallChart.least), ("ops", InstallChart.everything)] {
                let home = try #require(Object(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]))
                _ = try await client.apply(client.resource(for: home.gvk), home)
                let objects = try InstallChart.objects(values: values, release: ReleaseOptions(name: "martlet", namespace: namespace)).objects
                for object in applyOrder(objects).flatMap({ $0 }) {
                    // Its kind is the Prometheus operator's, which is not here.
                    if object.kind == "ServiceMonitor" { continue }
                    let applied = try await client.apply(client.resource(for: object.gvk), object)
                    #expect(applied.isCreated, "\(object.key)")
                    #expect(applied.warnings == [], "\(object.key)")
                    let again = try await client.apply(client.resource(for: object.gvk), object)
                    // A controller may have written the status in between; what was asked for is counted apart.
                    let isSame = applied.object.generation.map { $0 == again.object.generation } ?? (again.object.resourceVersion == applied.object.resourceVersion)
                    #expect(isSame, "\(object.key) changes when applied again")
                }
            }
        }
    }
}
