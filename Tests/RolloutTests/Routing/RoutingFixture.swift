import Document
import Kubernetes
import Testing

@testable import Rollout

/// Objects from YAML, and the rollout of a Deployment `web` in the namespace `shop`.
enum Shop {
    static let workload = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
    static let arms = RolloutOverlay.Arms(stable: "old", next: "new")

    static func objects(_ text: String) throws -> [Object] {
        try YAML.documents(Array(text.utf8), file: "").map { document in
            var object = try #require(Object(document.value))
            if object.namespace.isEmpty { object.namespace = "shop" }
            return object
        }
    }

    /// With `labels`, the pods' labels.
    static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web, tier: front}}}
        """

    static let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
        """

    /// The workload, its Service, and more.
    static func application(_ more: String...) throws -> [Object] {
        try objects(([deployment, service] + more).joined(separator: "\n---\n"))
    }

    static func spec(_ strategy: Strategy, _ exposures: [Exposure] = [], matches: [RequestMatch] = [], traffic: Traffic = .auto)
        -> RolloutSpec
    {
        RolloutSpec(
            workload: workload, strategy: strategy, steps: exposures.map { .init($0, .seconds(60)) }, matches: matches, traffic: traffic)
    }

    static func search(_ spec: RolloutSpec, _ objects: [Object]) throws(RolloutError) -> RolloutTraffic {
        let deployment = objects.first { $0.key == workload }
        guard let deployment else { throw RolloutError("the fixture has no Deployment", workload: workload) }
        return try traffic(for: spec, workload: deployment, among: objects)
    }

    /// The overlay on everything that leads to `web`.
    static func overlay(_ routes: RolloutOverlay.Routes, on objects: [Object]) throws -> [Object] {
        let found = RolloutTraffic(
            mode: .routes, services: objects.filter { serviceSelector($0) != nil }.map(\.key),
            routes: objects.filter { router(of: $0.groupKind) != nil }.map(\.key))
        return try overlaid(objects, RolloutOverlay(pin: "old", arms: arms, routes: routes), traffic: found, workload: workload)
    }
}

extension [Object] {
    func named(_ kind: String, _ name: String) -> Object? { first { $0.kind == kind && $0.name == name } }
}

/// Two documents that must be the same; shows both as YAML where they are not.
func expectSame(_ found: Value?, _ wanted: String, _ note: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
    let wanted = try YAML.parse(wanted)
    #expect(found == wanted, "\(note)\n\(YAML.write(found ?? .null))", sourceLocation: sourceLocation)
}
