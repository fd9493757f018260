import Basics
import Delivery
import Document
import FoundationEssentials
import Kubernetes
import Server
import TestKit
import Testing

@testable import History

/// The dashboard that the chart brings.
@Suite struct DashboardTests {
    private func dashboard() throws -> Value {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        return try JSON.parse(try TemporaryFolder.read("\(root)/Charts/martlet/dashboards/martlet.json"))
    }

    @Test func isWhole() throws {
        let dashboard = try dashboard()
        let panels = try #require(dashboard["panels"]?.sequence)
        #expect(Set(panels.compactMap { $0["id"]?.int }).count == panels.count)
        for panel in panels {
            for target in try #require(panel["targets"]?.sequence) {
                let query = try #require(target["expr"]?.string)
                #expect(query.contains("martlet_"))
                #expect(query.contains("$application"))
            }
        }
        #expect(dashboard[path: "annotations", "list"]?[0]?[path: "target", "tags"] == ["deploy"])
    }

    /// A mark is drawn for every sample that the query gives, so it may give one for each deploy and no more: for a new
    /// version, for a workload that is new, and none because the daemon was started again.
    @Test(.enabled(if: Subprocess.find("promtool") != nil)) func oneMarkForEachDeploy() async throws {
        let annotation = try #require(try dashboard()[path: "annotations", "list"]?[1])
        var query = try #require(annotation["expr"]?.string)
        #expect(annotation[path: "target", "expr"]?.string == query)
        for variable in ["$application", "$namespace", "$workload"] { query = query.replacing(variable, with: ".*") }
        query = query.replacing("$__interval", with: "1m")
        func series(_ workload: String, _ values: String) -> Value {
            ["series": .string("martlet_deploy_timestamp_seconds{application=\"shop\",namespace=\"a\",workload=\"\(workload)\"}"), "values": .string(values)]
        }
        func expected(_ workload: String) -> Value { ["labels": .string("{application=\"shop\", namespace=\"a\", workload=\"\(workload)\"}"), "value": 1] }
        let test: Value = [
            "rule_files": [], "evaluation_interval": "15s",
            "tests": [
                [
                    "interval": "15s",
                    "input_series": [series("old", "-5000+0x40 620+0x40"), series("new", "_x40 600+0x40"), series("restarted", "_x60 -7000+0x20")],
                    "promql_expr_test": [
                        ["expr": .string("count_over_time((\(query))[20m:1m])"), "eval_time": "20m", "exp_samples": [expected("old"), expected("new")]]
                    ],
                ]
            ],
        ]
        let folder = try TemporaryFolder("martlet-dashboard")
        try folder.write("test.yml", JSON.write(test))
        let said = try await Subprocess.check("promtool", ["test", "rules", folder.file("test.yml")])
        #expect(said.contains("SUCCESS"))
    }

    /// The first deploy of a workload, and the first of an outcome, stand in the panel, and a restart is no deploy: what
    /// Prometheus would have read of our own series at each step.
    @Test(.enabled(if: Subprocess.find("promtool") != nil)) func firstDeploysAreCounted() async throws {
        let panel = try #require(try dashboard()["panels"]?.sequence?.first { $0["title"] == "Deploys by outcome" })
        var query = try #require(panel["targets"]?[0]?["expr"]?.string)
        for variable in ["$application", "$namespace", "$workload"] { query = query.replacing(variable, with: ".*") }
        query = query.replacing("$__rate_interval", with: "10m")
        var scrapes: [[String: String]] = []
        func scrape(_ registry: MetricRegistry, _ times: Int) {
            var values: [String: String] = [:]
            for line in registry.exposition().split(separator: "\n") where line.hasPrefix("martlet_deploys_total") {
                if let space = line.lastIndex(of: " ") { values[String(line[..<space])] = String(line[line.index(after: space)...]) }
            }
            scrapes += Array(repeating: values, count: times)
        }
        func event(_ id: String, _ name: String, _ outcome: DeployEvent.Outcome) -> DeployEvent {
            var event = DeployEvent(
                id: id, application: "shop", workload: ObjectKey(group: "apps", kind: "Deployment", namespace: "a", name: name),
                startedAt: Timestamp(milliseconds: 1000), revision: SourceRevision(reference: "main", commit: id), previousCommit: "", cause: .init(.commit, by: ""))
            event.outcome = outcome
            if outcome != .running { event.endedAt = Timestamp(milliseconds: 2000) }
            return event
        }
        let (first, second) = (MetricRegistry(), MetricRegistry())
        let metrics = DeployMetrics(factory: first)
        metrics.note(event("1", "web", .running))
        scrape(first, 4)
        metrics.note(event("1", "web", .succeeded))
        scrape(first, 4)
        metrics.note(event("2", "web", .running))
        scrape(first, 4)
        metrics.note(event("2", "web", .failed))
        scrape(first, 4)
        // The daemon begins anew.
        let again = DeployMetrics(factory: second)
        var known = LastDeploys(application: "shop", workload: event("2", "web", .failed).workload, events: [])
        known.events = [event("2", "web", .failed), event("1", "web", .succeeded)]
        again.begin([known], since: Timestamp(milliseconds: 3000))
        scrape(second, 4)
        again.note(event("3", "web", .rolledBack))
        scrape(second, 20)
        let names = Set(scrapes.flatMap(\.keys)).sorted()
        let series = names.map { name -> Value in ["series": .string(name), "values": .string(scrapes.map { $0[name] ?? "_" }.joined(separator: " "))] }
        // Prometheus makes an estimate of what was between its looks.
        let expected = ["failed", "rolled-back", "succeeded"].map { outcome -> Value in ["labels": .string("{outcome=\"\(outcome)\"}"), "value": 1] }
        let test: Value = [
            "rule_files": [], "evaluation_interval": "15s",
            "tests": [
                [
                    "interval": "15s", "input_series": .sequence(series),
                    "promql_expr_test": [["expr": .string("round(\(query)) > 0"), "eval_time": "10m", "exp_samples": .sequence(expected)]],
                ]
            ],
        ]
        let folder = try TemporaryFolder("martlet-dashboard")
        try folder.write("test.yml", JSON.write(test))
        let said = try await Subprocess.check("promtool", ["test", "rules", folder.file("test.yml")])
        #expect(said.contains("SUCCESS"))
    }
}
