@testable import Commands
import ArgumentParser
import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import History
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

/// The verbs that look back, straight on a repository, and what they print.
@Suite struct PastCommandTests {
    private static func stage() async throws -> (folder: TemporaryFolder, arguments: [String], ids: [ObjectID]) {
        let folder = try TemporaryFolder()
        let repository = try await TestRepository(in: folder)
        func web(_ image: String) -> TestRepository.Change {
            .text(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {matchLabels: {a: b}}\n"
                    + "  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: \"\(image)\"}]}}\n"
                    // As nearly every workload has one.
                    + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {a: b}}\n")
        }
        var stream = CommitStream()
        let first = stream.commit("first", ["web.yaml": web("web:1")], parents: [], date: Timestamp(milliseconds: 1_700_000_000_000))
        stream.commit("second", ["web.yaml": web("web:2")], parents: [first], author: "Bob", date: Timestamp(milliseconds: 1_700_000_100_000))
        let ids = try await stream.write(to: repository)
        return (
            folder,
            ["--git-url", "file://\(repository.path)", "--git-allow-insecure", "--mirror-folder", folder.file("mirror")], ids
        )
    }

    private static func past(_ arguments: [String]) async throws -> Past {
        guard case .repository(let past) = try await PastOptions.parse(arguments).source(environment: [:]) else { throw CommandFailure("no repository") }
        return past
    }

