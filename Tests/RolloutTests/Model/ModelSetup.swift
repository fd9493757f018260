import Basics
import Document
import Kubernetes
import Rollout

/// One workload and how it is released.
struct ModelSetup: Sendable, CustomStringConvertible {
    var name: String
    var spec: RolloutSpec
    var mode: RolloutTraffic.Mode
    var size = 4
    var startDelay = Duration.seconds(10)
    var stopDelay = Duration.seconds(5)

    var description: String { name }

    static let workload = ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "shop")

    init(
        _ name: String, _ strategy: Strategy, _ mode: RolloutTraffic.Mode, steps: [RolloutSpec.Step], metrics: [String] = ["errors"],
        gate: Gate? = nil, onFailure: OnFailure = .rollback
    ) {
        self.name = name
        self.mode = mode
        spec = RolloutSpec(
            workload: Self.workload, strategy: strategy, steps: steps, metrics: metrics, gate: gate, onFailure: onFailure,
            traffic: mode == .replicas ? .none : .auto)
    }

    static let ramped = ModelSetup(
        "ramped", .ramped, .replicas, steps: [.init(.weight(25), .seconds(60)), .init(.weight(50), .seconds(60))])
    static let blueGreen = ModelSetup(
        "blue-green", .blueGreen, .selector, steps: [.init(.preview, .seconds(60)), .init(.weight(100), .seconds(120))])
    static let canary = ModelSetup(
        "canary", .canary, .routes, steps: [.init(.weight(10), .seconds(60)), .init(.weight(50), .seconds(60))])
    static let routedBlueGreen = ModelSetup(
        "blue-green by a route", .blueGreen, .routes, steps: [.init(.preview, .seconds(60)), .init(.weight(100), .seconds(120))])
    static let mirror = ModelSetup("mirror", .mirror, .routes, steps: [.init(.mirror(25), .seconds(60))])
    static let abTest = ModelSetup("ab-test", .abTest, .routes, steps: [.init(.matching, .seconds(60))])

    /// The three of the crash matrix.
    static let three = [ramped, blueGreen, canary]
    static let all = [ramped, blueGreen, canary, routedBlueGreen, mirror, abTest]
}

/// What git says: the workload's manifest, whose image is the version.
struct ModelGit {
    private let setup: ModelSetup
    private(set) var history: [String] = ["shop:v1"]
    /// Nil: the strategy annotation was taken away.
    var spec: RolloutSpec?
    var reverted: Set<String> = []

    init(_ setup: ModelSetup) {
        self.setup = setup
        spec = setup.spec
    }

    var image: String { history.last ?? "" }
    var revision: String { "commit \(history.count)" }

    mutating func commit(_ image: String) { history.append(image) }

    /// Takes back the commit that brought an image, if it is still the newest.
    mutating func revert(_ image: String) {
        guard self.image == image, let before = history.last(where: { $0 != image }) else { return }
        reverted.insert(image)
        history.append(before)
    }

    var manifest: Object { Self.manifest(image) }

    static func manifest(_ image: String) -> Object {
        object([
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "shop", "namespace": "default"],
            "spec": [
                "selector": ["matchLabels": ["app": "shop"]],
                "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]],
                "template": [
                    "metadata": ["labels": ["app": "shop"]],
                    "spec": ["containers": [["name": "shop", "image": .string(image)]]],
                ],
            ],
        ])
    }
}

/// A literal that is an object.
func object(_ value: Value) -> Object {
    guard let object = Object(value) else { preconditionFailure("no object: \(value)") }
    return object
}
