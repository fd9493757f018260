import Basics
import Delivery
import DevCluster
import Document
import Git
import HTTPTypes
import Kubernetes
import Logging
import TestKit
import Testing

@testable import History
@testable import Server

/// The past as a daemon tells it: of the revision that was live, whatever git's own times say.
@Suite struct PastViewTests {
    private static func deployment(_ name: String, _ namespace: String, _ image: String, annotations: String = "") -> TestRepository.Change {
        .text(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: \(name), namespace: \(namespace), annotations: {\(annotations)}}
            spec:
              selector: {matchLabels: {app: \(name)}}
              template: {metadata: {labels: {app: \(name)}}, spec: {containers: [{name: web, image: "\(image)"}]}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: \(name), namespace: \(namespace)}
            spec: {selector: {app: \(name)}}

            """)
    }

    private static func declaration(_ name: String) -> TestRepository.Change {
        .text("apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\n")
    }

    /// Two applications; "second" was committed long before the shop had it.
    private struct Stage {
        let folder = try? TemporaryFolder()
        let call: RouterCall
        let view: PastView
        let ids: [ObjectID]

        static let begin = Timestamp(milliseconds: 1_700_000_000_000)

        /// After both commits; the shop still had the first.
        static let between = begin.adding(.seconds(500))
        static let after = begin.adding(.seconds(2_000))

        init() async throws {
            let folder = try #require(folder)
            let repository = try await TestRepository(in: folder)
            var stream = CommitStream()
            let first = stream.commit(
                "first",
                [
                    "shop/martlet.yaml": declaration("shop"), "back/martlet.yaml": declaration("back"), "back/orders.yaml": deployment("orders", "back", "orders:1"),
                    "shop/web.yaml": deployment(
                        "web", "shop", "web:1",
                        annotations: "martlet.dev/automated: \"true\", martlet.dev/locked: \"true\", martlet.dev/locked-by: eve, martlet.dev/locked-reason: \"it broke\""),
                ], parents: [], date: Self.begin)
            stream.commit(
                "second", ["shop/web.yaml": deployment("web", "shop", "web:2"), "back/orders.yaml": deployment("orders", "back", "orders:2")], parents: [first],
                author: "Bob", date: Self.begin.adding(.seconds(100)))
            ids = try await stream.write(to: repository)
            let mirror = SharedMirror(path: folder.file("mirror"), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
            _ = try await mirror.open().fetch(.branch("main"))
            let store = EventStore(try HistoryDatabase(path: nil))
            for (application, commit, seconds) in [("shop", ids[0], 50), ("back", ids[0], 50), ("back", ids[1], 120), ("shop", ids[1], 1_000)] {
                let key = ObjectKey(
                    group: "apps", kind: "Deployment", namespace: application, name: application == "shop" ? "web" : "orders")
                let sight = ApplicationSight(
                    application: application, revision: SourceRevision(reference: "main", commit: commit.description), previousCommit: "",
                    status: ApplicationStatus(application: application), workloads: [WorkloadSight(key: key, images: ["web": "x"], health: .degraded)])
                try await store.record(sight, at: Self.begin.adding(.seconds(seconds)))
            }
            let past = Past(mirror: mirror, settings: .init(reference: .branch("main"), root: "", name: "shop"), store: store)
            let cluster = EmbeddedCluster(logger: Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) })
            view = PastView(past, client: cluster.client(userAgent: "test"))
            let page = PageStage()
            page.see("shop", [PageStage.sight("web", text: "")], message: "")
            page.see("back", [PageStage.sight("orders", namespace: "back", text: "")], message: "")
            var daemon = page.daemon()
            daemon.past = view
            call = RouterCall(daemon)
        }

        func get(_ path: String, _ time: Timestamp, by token: String = AutomationStage.token) async throws -> Value {
            let answer = try await call("GET", "\(path)\(path.contains("?") ? "&" : "?")time=\(time)", token: token)
            return try #require(answer.status == 200 ? answer.value : nil, "\(path): \(answer.text)")
        }
    }

    private static func images(_ objects: [Object]) -> [String] { objects.compactMap { containerImages(of: $0)?["web"] } }

    @Test func whatWasLive() async throws {
        let stage = try await Stage()
        let told = try await stage.view.sight(nil, .time(Stage.between))
        #expect(Self.images(told.meant.objects.map(\.object)) == ["orders:2", "web:1"])
        #expect(told.meant.revision.revision.commit == "\(stage.ids[1])" && told.allNotes == ["applications were at 2 different revisions"])
        #expect(Self.images(try await stage.view.sight("shop", .time(Stage.after)).meant.objects.map(\.object)) == ["web:2"])
        // Before anything was seen: git's own times, and a word about it.
        let early = try await stage.view.sight(nil, .time(Stage.begin.adding(.seconds(10))))
        #expect(Self.images(early.meant.objects.map(\.object)) == ["orders:1", "web:1"] && early.notes.count == 1)
        let change = try await stage.view.compare(.time(Stage.between), .time(Stage.after), nil)
        #expect(change.objects.map(\.key.name) == ["web"], "orders were there already")
    }

    @Test func throughTheAPI() async throws {
        let stage = try await Stage()
        let all = try await stage.get("/api/v1/objects", Stage.between)
        let texts = all["objects"]?.sequence?.compactMap { $0["yaml"]?.string }.joined() ?? ""
        #expect(texts.contains("web:1") && texts.contains("orders:2") && !texts.contains("web:2"))
        #expect(all["notes"] == ["applications were at 2 different revisions"])
        #expect(all["applications"]?.sequence?.map { $0["commit"]?.string } == [stage.ids[1].description, stage.ids[0].description])
        #expect(try await stage.get("/api/v1/objects", Stage.begin)["notes"]?[0]?.string?.contains("is known since") == true)
        // Whoever may see the shop only learns nothing of the other.
        let some = try await stage.get("/api/v1/objects", Stage.between, by: AutomationStage.weakToken)
        #expect(!JSON.text(some).contains("orders") && !JSON.text(some).contains("\(stage.ids[1])"), "\(JSON.text(some))")
        #expect(some["commit"]?.string == stage.ids[0].description && some["notes"] == [])
    }

    /// Automation and lock as git said at the time, without the objects' texts.
    @Test func policies() async throws {
        let stage = try await Stage()
        let then = try await stage.get("/api/v1/objects?application=shop&only=workloads", Stage.between)
        #expect(then["objects"]?.sequence?.count == 1 && then["objects"]?[0]?["yaml"] == nil)
        #expect(then["objects"]?[0]?["policy"] == ["automated": true, "locked": true, "lockedBy": "eve", "lockedReason": "it broke"])
        let later = try await stage.get("/api/v1/objects?application=shop&only=workloads", Stage.after)
        #expect(later["objects"]?[0]?["policy"] == ["automated": false, "locked": false])
    }

    @Test func blame() async throws {
        let stage = try await Stage()
        func image(_ query: String) async throws -> (value: String?, subject: String?) {
            let answer = try await stage.call("GET", "/api/v1/workloads/shop/deployment/web/blame\(query)", token: AutomationStage.weakToken)
            let field = (answer.value?["fields"]?.sequence ?? []).first { $0["path"]?.string?.hasSuffix(".image") == true }
            return (field?["value"]?.string, field?[path: "commit", "subject"]?.string)
        }
        #expect(try await image("?time=\(Stage.between)") == (#""web:1""#, "first"))
        #expect(try await image("?time=\(Stage.after)") == (#""web:2""#, "second"))
        #expect(try await image("?revision=\(stage.ids[0])") == (#""web:1""#, "first"))
        #expect(try await image("?revision=main") == (#""web:2""#, "second"))
        // What nobody saw as a workload is found by what git said.
        let service = ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web")
        #expect(try await stage.view.blame(service, .time(Stage.between)).revision.commit == "\(stage.ids[0])")
        let both = try await stage.call("GET", "/api/v1/workloads/shop/deployment/web/blame?revision=main&time=\(Stage.after)", token: AutomationStage.token)
        #expect(both.status == 400)
    }

    /// As git said it then, with the health that was seen; what there is now does not count.
    @Test func topology() async throws {
        let stage = try await Stage()
        let all = try await stage.get("/api/v1/topology", Stage.between)
        #expect(all["nodes"]?.sequence?.map { $0["name"] } == ["orders", "orders", "web", "web"])
        #expect(all["nodes"]?.sequence?.map { $0["application"] } == ["back", "back", "shop", "shop"])
        #expect(all["nodes"]?.sequence?.map { $0["health"] } == ["Degraded", "", "Degraded", ""])
        #expect(all["edges"]?.sequence?.map { $0["kind"] } == ["selects", "selects"])
        #expect(all["past"]?["commit"]?.string == "\(stage.ids[1])" && all["past"]?["notes"]?.sequence?.count == 1)
        let some = try await stage.get("/api/v1/topology?application=shop", Stage.between, by: AutomationStage.weakToken)
        #expect(some["nodes"]?.sequence?.count == 2 && some["past"]?["commit"]?.string == "\(stage.ids[0])")
        #expect(try await stage.call("GET", "/api/v1/topology", token: AutomationStage.token).value?["past"] == nil)
    }
}
