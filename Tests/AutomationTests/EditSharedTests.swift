import Automation
import Delivery
import Document
import Kubernetes
import Registry
import Testing

/// One text that several applications are made of.
@Suite struct EditSharedTests {
    private static let defaults = "image:\n  repository: ghcr.io/shop/web\n  tag: \"1.25\"\n"

    /// A chart that two applications release, each with values of its own where they are given.
    private static func chart(_ names: [String: String], extra: String = "") -> [String: String] {
        var files = [
            "charts/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "charts/x/values.yaml": defaults,
            "charts/x/templates/web.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  template:
                    spec:
                      containers:
                      - {name: web, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}
                      \(extra)

                """,
        ]
        for (name, values) in names {
            let helm = values.isEmpty ? "" : "  helm: {valuesFiles: [../../env/\(name).yaml]}\n"
            files["apps/\(name)/martlet.yaml"] =
                "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\nspec:\n  path: ../../charts/x\n  namespace: \(name)\n\(helm)"
            files["env/\(name).yaml"] = values
        }
        return files.filter { !$0.value.isEmpty }
    }

    private static let new = "ghcr.io/shop/web:1.26"

    private static func change(_ application: String, _ to: String = new) -> Change {
        image(key("web", namespace: application), "web", to, application: application)
    }

    @Test func anApplicationSaysItForItself() async throws {
        let files = try await snapshot(Self.chart(["prod": "replicas: 3\n", "staging": "replicas: 1\n"]))
        let result = edit(files, [Self.change("staging")])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(result.texts == ["env/staging.yaml": "replicas: 1\nimage:\n  tag: \"1.26\"\n"])
        #expect(result.alongside.isEmpty)
        // Both, to the same: the text they share.
        let both = edit(files, [Self.change("staging"), Self.change("prod")])
        #expect(both.texts == ["charts/x/values.yaml": Self.defaults.replacing("1.25", with: "1.26")] && both.applied.count == 2)
        #expect(both.alongside.isEmpty)
        // To different ones: the second may take the text they shared, which no longer is the first one's.
        let apart = edit(files, [Self.change("staging"), Self.change("prod", "ghcr.io/shop/web:1.27")])
        #expect(
            apart.texts == [
                "env/staging.yaml": "replicas: 1\nimage:\n  tag: \"1.26\"\n", "charts/x/values.yaml": Self.defaults.replacing("1.25", with: "1.27"),
            ], "\(apart.failed)")
    }

    /// No values of its own, but a declaration that can have some.
    @Test func anApplicationWithoutValuesGetsThem() async throws {
        let files = Self.chart(["prod": "", "staging": ""])
        let result = edit(try await snapshot(files), [Self.change("staging")])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(Array(result.files.keys) == ["apps/staging/martlet.yaml"] && result.alongside.isEmpty, "\(result.texts)")
        let again = try await snapshot(files.merging(result.texts) { $1 })
        #expect(edit(again, [Self.change("staging")]).unchanged.count == 1)
        #expect(edit(again, [Self.change("prod", "ghcr.io/shop/web:1.25")]).unchanged.count == 1)
    }

    /// A text that nothing goes over: the other application follows, and that is told.
    @Test func whoeverFollowsIsNamed() async throws {
        var texts = Self.chart(["prod": "replicas: 3\n", "staging": "replicas: 1\n"])
        texts["charts/x/templates/web.yaml"] = texts["charts/x/templates/web.yaml"]?.replacing("{{ .Values.image.tag }}", with: "1.25")
            .replacing("{{ .Values.image.repository }}", with: "ghcr.io/shop/web")
        let change = Self.change("staging")
        let result = edit(try await snapshot(texts), [change])
        #expect(Array(result.files.keys) == ["charts/x/templates/web.yaml"])
        #expect(
            result.alongside == [
                ContainerName(workload: key("web", namespace: "prod"), container: "web"): .init(image: reference(Self.new), leaders: [change])
            ])
        // Both want it, and both are asked before a third is moved.
        texts.merge(Self.chart(["test": "replicas: 1\n"]).filter { !$0.key.hasPrefix("charts") }) { $1 }
        let both = edit(try await snapshot(texts), [change, Self.change("prod")])
        #expect(both.alongside.keys.map(\.workload.namespace) == ["test"] && both.alongside.values.first?.leaders == [change, Self.change("prod")])
        // Two wishes that one text cannot fulfil are none.
        let apart = edit(try await snapshot(texts), [change, Self.change("prod", "ghcr.io/shop/web:1.27")])
        #expect(apart.files.isEmpty && apart.failed.count == 2)
        let names = ["container \"web\" of deployment.apps/web -n staging", "container \"web\" of deployment.apps/web -n prod"]
        #expect(apart.failed.first?.error.kind == .ambiguous(names), "\(apart.failed)")
    }

    /// The first change of a round is not overwritten by the second application's.
    @Test func changesOfOneRoundSeeEachOther() async throws {
        let side = "- {name: side, image: \"{{ .Values.side }}\"}"
        var texts = Self.chart(["prod": "", "staging": ""], extra: side)
        texts["charts/x/values.yaml"] = Self.defaults + "side: redis:6\n"
        let sides = ["staging", "prod"].map { image(key("web", namespace: $0), "side", "redis:7", application: $0) }
        let result = edit(try await snapshot(texts), [Self.change("staging"), sides[1], Self.change("prod"), sides[0]])
        #expect(result.texts == ["charts/x/values.yaml": (Self.defaults + "side: redis:7\n").replacing("1.25", with: "1.26")], "\(result.failed)")
        #expect(result.applied.count == 4 && result.alongside.isEmpty)
    }

    /// What only the other one makes of the value counts too.
    @Test func anotherApplicationsTemplateDecidesMore() async throws {
        var texts = Self.chart(["prod": ""])
        texts["y/Chart.yaml"] = "apiVersion: v2\nname: y\nversion: 1.0.0\n"
        texts["y/templates/c.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"v{{ .Values.image.tag }}\"}\n"
        texts["y/martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: other}\nspec:\n  path: .\n  helm: {valuesFiles: [../charts/x/values.yaml]}\n"
        let result = edit(try await snapshot(texts), [Self.change("prod")])
        #expect(Array(result.files.keys) == ["apps/prod/martlet.yaml"], "\(result.failed)")
    }

    @Test func manifestsOfTwoApplications() async throws {
        let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"ghcr.io/shop/web:1.25\"}]}}}\n"
        var texts = ["deploy/web.yaml": web]
        for name in ["prod", "staging"] {
            texts["apps/\(name)/martlet.yaml"] =
                "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\nspec: {path: ../../deploy, namespace: \(name)}\n"
        }
        let files = try await snapshot(texts)
        let one = edit(files, [Self.change("staging")])
        #expect(one.texts == ["deploy/web.yaml": web.replacing("1.25", with: "1.26")])
        #expect(one.alongside.keys.map(\.workload.namespace) == ["prod"])
        let both = edit(files, [Self.change("staging"), Self.change("prod")])
        #expect(both.applied.count == 2 && both.alongside.isEmpty)
        let apart = edit(files, [Self.change("staging"), Self.change("prod", "ghcr.io/shop/web:1.27")])
        #expect(apart.files.isEmpty && apart.failed.count == 2)
    }
}
