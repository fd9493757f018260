import Automation
import Basics
import Delivery
import Git
import Kubernetes
import Testing

/// A version that its rollout sent back is taken out of git by a commit.
@Suite struct RevertTests {
    private static let old = InterleavingTests.front
    private static let new = InterleavingTests.front.replacing("front-end:0.3.12", with: "front-end:0.3.13")

    private static func server() -> (ModelServer, before: ObjectID, rejected: ObjectID) {
        let server = ModelServer(["deploy/front.yaml": old, "README.md": "shop\n"])
        let before = server.tip
        server.push(by: "Ann", "0.3.13") { $0["deploy/front.yaml"] = new }
        return (server, before, server.tip)
    }

    private static func release(_ before: ObjectID, _ rejected: ObjectID) -> RejectedRelease {
        RejectedRelease(
            application: "shop", workload: InterleavingTests.key, revision: "main@\(rejected.short)", commit: "\(rejected)",
            previousCommit: "\(before)", reason: "errors: 41 of 612 requests\nof the new version")
    }

    @Test func theFileIsAsItWasAndTheWorkloadIsLocked() async throws {
        let (server, before, rejected) = Self.server()
        server.push(by: "Bob", "Another file") { $0["README.md"] = "shop, better\n" }
        let report = try await InterleavingTests.writer(server, seed: 1).perform(.revert(Self.release(before, rejected)))
        let text = server.file("deploy/front.yaml")
        #expect(report.commit == server.tip)
        #expect(report.files == ["deploy/front.yaml"])
        #expect(text.contains("front-end:0.3.12"))
        #expect(!text.contains("0.3.13\""))
        // It follows images: without a lock the same tag would come again.
        #expect(text.contains("martlet.dev/locked: \"true\""))
        #expect(text.contains("sent back: errors: 41 of 612"))
        #expect(server.file("README.md") == "shop, better\n")
        let message = try #require(server.history.last?.message)
        #expect(message.hasPrefix("Revert "))
        #expect(message.contains("Reason: errors: 41 of 612 requests"))
        #expect(message.contains("Martlet-Workload: "))
    }

    @Test func itIsMadeOnce() async throws {
        let (server, before, rejected) = Self.server()
        let writer = InterleavingTests.writer(server, seed: 2)
        _ = try await writer.perform(.revert(Self.release(before, rejected)))
        let count = server.history.count
        let again = try await writer.perform(.revert(Self.release(before, rejected)))
        #expect(again.commit == nil || server.history.count == count)
    }

    @Test func aPushThatIsRacedIsMadeAnew() async throws {
        let (server, before, rejected) = Self.server()
        let left = Locked(3)
        server.meanwhile { step in
            guard step == .push, left.withLock({ left in left -= 1; return left >= 0 }) else { return }
            server.push(by: "Cid", "meanwhile") { $0["README.md"]? += "more\n" }
        }
        _ = try await InterleavingTests.writer(server, seed: 3).perform(.revert(Self.release(before, rejected)))
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
        #expect(server.file("README.md") == "shop\nmore\nmore\nmore\n")
    }

    @Test func whatAPersonHasChangedSinceStays() async throws {
        let (server, before, rejected) = Self.server()
        server.push(by: "Bob", "More") { $0["deploy/front.yaml"]? += "# Bob's\n" }
        let writer = InterleavingTests.writer(server, seed: 4)
        let release = Self.release(before, rejected)
        await #expect(throws: AutomationError.self) { try await writer.perform(.revert(release)) }
        #expect(server.file("deploy/front.yaml") == Self.new + "# Bob's\n")
    }

    @Test func aCommitThatIsNotKnownIsToldOf() async throws {
        let (server, _, rejected) = Self.server()
        var release = Self.release(rejected, rejected)
        release.previousCommit = ""
        let writer = InterleavingTests.writer(server, seed: 5)
        let unknown = release
        await #expect(throws: AutomationError.self) { try await writer.perform(.revert(unknown)) }
    }
}
