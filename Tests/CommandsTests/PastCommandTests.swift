@testable import Commands
import ArgumentParser
import Basics
import Delivery
import Document
import Git
import History
import Kubernetes
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
                    + "  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: \"\(image)\"}]}}\n")
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
        let (kept, arguments, _) = try await Self.stage()
        defer { withExtendedLifetime(kept) {} }
        let past = try await Self.past(arguments + ["--history-file", path])
        #expect(try await past.formerRevision(of: key) == String(repeating: "b", count: 40))
    }
}