    @Test func blameOfARepository() async throws {
        let (folder, arguments, ids) = try await Self.stage()
        defer { withExtendedLifetime(folder) {} }
        let value = try await Self.past(arguments).blame(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")).value
        let text = BlameText.table(value)
        #expect(text.contains("\(ids[1].short)   Bob"))
        #expect(text.contains("\(ids[0].short)   Ada Lovelace"))
        #expect(text.contains("containers[name=\"web\"].image"))
        #expect(text.contains("second"))
        #expect(try await BlameCommand.parse(["web"] + arguments).answer()["workload"]?["kind"] == "Deployment")
        #expect(try await BlameCommand.parse(["service/web"] + arguments).answer()["workload"]?["kind"] == "Service")
        let unknown = await #expect(throws: CommandFailure.self) { try await AtCommand.parse(["now", "--application", "shp", "--name", "shop"] + arguments).answer() }
        #expect(unknown?.description == "nothing is known of an application \"shp\" then, did you mean \"shop\"?; there were: shop")
    }

    /// Who set what git does not say: one who scales through another door than git's.
    @Test(.timeLimit(.minutes(5))) func blameOfALiveObject() async throws {
        let (folder, arguments, ids) = try await Self.stage()
        defer { withExtendedLifetime(folder) {} }
        var options = EmbeddedCluster.Options()
        options.port = 0
        let cluster = EmbeddedCluster(options: options, logger: Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            try folder.write("kubeconfig", Array(cluster.kubeconfig().utf8))
            let client = cluster.client(userAgent: "test")
            let namespace = try #require(Object(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]]))
            _ = try await client.create(try await client.resource(for: namespace.groupKind), namespace)
            let wanted = try #require(
                Object([
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
                    "spec": [
                        "selector": ["matchLabels": ["a": "b"]],
                        "template": ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "web", "image": "web:2"]]]],
                    ],
                ]))
            let deployments = try await client.resource(for: wanted.groupKind)
            _ = try await client.apply(deployments, wanted)
            _ = try await client.patch(
                deployments, namespace: "shop", name: "web", subresource: "scale", ["spec": ["replicas": 3]], type: .merge, fieldManager: "kubectl")
            _ = try await client.patch(
                deployments, namespace: "shop", name: "web", ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "web:9"]]]]]],
                type: .strategic, fieldManager: "kubectl-set")
            let command = try BlameCommand.parse(["deployment/web", "-n", "shop", "--live", "--kubeconfig", folder.file("kubeconfig")] + arguments)
            let fields = try await command.answer()["fields"]?.sequence ?? []
            func field(_ path: String) throws -> Value { try #require(fields.first { $0["path"]?.string == path }, "\(path)") }
            let replicas = try field("spec.replicas")
            #expect(replicas["value"]?.string == "3")
            #expect(replicas["manager"]?.string == "kubectl")
            #expect(replicas["managedAt"]?.string != nil)
            let image = try field("spec.template.spec.containers[name=\"web\"].image")
            #expect(image["manager"]?.string == "kubectl-set")
            // What git says, and is so, is git's; what nobody said is the server's.
            let label = try field("spec.template.metadata.labels.a")
            #expect(label["manager"]?.string == nil)
            #expect(JSON.text(label).contains("\(ids[0])"))
            #expect(try field("spec.strategy.type")["manager"]?.string == "server default")
            group.cancelAll()
        }
    }

    @Test func twoRevisions() async throws {
        let (folder, arguments, _) = try await Self.stage()
        defer { withExtendedLifetime(folder) {} }
        for (words, code) in [(["main~1", "main"], 1), (["main", "main"], 0), (["main", "nothing"], 2), (["2023-11-14T22:13:21Z", "now"], 1)] as [([String], Int32)] {
            let command = try DiffCommand.parse(words + arguments)
            do {
                try await command.run()
                #expect(code == 0)
            } catch let error as ExitCode {
                #expect(error.rawValue == code, "\(words)")
            }
        }
    }

    @Test func aMomentOfARepository() async throws {
        let (folder, arguments, ids) = try await Self.stage()
        defer { withExtendedLifetime(folder) {} }
        let past = try await Self.past(arguments)
        let sight = try await past.sight(at: .time(Timestamp(milliseconds: 1_700_000_050_000)), application: nil)
        let text = AtText.text(sight.value)
        #expect(text.contains("git said main@\(ids[0].short)"))
        #expect(text.contains("web:1"))
        #expect(sight.notes.count == 1)
        await #expect(throws: HistoryError.self) { try await past.sight(at: .time(Timestamp(milliseconds: 0)), application: nil) }
    }

    @Test func historyOfAFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.sqlite")
        let store = EventStore(try HistoryDatabase(path: path))
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        var event = DeployEvent(
            id: "01JD0000000000000000000000", application: "shop", workload: key, startedAt: Timestamp(milliseconds: 1_700_000_000_000),
            revision: SourceRevision(reference: "main", commit: String(repeating: "a", count: 40)), previousCommit: String(repeating: "b", count: 40),
            cause: .init(.commit, by: "Ada <ada@example.org>"))
        event.images = [.init(container: "web", from: "shop/web:1", to: "shop/web:2")]
        (event.endedAt, event.outcome) = (Timestamp(milliseconds: 1_700_000_090_000), .succeeded)
        try await store.save([event])
        let value: Value = ["events": .sequence(try await store.events(EventQuery(name: "web")).map(\.summary))]
        let text = HistoryText.table(value, now: Timestamp(milliseconds: 1_700_000_100_000))
        for part in ["2023-11-14T22:13:20Z", "deployment.apps/web -n shop", "1 → 2", "aaaaaaa", "Ada", "succeeded"] { #expect(text.contains(part), "\(part)") }
        let command = try HistoryCommand.parse(["deployment/web", "-n", "shop", "--history-file", path, "--outcome", "succeeded"])
        try await command.run()
        func found(_ words: [String]) async throws -> Int? {
            try await HistoryCommand.parse(["--history-file", path] + words).answer()["events"]?.sequence?.count
        }
        #expect(try await found(["--cause", "commit", "--until", "2023-11-15"]) == 1)
        #expect(try await found(["--cause", "command", "--cause", "drift"]) == 0)
        #expect(try await found(["--until", "2023-11-14"]) == 0)
        #expect(throws: (any Error).self) { try HistoryCommand.parse(["--cause", "comit"]) }
        #expect(throws: (any Error).self) { try HistoryCommand.parse(["--until", "soon"]) }
    }

    /// Verbs that only read say what is wrong with a file, and leave it where it is.
    @Test func aFileThatIsNoHistory() async throws {
        let (stage, arguments, _) = try await Self.stage()
        let folder = try TemporaryFolder()
        let path = try folder.write("notes.txt", Array("these are my notes, and I want to keep them".utf8))
        let commands: [any AsyncParsableCommand] = [
            try HistoryCommand.parse(["--history-file", path]), try AtCommand.parse(["now", "--history-file", path] + arguments),
            try BlameCommand.parse(["web", "--history-file", path] + arguments), try DiffCommand.parse(["main~1", "main", "--history-file", path] + arguments),
        ]
        for var command in commands {
            let code = await #expect(throws: ExitCode.self) { try await command.run() }
            #expect(code?.rawValue == 2)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
        withExtendedLifetime(stage) {}
    }

    /// A daemon is asked the same: a workload that is gone since is found at its time.
    @Test func momentsOfADaemon() async throws {
        let asked = Locked<[String]>([])
        let server = try await LoopbackServer { request in
            let path = request.url
            asked.withLock { $0.append(path) }
            let key: Value = ["group": "apps", "kind": "Deployment", "namespace": "shop", "name": "web"]
            var value: Value = ["workload": key, "application": "shop", "revision": "main@1", "commit": "1", "fields": [], "notes": []]
            if path.hasPrefix("/api/v1/objects") { value = ["revision": "main@1", "objects": [["object": key]], "problems": [], "notes": ["it is said how"]] }
            if path.hasPrefix("/api/v1/at") { value = ["applications": []] }
            return HTTPResponse(status: 200, body: HTTPBody(JSON.write(value)))
        }
        let base = "/api/v1/workloads/shop/deployment"
        for (words, paths) in [
            (["web"], ["/api/v1/objects?time=2026-11-20T14%3A00%3A00.000Z&only=workloads", "\(base).apps/web/blame?time=2026-11-20T14%3A00%3A00.000Z"]),
            (["deployment/web", "-n", "shop"], ["\(base)/web/blame?time=2026-11-20T14%3A00%3A00.000Z"]),
        ] as [([String], [String])] {
            asked.withLock { $0 = [] }
            let command = try BlameCommand.parse(words + ["--at", "2026-11-20 14:00", "--server", server.url])
            #expect(try await command.answer()["application"] == "shop")
            #expect(asked.withLock { $0 } == paths)
        }
        asked.withLock { $0 = [] }
        _ = try await BlameCommand.parse(["deployment/web", "-n", "shop", "--at", "v1.2.0", "--server", server.url]).answer()
        #expect(asked.withLock { $0 } == ["\(base)/web/blame?revision=v1.2.0"])
        asked.withLock { $0 = [] }
        let told = try await AtCommand.parse(["2026-11-20 14:00", "--application", "shop", "--server", server.url]).answer()
        #expect(told["notes"] == ["it is said how"] && told["seen"]?["applications"] == [])
        #expect(asked.withLock { $0 } == ["/api/v1/objects?application=shop&time=2026-11-20T14%3A00%3A00.000Z", "/api/v1/at?time=2026-11-20T14%3A00%3A00.000Z"])
        await #expect(throws: (any Error).self) { try await BlameCommand.parse(["web", "--live", "--server", server.url]).answer() }
        await server.stop()
    }

    @Test func timesThatArePeopleS() throws {
        let now = try #require(Timestamp("2026-11-21T12:00:00Z"))
        for (text, expected) in [("10m", "2026-11-21T11:50:00Z"), ("1h30m", "2026-11-21T10:30:00Z"), ("2d", "2026-11-19T12:00:00Z"), ("2026-11-20", "2026-11-20T00:00:00Z")] {
            #expect(try Moment.time(text, now: now) == Timestamp(expected))
        }
        #expect(throws: HistoryError.self) { try Moment.time("10x", now: now) }
        #expect(throws: HistoryError.self) { try Moment.time("m", now: now) }
        #expect(try Moment(argument: "11:00", now: now) == .time(try #require(Timestamp("2026-11-21T11:00:00Z"))))
        #expect(try Moment(argument: "10m", now: now) == .revision("10m"), "a branch may be called so")
        let error = #expect(throws: HistoryError.self) { try Moment(argument: "14:00", now: now) }
        #expect("\(try #require(error))".contains("2026-11-21T14:00:00Z has not come yet"))
    }

    @Test func nothingThatMatches() {
        let empty: Value = ["events": [], "knownSince": "2026-01-01T00:00:00Z"]
        let now = Timestamp(milliseconds: 0)
        #expect(HistoryText.table(empty, now: now) == "no deploys since 2026-01-01T00:00:00Z, when this history begins")
        #expect(HistoryText.table(empty, now: now, isFiltered: true) == "no deploys match: names are taken as a whole (this history begins 2026-01-01T00:00:00Z)")
    }

    /// A thousand events of an API that gives five hundred at once, and the ones before them.
    @Test func pagesOfHistory() async throws {
        let asked = Locked<[String]>([])
        let all = (0..<1200).map { "E\(1200 - $0)" }
        let ask = { @Sendable (path: String) async throws -> Value in
            asked.withLock { $0.append(path) }
            let words = path.split(separator: "?").last?.split(separator: "&").map(String.init) ?? []
            func parameter(_ name: String) -> String? { words.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) } }
            let limit = try #require(Int(parameter("limit") ?? ""))
            #expect((1...500).contains(limit))
            let start = parameter("before").flatMap { all.firstIndex(of: $0) }.map { $0 + 1 } ?? 0
            let page = all.dropFirst(start).prefix(limit)
            return [
                "events": .sequence(page.map { ["id": .string($0)] }), "knownSince": "2026-01-01T00:00:00Z",
                "next": start + limit < all.count ? page.last.map { .string($0) } ?? .null : .null,
            ]
        }
        func ids(_ limit: Int, before: String? = nil) async throws -> (ids: [String], next: String?) {
            var query = EventQuery(application: "shop", limit: limit)
            query.before = before
            (query.outcomes, query.causes, query.to) = ([.running, .failed], [.command], Timestamp(milliseconds: 1_767_225_600_000))
            let value = try await HistoryCommand.pages(query, ask: ask)
            #expect(value["knownSince"] == "2026-01-01T00:00:00Z")
            return ((value["events"]?.sequence ?? []).compactMap { $0["id"]?.string }, value["next"]?.string)
        }
        let path = "/api/v1/history?application=shop&to=2026-01-01T00%3A00%3A00.000Z&outcome=failed%2Crunning&cause=command"
        let first = try await ids(1000)
        #expect(first.ids == Array(all.prefix(1000)) && first.next == "E201")
        #expect(asked.withLock { $0 } == ["\(path)&limit=500", "\(path)&before=E701&limit=500"])
        let rest = try await ids(1000, before: first.next)
        #expect(rest.ids == Array(all.suffix(200)) && rest.next == nil)
        #expect(try await ids(20).ids.count == 20)
        #expect(HistoryText.table(["events": [["id": "E9", "startedAt": "2026-01-01T00:00:00Z"]], "next": "E9"], now: Timestamp(milliseconds: 0)).hasSuffix("and more: --before E9"))
    }

    /// Short pages, and none that goes on for ever.
    @Test func pagesThatAreShort() async throws {
        let count = Locked(0)
        let value = try await HistoryCommand.pages(EventQuery(limit: 3)) { _ in
            let page = count.withLock { count -> Int in
                count += 1
                return count
            }
            return ["events": page % 2 == 0 ? [["id": .int(Int64(page))]] : [], "next": .string("p\(page)"), "knownSince": .null]
        }
        #expect(value["events"]?.sequence?.count == 3 && count.withLock { $0 } == 6 && value["next"] == "p6")
        let stuck = try await HistoryCommand.pages(EventQuery(limit: 3)) { _ in ["events": [], "next": "same", "knownSince": .null] }
        #expect(stuck["events"] == [])
    }
}
