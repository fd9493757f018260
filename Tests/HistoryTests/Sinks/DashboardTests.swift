import Document
import FoundationEssentials
import TestKit
import Testing

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
}
