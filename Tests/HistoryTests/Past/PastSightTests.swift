import Basics
import Delivery
import Document
import Git
import Kubernetes
import TestKit
import Testing

@testable import History

/// What is told of a moment when little is known of it.
@Suite struct PastSightTests {
    private static let steps = PastStage.chain([
        ("first", ["web.yaml": PastStage.deployment(image: "web:1")]), ("second", ["web.yaml": PastStage.deployment(image: "web:2")]),
    ])
    /// After both commits.
    private static let then = Timestamp(milliseconds: 1_700_000_600_000)
    private static let later = Timestamp(milliseconds: 1_700_009_000_000)

    private static func sight(_ commit: String, _ application: String = "shop") -> ApplicationSight {
        ApplicationSight(
            application: application, revision: SourceRevision(reference: "main", commit: commit), previousCommit: "",
            status: ApplicationStatus(application: application))
    }

    /// Events that were had again do not say what else was there: git does.
    @Test func aHistoryThatWasLostLeavesItToGit() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        let stage = try await PastStage(Self.steps, store: store)
        var event = DeployEvent(
            id: "E1", application: "shop", workload: PastStage.web, startedAt: Timestamp(milliseconds: 1_700_000_000_000),
            revision: SourceRevision(reference: "main", commit: ""), previousCommit: "", cause: .init(.commit, by: ""))
        (event.endedAt, event.outcome) = (event.startedAt, .succeeded)
        try await store.restore([event])
        try await store.save([], Self.sight("\(try #require(stage.ids["second"]))"), at: Self.later)
        let told = try await stage.past.sight(at: .time(Self.then), application: nil)
        #expect(stage.name(told.meant.revision.revision.commit) == "second")
        #expect(told.meant.objects.count == 1)
        #expect(told.notes == ["what was live is known since \(Self.later): this is the newest commit from before"])
    }

    @Test func anApplicationOfAnUnknownCommitIsSaid() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        let stage = try await PastStage(Self.steps, store: store)
        try await store.record(Self.sight("\(try #require(stage.ids["first"]))"), at: Self.then)
        var other = Self.sight("", "other")
        other.revision.reference = "v1"
        try await store.record(other, at: Self.then)
        let told = try await stage.past.sight(at: .time(Self.later), application: nil)
        #expect(told.meant.objects.map(\.application) == ["shop"])
        #expect(told.meant.problems == ["other: of \"\(other.revision)\", which was live, the commit is not known"])
    }

    /// What was live is known, whatever the clocks of who committed it said.
    @Test func commitsOfTheFuture() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        let stage = try await PastStage(Self.steps, store: store)
        let long = Timestamp(milliseconds: 1_600_000_000_000)
        try await store.record(Self.sight("\(try #require(stage.ids["second"]))"), at: long)
        let told = try await stage.past.sight(at: .time(long.adding(.seconds(60))), application: "shop")
        #expect(stage.name(told.meant.revision.revision.commit) == "second")
        #expect(told.notes == [] && told.meant.objects.count == 1)
        await #expect(throws: HistoryError.self) { try await stage.past.sight(at: .time(long.adding(.seconds(60))), application: "other") }
    }

    /// Charts that ask what the cluster is see the cluster of today, also when it is known only later.
    @Test func chartsSeeTheCluster() async throws {
        let target = Locked(RenderTarget(kubeVersion: "v1.30.0"))
        let template = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: web}
            data:
              version: "{{ .Capabilities.KubeVersion.Version }}"
              hasGateways: "{{ .Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1" }}"
            """
        let stage = try await PastStage(
            PastStage.chain([
                ("first", ["Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "templates/map.yaml": .text(template)]),
                ("second", ["values.yaml": "a: 1\n"]),
            ]), target: { target.withLock { $0 } })
        func data() async throws -> [String] {
            let object = try #require(try await stage.past.objects(application: nil, at: .revision("main")).objects.first?.object)
            return [object.value[path: "data", "version"]?.string ?? "", object.value[path: "data", "hasGateways"]?.string ?? ""]
        }
        #expect(try await data() == ["v1.30.0", "false"])
        let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "default", name: "web")
        #expect(try await stage.past.blame(key).fields.first { $0.path == "data.version" }?.text == "\"v1.30.0\"")
        target.withLock { $0 = RenderTarget(kubeVersion: "v1.34.1", apiVersions: ["v1", "gateway.networking.k8s.io/v1"]) }
        #expect(try await data() == ["v1.34.1", "true"])
        let fields = try await stage.past.blame(key).fields.filter { $0.path.hasPrefix("data.") }
        #expect(fields.map(\.text) == ["\"v1.34.1\"", "\"true\""])
        #expect(fields.map { stage.name($0.commit?.id) } == ["first", "first"])
    }

    /// What fails costs room as well, or a long history of failures would be kept whole.
    @Test func failuresAreNoCheaperThanSmallCharts() {
        let error = RenderError(.missing("no"), origin: Origin(file: "Chart.yaml", line: nil))
        #expect(RevisionRenderer.cost(of: .failure(error)) >= 1024)
    }
}
