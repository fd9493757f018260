import Basics
import Delivery
import GRDB
import Kubernetes
import Logging
import Server
import TestKit
import Testing

@testable import History

@Suite struct DeployMetricsTests {
    private let registry = MetricRegistry()
    private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    private func event(_ id: String, _ image: String, at seconds: Int64, _ outcome: DeployEvent.Outcome = .running) -> DeployEvent {
        var event = DeployEvent(
            id: id, application: "shop", workload: web, startedAt: Timestamp(milliseconds: seconds * 1000),
            revision: SourceRevision(reference: "main", commit: String(repeating: id, count: 40)), previousCommit: "", cause: .init(.commit, by: ""))
        event.images = [.init(container: "web", from: "web:0", to: image)]
        event.outcome = outcome
        if outcome != .running { event.endedAt = Timestamp(milliseconds: seconds * 1000 + 500) }
        return event
    }

    /// Without what is 0.
    private var lines: [String] {
        all.filter { !$0.hasSuffix("} 0") }.map { $0.replacing("application=\"shop\",workload=\"web\",namespace=\"shop\",kind=\"Deployment\"", with: "W") }
    }

    private var all: [String] { registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init) }

    private func begin(_ metrics: DeployMetrics, _ events: [DeployEvent], since seconds: Int64 = 1000, image: String = "") {
        var last = LastDeploys(application: "shop", workload: web, events: events)
        last.image = image
        metrics.begin([last], since: Timestamp(milliseconds: seconds * 1000))
    }

    private func sight(_ workloads: [ObjectKey]) -> ApplicationSight {
        ApplicationSight(
            application: "shop", revision: SourceRevision(reference: "main", commit: "1"), previousCommit: "", status: ApplicationStatus(application: "shop"),
            workloads: workloads.map { WorkloadSight(key: $0, images: [:], health: .healthy) })
    }

    @Test func oneSeriesAWorkload() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(event("a", "web:1", at: 10))
        metrics.note(event("a", "web:1", at: 10, .succeeded))
        metrics.note(event("a", "web:1", at: 10, .succeeded))
        metrics.note(event("b", "web:2", at: 20))
        #expect(
            lines == [
                #"martlet_deploy_info{W,revision="main@bbbbbbb",image="web:2"} 1"#, "martlet_deploy_timestamp_seconds{W} 20",
                #"martlet_deploys_total{W,outcome="succeeded"} 1"#,
            ])
    }

    @Test func whatWasSentBackIsNotWhatRuns() {
        let metrics = DeployMetrics(factory: registry)
        begin(metrics, [event("b", "web:2", at: 20, .failed), event("a", "web:1", at: 10, .succeeded)])
        metrics.note(event("c", "web:3", at: 30))
        metrics.note(event("c", "web:3", at: 30, .rolledBack))
        #expect(
            lines == [
                #"martlet_deploy_info{W,revision="main@bbbbbbb",image="web:2"} 1"#, "martlet_deploy_timestamp_seconds{W} 30",
                #"martlet_deploys_total{W,outcome="rolled-back"} 1"#,
            ])
    }

    /// Also after a start, from what the store has.
    @Test func whatWasDeletedStaysGone() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        var gone = event("b", "", at: 20, .succeeded)
        gone.isDeletion = true
        gone.changes = [.init(key: web, action: .deleted)]
        try await store.save([event("a", "web:1", at: 10, .succeeded), gone])
        let metrics = DeployMetrics(factory: registry)
        metrics.begin(try await store.lastDeploys(), since: Timestamp(milliseconds: 100_000))
        #expect(all == [])
    }

    @Test func whatIsDeletedGoes() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(event("a", "web:1", at: 10, .succeeded))
        var gone = event("b", "", at: 20, .succeeded)
        gone.images = [.init(container: "web", from: "web:1", to: nil)]
        gone.isDeletion = true
        metrics.note(gone)
        #expect(lines == [#"martlet_deploys_total{W,outcome="succeeded"} 2"#])
    }

    /// `increase()` sees the first of a counter that was at 0 before.
    @Test func everyOutcomeBeginsAtNothing() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(sight([web]), at: Timestamp(milliseconds: 5000))
        let outcomes = ["succeeded", "failed", "rolled-back", "superseded"]
        for outcome in outcomes {
            #expect(all.contains(#"martlet_deploys_total{application="shop",workload="web",namespace="shop",kind="Deployment",outcome="\#(outcome)"} 0"#))
        }
        // And of what is no workload.
        #expect(all.count == 8)
        metrics.note(event("a", "web:1", at: 10, .failed))
        #expect(all.count { $0.contains("_total") && $0.hasSuffix("} 0") } == 7)
        #expect(lines.contains(#"martlet_deploys_total{W,outcome="failed"} 1"#))
    }

    /// Also where only the start was told of.
    @Test func theStartOfADeployMakesItsCounters() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(event("a", "web:1", at: 10))
        #expect(all.count { $0.contains("_total") } == 4)
    }

    @Test func kindsOfOneNameAreTwo() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(event("a", "web:1", at: 10, .succeeded))
        var other = event("b", "web:2", at: 20, .succeeded)
        other.workload = ObjectKey(group: "batch", kind: "CronJob", namespace: "shop", name: "web")
        metrics.note(other)
        other.id = "c"
        other.isDeletion = true
        metrics.note(other)
        #expect(lines.contains("martlet_deploy_timestamp_seconds{W} 10"))
        #expect(lines.contains(#"martlet_deploy_info{W,revision="main@aaaaaaa",image="web:1"} 1"#))
        #expect(!all.contains { $0.hasPrefix("martlet_deploy_") && $0.contains("CronJob") })
    }

    /// What the store says comes late, because it could not be read or had to be filled first.
    @Test func whatIsKnownLateIsOlder() {
        let metrics = DeployMetrics(factory: registry)
        var newest = event("c", "", at: 30)
        newest.images = []
        metrics.note(newest)
        begin(metrics, [event("b", "web:2", at: 20, .rolledBack), event("a", "web:1", at: 10, .succeeded)], since: 25)
        #expect(lines == [#"martlet_deploy_info{W,revision="main@ccccccc",image="web:1"} 1"#, "martlet_deploy_timestamp_seconds{W} 30"])
        newest.outcome = .rolledBack
        newest.endedAt = Timestamp(milliseconds: 40_000)
        metrics.note(newest)
        #expect(
            lines == [
                #"martlet_deploy_info{W,revision="main@aaaaaaa",image="web:1"} 1"#, "martlet_deploy_timestamp_seconds{W} 30",
                #"martlet_deploys_total{W,outcome="rolled-back"} 1"#,
            ])
    }

    /// An event of the store that is told, too, is counted once; one of before, told again, is not.
    @Test func nothingIsCountedTwiceOrNever() {
        let metrics = DeployMetrics(factory: registry)
        begin(metrics, [event("b", "web:2", at: 20, .succeeded), event("a", "web:1", at: 10, .failed)], since: 15)
        metrics.note(event("b", "web:2", at: 20, .succeeded))
        metrics.note(event("b", "web:2", at: 20, .succeeded))
        #expect(lines.filter { $0.contains("_total") } == [#"martlet_deploys_total{W,outcome="succeeded"} 1"#])
        let others = DeployMetrics(factory: registry)
        begin(others, [event("b", "web:2", at: 20, .succeeded)], since: 25)
        others.note(event("b", "web:2", at: 20, .succeeded))
        #expect(lines.filter { $0.contains("_total") } == [#"martlet_deploys_total{W,outcome="succeeded"} 1"#])
    }

    @Test func whatGitNoLongerHasGoes() {
        let metrics = DeployMetrics(factory: registry)
        metrics.note(event("a", "web:1", at: 10, .succeeded))
        metrics.note(sight([]), at: Timestamp(milliseconds: 20_000))
        // Its end is told late.
        metrics.note(event("a", "web:1", at: 10, .superseded))
        #expect(lines == [#"martlet_deploys_total{W,outcome="succeeded"} 1"#])
        metrics.note(event("b", "web:2", at: 30))
        #expect(lines.count == 3)
        var removed = sight([])
        removed.isRemoved = true
        metrics.note(removed, at: Timestamp(milliseconds: 40_000))
        #expect(lines == [#"martlet_deploys_total{W,outcome="succeeded"} 1"#])
        // In the end its counters go, too: of what is removed nobody tells again.
        var other = sight([])
        other.application = "other"
        metrics.note(other, at: Timestamp(milliseconds: 4_000_000))
        #expect(!all.contains { $0.contains("web") }, "\(all)")
    }

    /// The last deploy of every workload, however many others have had since.
    @Test func everyWorkloadIsKnownAfterARestart() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        var events = [event("old", "web:1", at: 1, .succeeded)]
        for number in 0..<1200 {
            var other = event("n\(number)", number == 0 ? "api:1" : "", at: Int64(10 + number), .succeeded)
            other.workload = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "api")
            if number > 0 { other.images = [] }
            events.append(other)
        }
        try await store.save(events)
        let metrics = DeployMetrics(factory: registry)
        metrics.begin(try await store.lastDeploys(), since: Timestamp(milliseconds: 10_000_000))
        #expect(lines.contains("martlet_deploy_timestamp_seconds{W} 1"))
        #expect(lines.contains { $0.hasPrefix("martlet_deploy_info{W,") && $0.hasSuffix(#"image="web:1"} 1"#) })
        // Its image came so long ago that only what was seen says it.
        var seen = sight([web, ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "api")])
        seen.workloads[1].liveImages = ["b": "api:1", "a": "log:2"]
        try await store.record(seen, at: Timestamp(milliseconds: 2_000_000))
        metrics.begin(try await store.lastDeploys(), since: Timestamp(milliseconds: 10_000_000))
        #expect(lines.contains { $0.contains(#"workload="api""#) && $0.hasSuffix(#"image="log:2, api:1"} 1"#) }, "\(lines)")
        // What was last seen to be gone has none.
        try await store.record(sight([web]), at: Timestamp(milliseconds: 3_000_000))
        #expect(try await store.lastDeploys().map(\.workload) == [web])
    }

    /// A store that cannot be read is tried again, and a file that was filled from notes is read again.
    @Test(.timeLimit(.minutes(5))) func theStoreIsAskedUntilItAnswers() async throws {
        let store = EventStore(try HistoryDatabase(path: nil))
        try await store.save([event("a", "web:1", at: 10, .succeeded)])
        try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE event RENAME TO away") }
        let time = VirtualTime()
        let metrics = DeployMetrics(factory: registry)
        let (refills, refilled) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "metrics") { SwiftLogNoOpLogHandler($0) }
        let work = Task { await metrics.follow(store, refills: refills, since: time.now, time: time, logger: logger) }
        try await Task.sleep(for: .milliseconds(50))
        #expect(all == [])
        try await store.database.queue.write { try $0.execute(sql: "ALTER TABLE away RENAME TO event") }
        for _ in 0..<12_000 where lines.isEmpty {
            await time.advance(by: .seconds(5))
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(lines.contains("martlet_deploy_timestamp_seconds{W} 10"))
        try await store.save([event("b", "web:2", at: 20, .succeeded)])
        refilled.yield()
        for _ in 0..<12_000 where !lines.contains("martlet_deploy_timestamp_seconds{W} 20") { try await Task.sleep(for: .milliseconds(5)) }
        #expect(lines.contains("martlet_deploy_timestamp_seconds{W} 20"))
        work.cancel()
        await work.value
    }
}
