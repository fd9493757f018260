import Automation
import Basics
import Document
import Kubernetes
import Registry
import Testing

@Suite("Automation policies: from a manifest's text to a choice") struct PolicyManifestTests {
    private static func workload(_ annotations: String, image: String = "shop/app:1.0.0") throws -> Object {
        let lines = annotations.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        let text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: app
              annotations:
            \(lines)
            spec:
              template:
                spec:
                  initContainers: [{name: init-container, image: shop/init:1.0}]
                  containers:
                  - {name: app, image: "\(image)"}
                  - {name: sidecar, image: shop/proxy:1.0}
            """
        let value = try YAML.parse(Array(text.utf8), file: "app.yaml")
        return try #require(Object(value))
    }

    private static let tags = ["latest", "1.0.0", "1.0.9", "1.2.0", "stg-1", "dev-1"].enumerated().map {
        ImageTag($1, builtAt: Timestamp(milliseconds: 1_700_000_000_000 + Int64($0) * ($1 == "latest" ? 0 : 1000)))
    }

    /// Annotations, container and what happens to an image at 1.0.0.
    private static let manifests: [(String, String, String)] = [
        ("fluxcd.io/automated: 'true'", "app", "→ dev-1"), ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.app: semver:~1.0", "app", "→ 1.0.9"),
        ("flux.weave.works/automated: 'true'\nflux.weave.works/tag.app: semver:*", "app", "→ 1.2.0"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.sidecar: regex:^stg.*\nfluxcd.io/tag.app: glob:dev-*", "sidecar", "→ stg-1"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.app: regexp:^stg", "app", "→ stg-1"), ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.app: dev-*", "app", "→ dev-1"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.init-container: semver:~1.2", "init-container", "→ 1.2.0"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag_all: semver:*\nfluxcd.io/tag.sidecar: glob:stg-*", "app", "→ 1.2.0"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag_all: semver:*\nfluxcd.io/tag.sidecar: glob:stg-*", "sidecar", "→ stg-1"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.app: semver:~1.0\nmartlet.dev/tag.app: semver:~1.2", "app", "→ 1.2.0"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/locked: 'true'\nfluxcd.io/locked_user: ann\nfluxcd.io/locked_msg: freeze", "app", "locked by ann: freeze"),
        ("martlet.dev/automated: 'true'\nmartlet.dev/locked: 'true'\nmartlet.dev/locked-by: bob", "app", "locked by bob"),
        ("martlet.dev/tag.app: semver:*", "app", "not automated"), ("fluxcd.io/automated: 'false'", "app", "not automated"),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/ignore: 'true'", "app", "ignored"), ("martlet.dev/automated: 'true'\nmartlet.dev/tag.app: newest", "app", "→ dev-1"),
        ("martlet.dev/automated: 'true'\nmartlet.dev/tag.app: semver:~3", "app", "no tag matches semver:~3 (best other: 1.2.0)"),
    ]

    private static func outcome(_ choice: Choice) -> String {
        switch choice {
        case .take(let tag): "→ \(tag.name)"
        case .stay(let reason): reason.description
        }
    }

    @Test(arguments: manifests) func decides(annotations: String, container: String, expected: String) throws {
        let policy = try AutomationPolicy(of: try Self.workload(annotations))
        let choice = try policy.decide(container: container, image: ImageReference(name: "shop/app", tag: "1.0.0"), tags: Self.tags)
        #expect(Self.outcome(choice) == expected)
    }

    /// The workload's annotations, its Application's, and what happens.
    private static let defaults: [(String, Mapping, String)] = [
        ("x: 'y'", ["martlet.dev/automated": "true", "martlet.dev/tag.app": "semver:~1.0"], "→ 1.0.9"),
        ("martlet.dev/tag.app: semver:~1.2", ["martlet.dev/automated": "true", "martlet.dev/tag.app": "semver:~1.0"], "→ 1.2.0"),
        ("fluxcd.io/tag_all: semver:~1.2", ["martlet.dev/automated": "true", "martlet.dev/tag.app": "semver:~1.0"], "→ 1.2.0"),
        ("fluxcd.io/automated: 'false'", ["martlet.dev/automated": "true"], "not automated"),
        ("x: 'y'", ["martlet.dev/automated": "true", "martlet.dev/locked": "true", "martlet.dev/locked-reason": "freeze"], "locked: freeze"),
        ("martlet.dev/locked: 'false'", ["martlet.dev/automated": "true", "martlet.dev/locked": "true", "martlet.dev/tag.app": "semver:*"], "→ 1.2.0"),
        ("martlet.dev/automated: 'true'", [:], "→ dev-1"),
    ]

    @Test(arguments: defaults) func theWorkloadsOwnWordWins(annotations: String, defaults: Mapping, expected: String) throws {
        let policy = try AutomationPolicy(of: try Self.workload(annotations), defaults: defaults)
        let choice = try policy.decide(container: "app", image: ImageReference(name: "shop/app", tag: "1.0.0"), tags: Self.tags)
        #expect(Self.outcome(choice) == expected)
    }

    /// Annotations that cannot be used, and what the error names.
    private static let faults: [(String, String)] = [
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag.app: 'semver:'", "annotation \"fluxcd.io/tag.app\""),
        ("fluxcd.io/automated: 'true'\nflux.weave.works/tag.app: 'regexp:a(b'", "annotation \"flux.weave.works/tag.app\": \"regex:a(b\""),
        ("fluxcd.io/automated: 'true'\nfluxcd.io/tag_all: ''", "annotation \"fluxcd.io/tag_all\""),
        ("martlet.dev/automated: 'true'\nmartlet.dev/tag.app: semver:~one", "annotation \"martlet.dev/tag.app\": \"semver:~one\""),
        ("martlet.dev/automated: 'true'\nmartlet.dev/tag.ap: semver:~1", "did you mean \"martlet.dev/tag.app\""),
        ("martlet.dev/automated: 'yes'", "annotation \"martlet.dev/automated\""),
    ]

    @Test(arguments: faults) func aFaultIsNeverAMatch(annotations: String, part: String) throws {
        let origin = Origin(file: "app.yaml", line: 1)
        let error = try #require(throws: AutomationError.self) {
            let policy = try AutomationPolicy(of: try Self.workload(annotations), origin: origin)
            _ = try policy.decide(container: "app", image: ImageReference(name: "shop/app", tag: "1.0.0"), tags: Self.tags)
        }
        #expect(error.description.hasPrefix("app.yaml:1: ") && error.description.contains(part), "\(error)")
    }
}
