import Automation
import Delivery
import Document
import Kubernetes
import Registry
import Testing

/// Images and annotations of plain manifests: the bytes asked for change, and no others.
@Suite struct EditManifestTests {
    private static func deployment(_ containers: String, metadata: String = "  name: web\n  namespace: shop\n") -> String {
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n\(metadata)spec:\n  template:\n    spec:\n\(containers)"
    }

    private static let two = deployment(
        "      initContainers:\n      - {name: init, image: 'busybox:1'}\n      containers:\n      - name: web # the site\n        image: nginx:1.25 # pinned\n      - image: \"redis:6\"\n        name: cache\n")

    @Test func severalInOneFile() async throws {
        let result = edit(
            try await snapshot(["web.yaml": Self.two]),
            [
                image(key("web"), "web", "nginx:1.26"), image(key("web"), "cache", "redis:6"), image(key("web"), "none", "redis:7"),
                image(key("web"), "init", "ghcr.io/x/busybox:2@sha256:\(String(repeating: "a", count: 64))"),
            ])
        #expect(
            result.texts == [
                "web.yaml": Self.two.replacing("nginx:1.25", with: "nginx:1.26").replacing(
                    "'busybox:1'", with: "'ghcr.io/x/busybox:2@sha256:\(String(repeating: "a", count: 64))'")
            ])
        #expect(result.applied.count == 2 && result.unchanged.count == 1 && result.failed.count == 1)
        let error = try #require(result.failed.first?.error)
        #expect(error.kind == .notFound && "\(error)" == "web.yaml:1: deployment.apps/web -n shop has no container \"none\"; it has web, cache, init")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var workload = key("web")
        var container = "web"
        var from = "nginx:1.25"
        var to = "nginx:1.26"
        var file = "a.yaml"
        var testDescription: String { name }
    }

    private static let plain = deployment("      containers:\n      - name: web\n        image: nginx:1.25\n")

    static let forms: [Case] = [
        Case(name: "line ends of Windows, no last one", text: String(plain.dropLast()).replacing("\n", with: "\r\n")),
        Case(name: "byte order mark", text: "\u{feff}" + plain),
        Case(name: "the application's namespace", text: plain.replacing("  namespace: shop\n", with: "")),
        Case(name: "other documents", text: "# first\n---\n---\nkind: Service\napiVersion: v1\nmetadata: {name: web}\n---\n" + plain + "---\n"),
        Case(name: "flow style", text: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {spec: {containers: [{name: web, image: nginx:1.25}]}}}}"),
        Case(name: "block scalar", text: plain.replacing("image: nginx:1.25", with: "image: >-\n          nginx:1.25")),
        Case(name: "quotes", text: plain.replacing("nginx:1.25", with: "\"nginx:1.25\"  # c")),
        Case(name: "an anchor of its own", text: plain.replacing("nginx:1.25", with: "&image nginx:1.25")),
        Case(name: "pod", text: "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n    -   image:   nginx:1.25\n        name: web\n", workload: key("web", kind: "Pod")),
        Case(
            name: "cron job", text: "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web, namespace: shop}\nspec:\n  jobTemplate: {spec: {template: {spec: {containers: [{name: web, image: nginx:1.25}]}}}}\n",
            workload: key("web", kind: "CronJob")),
        Case(
            name: "a kind of one's own", text: plain.replacing("apps/v1", with: "argoproj.io/v1alpha1").replacing("Deployment", with: "Rollout"),
            workload: ObjectKey(group: "argoproj.io", kind: "Rollout", namespace: "shop", name: "web")),
        Case(
            name: "list", text: "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: web}\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web, namespace: shop}\n  spec: {template: {spec: {containers: [{name: web, image: nginx:1.25}]}}}\n"),
        Case(
            name: "JSON", text: "{\n\t\"apiVersion\": \"apps\\/v1\", \"kind\": \"Deployment\",\n\t\"metadata\": {\"name\": \"web\", \"namespace\": \"shop\", \"labels\": {\"x\": \"\\ud83d\\ude00\"}},\n\t\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"web\", \"image\": \"nginx:1.25\"}]}}}\n}",
            file: "a.json"),
        Case(name: "another name", text: plain, to: "ghcr.io/shop/nginx:2"),
        Case(name: "no tag before", text: plain.replacing("nginx:1.25", with: "nginx"), from: "image: nginx", to: "image: nginx:1"),
    ]

    @Test(arguments: forms) func everyForm(_ test: Case) async throws {
        let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {image: nginx:1.25}\n"
        let to = test.to.hasPrefix("image: ") ? String(test.to.dropFirst(7)) : test.to
        let result = edit(try await snapshot([test.file: test.text, "b.yaml": other]), [image(test.workload, test.container, to)])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(result.texts == [test.file: test.text.replacing(test.from, with: test.to)])
    }

    // MARK: one text for several

    private static let shared = """
        apiVersion: v1
        kind: List
        images: {web: &web nginx:1.25}
        items:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: one, namespace: shop}
          spec: {template: {spec: {containers: [{name: web, image: *web}]}}}
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: two, namespace: shop}
          spec: {template: {spec: {containers: [{name: web, image: *web}]}}}

        """

    @Test func anAliasForAllOrNone() async throws {
        let text = Self.deployment(
            "      containers:\n      - name: web\n        image: &web nginx:1.25\n      - name: side\n        image: *web\n")
        let files = try await snapshot(["a.yaml": text])
        let both = edit(files, [image(key("web"), "web", "nginx:1.26"), image(key("web"), "side", "nginx:1.26")])
        #expect(both.texts == ["a.yaml": text.replacing("1.25", with: "1.26")])
        #expect(both.applied.count == 2 && both.failed.isEmpty)
        for container in ["web", "side"] {
            let one = edit(files, [image(key("web"), container, "nginx:1.26")])
            #expect(one.files.isEmpty && one.applied.isEmpty)
            let error = try #require(one.failed.first?.error)
            let other = container == "web" ? 1 : 0
            #expect(error.kind == .ambiguous(["a.yaml: spec.template.spec.containers[\(other)].image"]), "\(error)")
        }
        // Two wishes that are not the same are none.
        let different = edit(files, [image(key("web"), "web", "nginx:1.26"), image(key("web"), "side", "nginx:1.27")])
        #expect(different.files.isEmpty && different.failed.count == 2)
    }

    @Test func anAnchorOutsideOfObjectsIsSomebodyElses() async throws {
        let result = edit(
            try await snapshot(["a.yaml": Self.shared]), [image(key("one"), "web", "nginx:1.26"), image(key("two"), "web", "nginx:1.26")])
        #expect(result.files.isEmpty)
        #expect(result.failed.first?.error.kind == .ambiguous(["a.yaml: images.web"]))
    }

    @Test func aMergedImageGetsItsOwnLine() async throws {
        let text = Self.deployment(
            "      containers:\n      - &base\n        name: web\n        image: nginx:1.25\n      - <<: *base\n        name: side\n")
        let result = edit(try await snapshot(["a.yaml": text]), [image(key("web"), "side", "nginx:1.26")])
        #expect(result.texts == ["a.yaml": text + "        image: \"nginx:1.26\"\n"])
    }

    // MARK: what cannot be

    @Test(arguments: [
        (["a.yaml": plain, "b.yaml": plain], "is written 2 times: a.yaml:1, b.yaml:1; keep one"),
        (["a.yaml": plain.replacing("name: web\n  ", with: "name: other\n  ")], "deployment.apps/web -n shop is not written in application \"shop\""),
        (["a.yaml": "a: 1\na: 2\n"], "one of these files may have it: a.yaml:2:1: duplicate key"),
        (["a.yaml": plain.replacing("        image: nginx:1.25\n", with: "")], "names no image"),
        (["a.yaml": plain.replacing("spec:\n      containers", with: "other:\n      containers")], "it has none at all"),
    ]) func refusals(_ texts: [String: String], _ says: String) async throws {
        let result = edit(try await snapshot(texts), [image(key("web"), "web", "nginx:1.26")])
        #expect(result.files.isEmpty)
        #expect("\(try #require(result.failed.first?.error))".contains(says), "\(result.failed)")
    }

    @Test func noSuchApplicationAndNoImage() async throws {
        let files = try await snapshot(["a.yaml": Self.plain])
        #expect(edit(files, [image(key("web"), "web", "nginx:1", application: "x")]).failed.first?.error.kind == .notFound)
        let wrong = Change.image(workload: key("web"), application: "shop", container: "web", to: ImageReference(name: "Not An Image"))
        #expect(edit(files, [wrong]).failed.first?.error.kind == .invalid)
    }

    // MARK: markers

    @Test func markersOfFlux() async throws {
        let text = """
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: {name: podinfo, namespace: shop}
            spec:
              values:
                image:
                  repository: ghcr.io/stefanprodan/podinfo # {"$imagepolicy": "flux-system:podinfo:name"}
                  tag: 6.5.0 # {"$imagepolicy": "flux-system:podinfo:tag"}
                other: redis:6 # {"$imagepolicy": "flux-system:redis"}

            """
        let workload = ObjectKey(group: "helm.toolkit.fluxcd.io", kind: "HelmRelease", namespace: "shop", name: "podinfo")
        let files = try await snapshot(["a.yaml": text])
        let result = edit(files, [image(workload, "podinfo", "ghcr.io/stefanprodan/podinfo:6.6.1"), image(workload, "redis", "redis:7.0")])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(result.texts == ["a.yaml": text.replacing("6.5.0", with: "6.6.1").replacing("redis:6", with: "redis:7.0")])
        // Another name goes to the marked place of the name, and nowhere else.
        let moved = edit(files, [image(workload, "podinfo", "docker.io/podinfo:6.5.0")])
        #expect(moved.texts == ["a.yaml": text.replacing("ghcr.io/stefanprodan/podinfo", with: "docker.io/podinfo")])
        // A number would be another tag.
        let number = edit(files, [image(workload, "podinfo", "ghcr.io/stefanprodan/podinfo:7.10")])
        #expect(number.texts["a.yaml"]?.contains("tag: \"7.10\" #") ?? false)
    }

    /// One marker in a long file is found without reading the file for each of its documents.
    @Test(.timeLimit(.minutes(5))) func aMarkerInALongFile() async throws {
        let other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"
        let marked = "---\napiVersion: example.com/v1\nkind: App\nmetadata: {name: web}\nspec:\n  image: ghcr.io/shop/web:1.25 # {\"$imagepolicy\": \"flux:web\"}\n"
        let many = (0..<1500).map { other.replacing("name: c", with: "name: c\($0)") }.joined()
        let files = try await snapshot(["all.yaml": many + marked + many.replacing("name: c", with: "name: d")])
        let key = ObjectKey(group: "example.com", kind: "App", namespace: "default", name: "web")
        let clock = ContinuousClock()
        let start = clock.now
        let result = edit(files, [image(key, "web", "ghcr.io/shop/web:1.26")])
        #expect(result.failed.map { "\($0.error)" } == [])
        #expect(result.texts["all.yaml"]?.contains("web:1.26 # {") == true)
        #expect(clock.now - start < .seconds(60))
    }

    // MARK: annotations

    @Test func annotationsComeAndGo() async throws {
        let set = Change.annotate(
            workload: key("web"), application: "shop", set: ["martlet.dev/automated": "true", "martlet.dev/tag.web": "semver:~1"], remove: [])
        let first = edit(try await snapshot(["a.yaml": Self.plain]), [set])
        let annotated = Self.plain.replacing(
            "  namespace: shop\n",
            with: "  namespace: shop\n  annotations:\n    martlet.dev/automated: \"true\"\n    martlet.dev/tag.web: \"semver:~1\"\n")
        #expect(first.texts == ["a.yaml": annotated] && first.applied == [set])
        let again = edit(try await snapshot(["a.yaml": annotated]), [set])
        #expect(again.files.isEmpty && again.unchanged == [set])
        let remove = Change.annotate(
            workload: key("web"), application: "shop", set: [:], remove: ["martlet.dev/automated", "martlet.dev/tag.web", "none"])
        #expect(edit(try await snapshot(["a.yaml": annotated]), [remove]).texts == ["a.yaml": Self.plain])
        let lock = Change.annotate(
            workload: key("web"), application: "shop", set: ["martlet.dev/locked": "true"], remove: ["martlet.dev/automated"])
        let locked = edit(try await snapshot(["a.yaml": annotated]), [lock, image(key("web"), "web", "nginx:1.26")])
        #expect(
            locked.texts == [
                "a.yaml": annotated.replacing("    martlet.dev/automated: \"true\"\n", with: "").replacing(
                    "\"semver:~1\"\n", with: "\"semver:~1\"\n    martlet.dev/locked: \"true\"\n").replacing("1.25", with: "1.26")
            ])
    }

    @Test func aCommentKeepsWhatItIsAbout() async throws {
        let text = Self.plain.replacing("  namespace: shop\n", with: "  namespace: shop\n  annotations:\n    # by hand\n    martlet.dev/automated: 'true' # yes\n")
        let remove = Change.annotate(workload: key("web"), application: "shop", set: [:], remove: ["martlet.dev/automated"])
        let result = edit(try await snapshot(["a.yaml": text]), [remove])
        #expect(result.texts == ["a.yaml": text.replacing("  annotations:\n    # by hand\n    martlet.dev/automated: 'true' # yes\n", with: "  annotations: {}\n    # by hand\n")])
        let set = Change.annotate(workload: key("web"), application: "shop", set: ["martlet.dev/automated": "false"], remove: [])
        #expect(edit(try await snapshot(["a.yaml": text]), [set]).texts == ["a.yaml": text.replacing("'true'", with: "'false'")])
    }

    @Test func annotationsNobodyUnderstandsAreNotWritten() async throws {
        let set = Change.annotate(workload: key("web"), application: "shop", set: ["martlet.dev/automatd": "true"], remove: [])
        let result = edit(try await snapshot(["a.yaml": Self.plain]), [set])
        #expect(result.files.isEmpty && result.failed.first?.error.kind == .invalid)
    }

    @Test func annotationsOfItemsAndInJSON() async throws {
        let set = Change.annotate(workload: key("one"), application: "shop", set: ["a": "1"], remove: [])
        let listed = edit(try await snapshot(["a.yaml": Self.shared]), [set])
        #expect(listed.texts == ["a.yaml": Self.shared.replacing("{name: one, namespace: shop}", with: "{name: one, namespace: shop, annotations: {a: \"1\"}}")])
        let json = "{\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\", \"metadata\": {\"name\": \"one\", \"namespace\": \"shop\"}}"
        let inJSON = edit(try await snapshot(["a.json": json]), [set])
        #expect(inJSON.texts == ["a.json": json.replacing("\"shop\"", with: "\"shop\", \"annotations\": {\"a\": \"1\"}")])
    }
}
