import Basics
import Document
import Git
import Kubernetes
import TestKit
import Testing

@testable import History

private let image = "spec.template.spec.containers[name=\"web\"].image"
private let replicas = "spec.replicas"

private let chartFiles: [String: TestRepository.Change] = [
    "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/web/values.yaml": "image: web:1\nreplicas: 1\nsub: {color: red}\n",
    "charts/web/templates/deployment.yaml": .text(chartTemplate()),
    "charts/web/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "charts/web/charts/sub/values.yaml": "color: blue\nsize: 1\n",
    "charts/web/charts/sub/templates/deployment.yaml": """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: sub, labels: {color: "{{ .Values.color }}", size: "{{ .Values.size }}"}}
    spec:
      selector: {matchLabels: {app: sub}}
      template: {metadata: {labels: {app: sub}}, spec: {containers: [{name: sub, image: "sub:1"}]}}
    """,
]

private func chartTemplate(extra: String = "") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    \(extra.isEmpty ? "" : extra + "\n")spec:
      replicas: {{ .Values.replicas }}
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - name: web
            image: {{ .Values.image }}
    """
}

@Suite struct BlameTests {
    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var steps: [PastStage.Step]
        var expected: [String: String]
        var root = ""
        var key = PastStage.web
    }

    static let cases: [Case] = [
        Case(
            description: "each change is its own",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment()]),
                ("image", ["web.yaml": PastStage.deployment(image: "web:2")]),
                ("replicas", ["web.yaml": PastStage.deployment(image: "web:2", replicas: 3)]),
                ("other", ["readme.md": "text"]),
            ]), expected: [image: "image", replicas: "replicas", "kind": "first"]),
        Case(
            description: "a value that was taken back is of who took it back",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment()]), ("up", ["web.yaml": PastStage.deployment(image: "web:2")]),
                ("back", ["web.yaml": PastStage.deployment()]),
            ]), expected: [image: "back", replicas: "first"]),
        Case(
            description: "a merge brings each side's own",
            steps: [
                .init(name: "first", parents: [], files: ["web.yaml": PastStage.deployment()]),
                .init(name: "left", parents: ["first"], files: ["web.yaml": PastStage.deployment(image: "web:2")]),
                .init(name: "right", parents: ["first"], files: ["web.yaml": PastStage.deployment(replicas: 5)]),
                .init(name: "merge", parents: ["left", "right"], files: ["web.yaml": PastStage.deployment(image: "web:2", replicas: 5)]),
            ], expected: [image: "left", replicas: "right", "kind": "first"]),
        Case(
            description: "what no parent of a merge has is the merge's",
            steps: [
                .init(name: "first", parents: [], files: ["web.yaml": PastStage.deployment()]),
                .init(name: "left", parents: ["first"], files: ["web.yaml": PastStage.deployment(image: "web:2")]),
                .init(name: "right", parents: ["first"], files: ["web.yaml": PastStage.deployment(image: "web:3")]),
                .init(name: "merge", parents: ["left", "right"], files: ["web.yaml": PastStage.deployment(image: "web:4")]),
            ], expected: [image: "merge", replicas: "first"]),
        Case(
            description: "a file that is renamed sets nothing",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment()]), ("image", ["web.yaml": PastStage.deployment(image: "web:2")]),
                ("move", ["web.yaml": nil, "apps/web.yaml": PastStage.deployment(image: "web:2")]),
                ("away", ["apps/web.yaml": nil, "all.yaml": PastStage.deployment(image: "web:2", replicas: 2)]),
            ]), expected: [image: "image", replicas: "away", "kind": "first"]),
        Case(
            description: "a container before another is no change of it",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment()]),
                ("sidecar", ["web.yaml": PastStage.deployment(containers: "      - {name: proxy, image: \"proxy:1\"}\n")]),
            ]), expected: [image: "first", "spec.template.spec.containers[name=\"proxy\"].image": "sidecar"]),
        Case(
            description: "values and templates of a chart",
            steps: PastStage.chain([
                ("first", chartFiles), ("image", ["charts/web/values.yaml": "image: web:2\nreplicas: 1\nsub: {color: red}\n"]),
                ("comment", ["charts/web/values.yaml": "# mine\nimage: web:2\nreplicas: 1\nsub: {color: red}\n"]),
                ("label", ["charts/web/templates/deployment.yaml": .text(chartTemplate(extra: "  labels: {team: a}"))]),
                ("readme", ["charts/web/README.md": "words"]),
            ]), expected: [image: "image", replicas: "first", "metadata.labels.team": "label"]),
        Case(
            description: "fields of a subchart, from both values",
            steps: PastStage.chain([
                ("first", chartFiles), ("size", ["charts/web/charts/sub/values.yaml": "color: blue\nsize: 2\n"]),
                ("color", ["charts/web/values.yaml": "image: web:1\nreplicas: 1\nsub: {color: green}\n"]),
                ("unseen", ["charts/web/charts/sub/values.yaml": "color: black\nsize: 2\n"]),
            ]), expected: ["metadata.labels.color": "color", "metadata.labels.size": "size", "kind": "first"],
            key: ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "sub")),
        Case(
            description: "values in martlet.yaml, and an application that moves",
            steps: PastStage.chain([
                ("first", chartFiles),
                ("declare", ["martlet.yaml": .text(declaration(path: "charts/web", values: "{}"))]),
                ("inline", ["martlet.yaml": .text(declaration(path: "charts/web", values: "{image: \"web:9\"}"))]),
                ("note", ["martlet.yaml": .text("# note\n" + declaration(path: "charts/web", values: "{image: \"web:9\"}"))]),
                (
                    "move",
                    Dictionary(uniqueKeysWithValues: chartFiles.map { ($0.key, .delete) })
                        .merging(chartFiles.map { ("apps/" + $0.key, $0.value) }) { $1 }
                        .merging(["martlet.yaml": .text(declaration(path: "apps/charts/web", values: "{image: \"web:9\"}"))]) { $1 }
                ),
                ("more", ["apps/charts/web/values.yaml": "image: web:1\nreplicas: 4\n"]),
            ]), expected: [image: "inline", replicas: "more", "kind": "first"]),
        Case(
            description: "a commit that cannot be rendered is passed over",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment()]), ("broken", ["web.yaml": "a: [1"]),
                ("mended", ["web.yaml": PastStage.deployment(image: "web:2")]), ("replicas", ["web.yaml": PastStage.deployment(image: "web:2", replicas: 2)]),
            ]), expected: [image: "mended", replicas: "replicas", "kind": "first"]),
        Case(
            description: "a chart that did not render, and a martlet.yaml that could not be read",
            steps: PastStage.chain([
                ("first", chartFiles), ("broken", ["charts/web/templates/deployment.yaml": "{{ nothing }}"]),
                ("values", ["charts/web/values.yaml": "image: web:2\nreplicas: 1\n"]),
                ("declared", ["martlet.yaml": "kind: Nonsense\n"]),
                ("mended", ["martlet.yaml": nil, "charts/web/templates/deployment.yaml": .text(chartTemplate())]),
            ]), expected: [image: "mended", replicas: "first"]),
        Case(
            description: "files outside of the path say nothing",
            steps: PastStage.chain([
                ("first", ["deploy/web.yaml": PastStage.deployment(), "web.yaml": PastStage.deployment(image: "web:7")]),
                ("outside", ["web.yaml": PastStage.deployment(image: "web:8")]),
                ("inside", ["deploy/web.yaml": PastStage.deployment(replicas: 2)]),
            ]), expected: [image: "first", replicas: "inside"], root: "deploy"),
        Case(
            description: "the folder was made later than the repository",
            steps: PastStage.chain([
                ("first", ["readme.md": "words"]), ("made", ["deploy/web.yaml": PastStage.deployment()]),
            ]), expected: [image: "made", replicas: "made"], root: "deploy"),
        Case(
            description: "a file behind a symbolic link",
            steps: PastStage.chain([
                ("first", ["deploy/web.yaml": .symlink("../base/web.yaml"), "base/web.yaml": PastStage.deployment()]),
                ("base", ["base/web.yaml": PastStage.deployment(image: "web:2")]),
                ("copied", ["deploy/web.yaml": PastStage.deployment(image: "web:2", replicas: 2)]),
            ]), expected: [image: "base", replicas: "copied", "kind": "first"], root: "deploy"),
        Case(
            description: "a manifest that becomes a chart",
            steps: PastStage.chain([
                ("first", ["web.yaml": PastStage.deployment(replicas: 2)]),
                ("chart", chartFiles.merging(["web.yaml": nil]) { $1 }),
            ]), expected: [image: "first", replicas: "chart"]),
    ]

    static func declaration(path: String, values: String) -> String {
        """
        apiVersion: martlet.dev/v1alpha1
        kind: Application
        metadata: {name: web}
        spec:
          path: \(path)
          helm: {values: \(values)}

        """
    }

    @Test(arguments: cases) func field(_ example: Case) async throws {
        let stage = try await PastStage(example.steps, root: example.root)
        let (fields, report) = try await stage.blame(example.key)
        for (path, step) in example.expected { #expect(fields[path] == step, "\(path)") }
        #expect(!report.fields.contains { $0.commit == nil })
    }

    @Test func passedOverCommitsAreTold() async throws {
        let stage = try await PastStage(Self.cases.first { $0.description.hasPrefix("a commit that cannot") }?.steps ?? [])
        let report = try await stage.past.blame(PastStage.web)
        #expect(report.notes.count == 1)
        #expect(report.notes.first?.contains("cannot be rendered") == true)
    }

    @Test func whatAChartMakesUpIsNoChange() async throws {
        var files = chartFiles
        files["charts/web/templates/deployment.yaml"] = .text(
            chartTemplate(extra: "  annotations: {key: \"{{ genPrivateKey \"ecdsa\" | sha256sum }}\", text: \"{{ randAlphaNum 12 }}\", at: \"{{ now | unixEpoch }}\"}"))
        let stage = try await PastStage(
            PastStage.chain([
                ("first", files), ("image", ["charts/web/values.yaml": "image: web:2\nreplicas: 1\n"]),
                ("replicas", ["charts/web/values.yaml": "image: web:2\nreplicas: 2\n"]),
            ]))
        let fields = try await stage.blame().fields
        #expect(fields["metadata.annotations.key"] == "first")
        #expect(fields["metadata.annotations.text"] == "first")
        #expect(fields["metadata.annotations.at"] == "first")
        #expect(fields[image] == "image")
        let comparison = try await stage.past.compare(from: .revision("main~1"), to: .revision("main"), application: nil)
        #expect(comparison.objects.map(\.fields.count) == [1])
    }

    @Test func valuesOfSecretsAreMasked() async throws {
        let stage = try await PastStage(
            PastStage.chain([
                ("first", ["s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter2}\n"]),
                ("next", ["s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter3}\n"]),
            ]))
        let (fields, report) = try await stage.blame(ObjectKey(group: "", kind: "Secret", namespace: "default", name: "s"))
        #expect(fields["stringData.password"] == "next")
        let comparison = try await stage.past.compare(from: .revision("main~1"), to: .revision("main"), application: nil)
        let objects = try await stage.past.objects(application: nil, at: .revision("main"))
        for text in [JSON.text(report.value), JSON.text(comparison.value), JSON.text(objects.value)] { #expect(!text.contains("hunter")) }
        #expect(comparison.objects.count == 1)
    }

    @Test func theClusterTellsOfTheRest() async throws {
        let stage = try await PastStage(PastStage.chain([("first", ["web.yaml": PastStage.deployment(replicas: 2)])]))
        let yaml = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              namespace: default
              uid: abc
              managedFields:
              - {manager: kubectl-edit, operation: Update, apiVersion: apps/v1, time: "2026-11-20T14:00:00Z", fieldsType: FieldsV1, fieldsV1: {"f:metadata": {"f:labels": {"f:extra": {}}}}}
              - {manager: horizontal-pod-autoscaler, operation: Update, apiVersion: apps/v1, subresource: scale, time: "2026-11-20T15:00:00Z", fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:replicas": {}}}}
              labels: {extra: "yes"}
            spec:
              replicas: 7
              progressDeadlineSeconds: 600
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: "web:1"}]}
            """
        let live = try #require(try YAML.documents(Array(yaml.utf8), file: "live", options: .manifest).first.flatMap { Object($0.value) })
        let report = try await stage.past.blame(PastStage.web, live: live)
        let fields = Dictionary(report.fields.map { ($0.path, $0) }) { first, _ in first }
        #expect(fields["metadata.labels.extra"]?.manager == "kubectl-edit")
        #expect(fields["metadata.labels.extra"]?.managedAt == "2026-11-20T14:00:00Z")
        #expect(fields[replicas]?.manager == "horizontal-pod-autoscaler")
        #expect(fields[replicas]?.text == "7")
        #expect(fields["spec.progressDeadlineSeconds"]?.manager == "server default")
        #expect(fields[image]?.manager == nil)
        #expect(fields["metadata.uid"] == nil)
    }

    @Test func whatIsNotThereIsAnError() async throws {
        let stage = try await PastStage(PastStage.chain([("first", ["web.yaml": PastStage.deployment()])]))
        await #expect(throws: HistoryError.self) {
            try await stage.past.blame(ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "nobody"))
        }
        await #expect(throws: HistoryError.self) { try await stage.past.revision(at: .revision("no-such")) }
        await #expect(throws: HistoryError.self) { try await stage.past.revision(at: .revision(":/first")) }
    }
}
