import Document
import FoundationEssentials
import Kubernetes
import Rollout
import Testing

@testable import Commands

/// `Examples/rollouts` says what its README says that it does.
@Suite struct RolloutExampleTests {
    private static let table: [(file: String, strategy: Strategy, steps: [Exposure], gate: Gate?)] = [
        ("canary", .canary, [.weight(5), .weight(25), .weight(50)], nil),
        ("blue-green", .blueGreen, [.preview, .weight(100)], Gate(limit: .seconds(86_400), expiry: .reject)), ("ab-test", .abTest, [.matching], Gate()),
    ]

    @Test(arguments: table) func isARollout(_ file: String, _ strategy: Strategy, _ steps: [Exposure], _ gate: Gate?) throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(root)/Examples/rollouts/\(file).yaml")))
        let objects = try YAML.documents(bytes, file: "\(file).yaml", options: .manifest).compactMap { Object($0.value) }
        let deployment = try #require(objects.first { $0.kind == "Deployment" })
        let spec = try #require(try RolloutSpec.of(deployment, policy(of: deployment)))
        #expect(spec.strategy == strategy && spec.steps.map(\.exposure) == steps && spec.gate == gate)
        let found = try traffic(for: spec, workload: deployment, among: objects)
        #expect(found.mode == .routes && found.services.count == 1 && found.routes.count == 1)
        // Before the gateway is there.
        let withoutRoute = objects.filter { $0.kind != "HTTPRoute" }
        #expect((try? traffic(for: spec, workload: deployment, among: withoutRoute).mode) == (strategy == .canary ? .replicas : strategy == .blueGreen ? .selector : nil))
    }

    /// The canary's annotations are the defaults.
    @Test func theDefaultsWrittenOut() throws {
        func spec(_ annotations: Mapping) throws -> RolloutSpec? {
            let object = try #require(
                Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "x", "annotations": .mapping(annotations)]]))
            return try RolloutSpec.of(object, policy(of: object), defaultMetrics: ["errors", "latency"])
        }
        let short = try spec(["martlet.dev/strategy": "canary"])
        #expect(
            try spec(["martlet.dev/strategy": "canary", "martlet.dev/steps": "5% 2m, 25% 5m, 50% 5m", "martlet.dev/analysis": "errors, latency"]) == short)
    }
}
