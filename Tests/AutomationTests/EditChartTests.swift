import Automation
import Delivery
import Document
import Kubernetes
import Registry
import Testing

/// Images of charts: the value that feeds them is found by what it does.
@Suite struct EditChartTests {
    private static let head = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"6.5.0\"\n"

    private static func deployment(_ name: String, _ image: String, container: String = "web", extra: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: \(name)
          labels:
            app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
        spec:
          replicas: {{ .Values.replicas }}
          template:
            metadata:
              annotations:
                checksum/values: {{ toYaml .Values | sha256sum }}
            spec:
              containers:
              - name: \(container)
                image: \(image)
                args: ["--version={{ .Values.image.tag | default .Chart.AppVersion }}"]
        \(extra)
        """
    }

    /// A chart in the folder "web", as an application nobody declared; its workloads have no namespace.
    private static func chart(_ image: String, values: String, name: String = "web") -> [String: String] {
        ["web/Chart.yaml": head, "web/values.yaml": values, "web/templates/web.yaml": deployment(name, image)]
    }

    private static let split = "# Defaults.\nreplicas: 1\nimage:\n  repository: ghcr.io/shop/web # where\n  tag: \"1.25\"  # what\n  pullPolicy: Always\n"
    private static let splitImage = "\"{{ .Values.image.repository }}:{{ .Values.image.tag }}\""

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var files: [String: String]
        var to: String
        /// The files afterwards, by what becomes of texts in them.
        var file = "web/values.yaml"
        var changes: [(String, String)]
        var testDescription: String { name }
    }

    private static let empty = "replicas: 1\nimage:\n  repository: ghcr.io/shop/web\n  tag: \"\" # the chart's version\n"
    private static let digest = String(repeating: "ab", count: 32)

    static let forms: [Case] = [
        Case(name: "repository and tag", files: chart(splitImage, values: split), to: "ghcr.io/shop/web:1.26", changes: [("\"1.25\"", "\"1.26\"")]),
        Case(
            name: "both of them", files: chart(splitImage, values: split), to: "quay.io/web:v2",
            changes: [("\"1.25\"", "\"v2\""), ("ghcr.io/shop/web", "quay.io/web")]),
        Case(
            name: "one text", files: chart("{{ .Values.img }}", values: "replicas: 1\nimg: nginx:1.25 # c\nimage: {tag: x}\n"), to: "nginx:1.26",
            changes: [("nginx:1.25", "nginx:1.26")]),
        Case(
            name: "a registry too",
            files: chart(
                "{{ printf \"%s/%s:%s\" .Values.image.registry .Values.image.repository (toString .Values.image.tag) }}",
                values: "replicas: 1\nimage:\n  registry: docker.io\n  repository: shop/web\n  tag: 1.10.2-alpine\n"),
            to: "quay.io/shop/web:1.11.0-alpine", changes: [("1.10.2-alpine", "1.11.0-alpine"), ("docker.io", "quay.io")]),
        Case(
            name: "a number that becomes a text", files: chart(splitImage, values: split.replacing("\"1.25\"", with: "1.25")),
            to: "ghcr.io/shop/web:1.30", changes: [("1.25", "\"1.30\"")]),
        Case(
            name: "one that looks like the replicas", files: chart(splitImage, values: split.replacing("\"1.25\"", with: "1")),
            to: "ghcr.io/shop/web:2", changes: [("tag: 1", "tag: \"2\"")]),
        Case(
            name: "the chart's version instead of an empty tag",
            files: chart("{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}", values: empty),
            to: "ghcr.io/shop/web:6.6.1", changes: [("tag: \"\"", "tag: \"6.6.1\"")]),
        Case(
            name: "the chart's version instead of a tag that is not there",
            files: chart(
                "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}",
                values: "replicas: 1\nimage:\n    repository: ghcr.io/shop/web\nport: 80\n"),
            to: "ghcr.io/shop/web:6.6.1", changes: [("shop/web\n", "shop/web\n    tag: \"6.6.1\"\n")]),
        Case(
            name: "nothing but the chart's version", files: chart("ghcr.io/shop/web:{{ .Chart.AppVersion }}", values: "replicas: 1\nimage: {tag: 6.5.0}\n"),
            to: "ghcr.io/shop/web:6.6.1", file: "web/Chart.yaml", changes: [("6.5.0", "6.6.1")]),
        Case(
            name: "written out in the template", files: chart("nginx:1.25", values: "replicas: 1\nimage: {tag: x}\n"), to: "nginx:1.26",
            file: "web/templates/web.yaml", changes: [("nginx:1.25", "nginx:1.26")]),
        Case(
            name: "a digest", files: chart("{{ .Values.image.repository }}@{{ .Values.image.digest }}", values: "replicas: 1\nimage:\n  repository: web\n  digest: sha256:\(digest)\n"),
            to: "web@sha256:\(String(repeating: "cd", count: 32))", changes: [(digest, String(repeating: "cd", count: 32))]),
        Case(
            name: "a digest in a key of its own",
            files: chart(
                "\"{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}\"",
                values: split + "  digest: \"\"\n"),
            to: "ghcr.io/shop/web:1.26@sha256:\(digest)", changes: [("\"1.25\"", "\"1.26\""), ("digest: \"\"", "digest: \"sha256:\(digest)\"")]),
        Case(
            name: "a digest that goes",
            files: chart(
                "\"{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}\"",
                values: split + "  digest: sha256:\(digest)\n"),
            to: "ghcr.io/shop/web:1.26", changes: [("\"1.25\"", "\"1.26\""), ("sha256:\(digest)", "\"\"")]),
        Case(
            name: "a digest that hides the tag",
            files: chart(
                "{{ .Values.image.repository }}{{ with .Values.image.digest }}@{{ . }}{{ else }}:{{ .Values.image.tag }}{{ end }}",
                values: "replicas: 1\nimage:\n  repository: web\n  digest: sha256:\(digest)\n  # tag: v1\n"),
            to: "web:6.5.0", changes: [("sha256:\(digest)", "\"\""), ("\n  # tag", "\n  tag: \"6.5.0\"\n  # tag")]),
        Case(
            name: "in a list", files: chart("{{ (index .Values.images 1).name }}", values: "replicas: 1\nimage: {tag: x}\nimages:\n- name: redis:6\n- name: nginx:1.25\n"),
            to: "nginx:1.26", changes: [("nginx:1.25", "nginx:1.26")]),
        Case(
            name: "through an anchor", files: chart(splitImage, values: "replicas: 1\nversion: &v v1.25\nimage:\n  repository: web\n  tag: *v\n"),
            to: "web:v1.26", changes: [("v1.25", "v1.26")]),
    ]

    @Test(arguments: forms) func everyForm(_ test: Case) async throws {
        let result = edit(try await snapshot(test.files), [image(key("web", namespace: ""), "web", test.to, application: "web")])
        #expect(result.failed.map { "\($0.error)" } == [])
        let before = try #require(test.files[test.file])
        #expect(result.texts == [test.file: test.changes.reduce(before) { $0.replacing($1.0, with: $1.1) }])
    }

    // MARK: where it is written

    private static let declared = """
        apiVersion: martlet.dev/v1alpha1
        kind: Application
        metadata:
          name: web
        spec:
          path: charts/web
          namespace: shop
          helm:
            valuesFiles: [../../envs/base.yaml, ../../envs/prod.yaml]

        """

    private func declared(_ more: [String: String], _ inline: String = "") -> [String: String] {
        let chart = Self.chart(Self.splitImage, values: Self.split)
        var all = Dictionary(chart.map { ("charts/\($0.key)", $0.value) }) { $1 }
        all["martlet.yaml"] = Self.declared + inline
        all["envs/base.yaml"] = "replicas: 2\n"
        all["envs/prod.yaml"] = "replicas: 3\n"
        return all.merging(more) { $1 }
    }

    @Test func theStrongestFileThatSaysIt() async throws {
        let change = image(key("web"), "web", "ghcr.io/shop/web:1.26", application: "web")
        let base = "image:\n  tag: v1.25 # base\n"
        let defaults = edit(try await snapshot(declared([:])), [change])
        #expect(defaults.texts == ["charts/web/values.yaml": Self.split.replacing("1.25", with: "1.26")])
        let inBase = edit(try await snapshot(declared(["envs/base.yaml": base])), [change])
        #expect(inBase.texts == ["envs/base.yaml": base.replacing("v1.25", with: "\"1.26\"")])
        let both = edit(try await snapshot(declared(["envs/base.yaml": base, "envs/prod.yaml": "image: {tag: v1.24}\n"])), [change])
        #expect(both.texts == ["envs/prod.yaml": "image: {tag: \"1.26\"}\n"])
        let inline = "    values:\n      image: {tag: v1.23} # now\n"
        let inside = edit(try await snapshot(declared(["envs/base.yaml": base], inline)), [change])
        #expect(inside.texts == ["martlet.yaml": Self.declared + inline.replacing("v1.23", with: "\"1.26\"")])
        let set = "    set: [replicas=4, image.tag=v1.22]\n"
        let settled = edit(try await snapshot(declared(["envs/base.yaml": base], inline + set)), [change])
        #expect(settled.texts == ["martlet.yaml": Self.declared + inline + set.replacing("v1.22", with: "1.26")])
    }

    /// A document of another kind may have the application's name.
    @Test func anotherDocumentOfTheName() async throws {
        let application = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  path: charts/web\n  helm:\n    set:\n    - image.tag=1.25\n"
        let other = "---\napiVersion: martlet.dev/v1alpha1\nkind: Metric\nmetadata: {name: web}\nspec: {query: up, max: 1}\n"
        var files = try await snapshot([
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "charts/web/templates/web.yaml":
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: \"shop/web:{{ .Values.image.tag }}\"}]}}}\n",
            "martlet.yaml": application,
        ])
        files.bytes["martlet.yaml"] = Array((application + other).utf8)
        let result = edit(files, [image(key("web"), "web", "shop/web:1.26", application: "web")])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(result.texts == ["martlet.yaml": application.replacing("1.25", with: "1.26") + other])
    }

    @Test func changesSeeEachOther() async throws {
        let inline = "    values: {image: {tag: v1.23}}\n"
        let files = try await snapshot(declared([:], inline))
        let result = edit(
            files,
            [
                image(key("web"), "web", "ghcr.io/shop/web:1.24", application: "web"),
                .annotate(workload: key("web"), application: "web", set: ["martlet.dev/automated": "true"], remove: []),
                image(key("web"), "web", "ghcr.io/shop/web:1.25", application: "web"),
            ])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(
            result.texts == [
                "martlet.yaml": Self.declared.replacing("  name: web\n", with: "  name: web\n  annotations:\n    martlet.dev/automated: \"true\"\n")
                    + inline.replacing("v1.23", with: "\"1.25\"")
            ])
    }

    @Test func subcharts() async throws {
        let sub = ["Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n", "values.yaml": "replicas: 1\nimage: {repository: redis, tag: v6}\n"]
        var files = Self.chart(Self.splitImage, values: Self.split)
        files["web/Chart.yaml"] = Self.head + "dependencies:\n- {name: cache, version: 1.x, alias: front}\n- {name: cache, version: 1.x, alias: back}\n"
        for (name, text) in sub { files["web/charts/cache/\(name)"] = text }
        files["web/charts/cache/templates/a.yaml"] = Self.deployment("{{ .Chart.Name }}", Self.splitImage, container: "cache")
        let change = image(key("back", namespace: ""), "cache", "redis:v7", application: "web")
        // The defaults feed both aliases, which run the same image.
        let both = edit(try await snapshot(files), [change])
        #expect(both.texts == ["web/charts/cache/values.yaml": sub["values.yaml"]?.replacing("v6", with: "v7")])
        #expect(Set(both.alongside.keys) == [ContainerName(workload: key("front", namespace: "default"), container: "cache")])
        // One of them has its own say.
        files["web/values.yaml"] = Self.split + "back:\n  image:\n    tag: v6.1\n"
        let own = edit(try await snapshot(files), [change])
        #expect(own.texts == ["web/values.yaml": files["web/values.yaml"]?.replacing("v6.1", with: "v7")])
    }

    @Test func whatTemplatesMakeUpIsNoDifference() async throws {
        var files = Self.chart(Self.splitImage, values: Self.split)
        files["web/templates/s.yaml"] = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {key: {{ genPrivateKey \"ed25519\" | b64enc }}, word: {{ randAlphaNum 8 }}}\n"
        let result = edit(try await snapshot(files), [image(key("web", namespace: ""), "web", "ghcr.io/shop/web:1.26", application: "web")])
        #expect(result.texts == ["web/values.yaml": Self.split.replacing("1.25", with: "1.26")], "\(result.failed)")
    }

    // MARK: what cannot be

    @Test func aValueOfTwoImages() async throws {
        var files = Self.chart(Self.splitImage, values: Self.split)
        files["web/templates/b.yaml"] = Self.deployment("other", "ghcr.io/shop/other:{{ .Values.image.tag }}")
        let change = image(key("web", namespace: ""), "web", "ghcr.io/shop/web:1.26", application: "web")
        let result = edit(try await snapshot(files), [change])
        #expect(result.files.isEmpty)
        let error = try #require(result.failed.first?.error)
        #expect("\(error)".contains("\"web/values.yaml: image.tag\" is also in the image \"ghcr.io/shop/other:1.25\" of container \"web\" of deployment.apps/other"))
        // Where both are to change, they do.
        let together = edit(
            try await snapshot(files), [change, image(key("other", namespace: ""), "web", "ghcr.io/shop/other:1.26", application: "web")])
        #expect(together.texts == ["web/values.yaml": Self.split.replacing("1.25", with: "1.26")] && together.applied.count == 2)
        // The same image may follow.
        files["web/templates/b.yaml"] = Self.deployment("other", Self.splitImage)
        let same = edit(try await snapshot(files), [change, image(key("other", namespace: ""), "web", "ghcr.io/shop/web:1.26", application: "web")])
        #expect(same.texts == ["web/values.yaml": Self.split.replacing("1.25", with: "1.26")])
        #expect(same.applied.count == 2 && same.unchanged.isEmpty)
    }

    @Test(arguments: [
        ("{{ if semverCompare \">=1.26\" .Values.image.tag }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: new}\n{{ end }}\n", "configmap/new would be new"),
        ("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {even: {{ .Values.image.tag | replace \"1.25\" \"no\" | quote }}}\n", "\"data.even\" of configmap/c would change from \"no\" to \"1.26\""),
        ("{{ if eq .Values.image.tag \"1.26\" }}{{ fail \"no\" }}{{ end }}\n", "does not render"),
    ]) func aValueThatDecidesMore(_ extra: String, _ says: String) async throws {
        var files = Self.chart(Self.splitImage, values: Self.split)
        files["web/templates/z.yaml"] = extra
        let result = edit(try await snapshot(files), [image(key("web", namespace: ""), "web", "ghcr.io/shop/web:1.26", application: "web")])
        #expect(result.files.isEmpty)
        #expect("\(try #require(result.failed.first?.error))".contains(says), "\(result.failed)")
    }

    @Test(arguments: [
        ("none", "web", "ghcr.io/shop/web:2", "makes no deployment.apps/none"), ("web", "none", "ghcr.io/shop/web:2", "it has web"),
        ("web", "web", "ghcr.io/other:2", "no value decides what would have to change"),
    ]) func whatIsNotThere(_ workload: String, _ container: String, _ to: String, _ says: String) async throws {
        let files = Self.chart("ghcr.io/shop/{{ .Values.name }}:{{ .Values.image.tag }}", values: "replicas: 1\nname: web\nimage: {tag: v1}\n")
        let result = edit(try await snapshot(files), [image(key(workload, namespace: ""), container, to, application: "web")])
        #expect("\(try #require(result.failed.first?.error))".contains(says), "\(result.failed)")
    }

    // MARK: markers

    @Test func aMarkedValueThatIsChangedOnItsWay() async throws {
        let values = "replicas: 1\nimage:\n  repository: web\n  tag: v1.25 # {\"$imagepolicy\": \"flux-system:web:tag\"}\n"
        let files = Self.chart("\"{{ .Values.image.repository }}:{{ .Values.image.tag | upper }}\"", values: values)
        let result = edit(try await snapshot(files), [image(key("web", namespace: ""), "web", "web:V1.26", application: "web")])
        #expect(result.texts == ["web/values.yaml": values.replacing("v1.25", with: "V1.26")], "\(result.failed)")
    }

    // MARK: annotations

    @Test func anApplicationIsDeclaredThatWasNot() async throws {
        var files = Self.chart(Self.splitImage, values: Self.split)
        files["a.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
        let before = try await snapshot(files)
        let change = Change.annotate(
            workload: key("web", namespace: ""), application: "web", set: ["martlet.dev/automated": "true"], remove: ["martlet.dev/locked"])
        let result = edit(before, [change])
        let text = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: web\n  annotations:\n    martlet.dev/automated: \"true\"\nspec:\n  path: .\n"
        #expect(result.texts == ["web/martlet.yaml": text])
        files["web/martlet.yaml"] = text
        let after = try await snapshot(files)
        let (old, new) = (try #require(before.parts.first { $0.spec.name == "web" }), try #require(after.parts.first { $0.spec.name == "web" }))
        var declared = new.spec
        #expect(declared.annotations == ["martlet.dev/automated": "true"])
        (declared.annotations, declared.origin) = ([:], old.spec.origin)
        #expect(declared == old.spec && new.files == old.files && new.form == old.form && after.parts.count == before.parts.count)
        let back = edit(after, [.annotate(workload: key("web", namespace: ""), application: "web", set: [:], remove: ["martlet.dev/automated"])])
        #expect(back.texts == ["web/martlet.yaml": text.replacing("  annotations:\n    martlet.dev/automated: \"true\"\n", with: "")])
        let nothing = edit(before, [.annotate(workload: key("web", namespace: ""), application: "web", set: [:], remove: ["martlet.dev/automated"])])
        #expect(nothing.files.isEmpty && nothing.unchanged.count == 1)
    }

    @Test func namesThatLookLikeNumbersStayNames() async throws {
        var files: [String: String] = [:]
        for (name, text) in Self.chart(Self.splitImage, values: Self.split) { files[name.replacing("web/", with: "7/")] = text }
        let result = edit(
            try await snapshot(files),
            [.annotate(workload: key("web", namespace: ""), application: "7", set: ["martlet.dev/automated": "true"], remove: [])])
        files.merge(result.texts) { $1 }
        #expect(try await snapshot(files).parts.map(\.spec.name) == ["7"], "\(result)")
    }
}
