import Basics
import Delivery
import Kubernetes
import Server
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

    private var lines: [String] {
        registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line -> String in
            String(line).replacing("application=\"shop\",workload=\"web\",namespace=\"shop\"", with: "W")
        }
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
        metrics.begin([event("b", "web:2", at: 20, .failed), event("a", "web:1", at: 10, .succeeded)])
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
        metrics.begin(try await store.events(EventQuery()))
        #expect(lines == [])
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
}
