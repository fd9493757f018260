import Delivery
import Document
import Testing

@testable import Server

/// What somebody who listens is told of applications that they know.
@Suite struct StreamMemoryTests {
    private func application(_ name: String, revision: String = "main@1", _ texts: [String: String]) -> OverviewSnapshot.Application {
        var status = ApplicationStatus(application: name)
        status.revision = revision
        let sight = ApplicationSight(
            application: name, revision: PageStage.revision, previousCommit: "", status: status,
            workloads: texts.sorted { $0.key < $1.key }.map { PageStage.sight($0.key, text: $0.value) })
        return OverviewSnapshot.Application(status, sight, [:])
    }

    /// Of somebody who has been told an application.
    private func knowing(_ application: OverviewSnapshot.Application) -> StreamMemory {
        var memory = StreamMemory([])
        _ = memory.news(of: [application.status.application], in: [application])
        return memory
    }

    /// What the listener asked for itself may be older, or newer.
    @Test func theFirstTimeIsAllOfIt() {
        var memory = StreamMemory(["shop"])
        let shop = application("shop", ["a": "x", "b": "x"])
        #expect(memory.news(of: ["shop"], in: [shop]).applications.first?["workloads"]?.sequence?.count == 2)
        #expect(memory.news(of: ["shop"], in: [shop]).applications.isEmpty)
    }

    @Test func aCommitElsewhereIsAHeadAlone() {
        var memory = knowing(application("shop", ["a": "x", "b": "x"]))
        let (news, gone) = memory.news(of: ["shop"], in: [application("shop", revision: "main@2", ["a": "x", "b": "x"])])
        #expect(news.count == 1 && gone.isEmpty)
        #expect(news.first?["revision"] == "main@2")
        #expect(news.first?["changed"] == [])
        #expect(news.first?["workloads"] == nil)
    }

    @Test func workloadsThatChangedAlone() {
        var memory = knowing(application("shop", ["a": "x", "b": "x"]))
        let (news, _) = memory.news(of: ["shop"], in: [application("shop", ["a": "x", "b": "y"])])
        #expect(news.first?["changed"]?.sequence?.map { $0["name"] } == ["b"])
        #expect(news.first?["changed"]?[0]?["message"] == "y")
        // It is known from now on.
        #expect(memory.news(of: ["shop"], in: [application("shop", ["a": "x", "b": "y"])]).applications.isEmpty)
    }

    @Test func otherWorkloadsMeanAllOfThem() {
        var memory = knowing(application("shop", ["a": "x", "b": "x"]))
        for texts in [["a": "x"], ["a": "x", "c": "x"], ["a": "x", "b": "x", "c": "x"]] {
            let (news, _) = memory.news(of: ["shop"], in: [application("shop", texts)])
            #expect(news.first?["workloads"]?.sequence?.compactMap { $0["name"]?.string } == texts.keys.sorted())
            #expect(news.first?["changed"] == nil)
        }
    }

    @Test func comesAndGoes() {
        var memory = StreamMemory(["shop"])
        let both = [application("new", ["n": "x"]), application("shop", ["a": "x"])]
        let (news, none) = memory.news(of: ["new", "unknown"], in: both)
        #expect(news.map { $0["application"] } == ["new"] && none.isEmpty)
        #expect(news.first?["workloads"]?.sequence?.count == 1)
        let (nothing, gone) = memory.news(of: ["shop", "new", "unknown"], in: [both[0]])
        #expect(nothing.isEmpty)
        #expect(gone == ["shop"])
        // Told once.
        #expect(memory.news(of: ["shop"], in: [both[0]]).gone.isEmpty)
    }
}
