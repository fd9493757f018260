import Basics
import Delivery
import Document
import History
import HTTPTypes
import Kubernetes
import Testing

@testable import Server

/// What the page asks for, and what of it who may see.
@Suite struct PageDataTests {
    let stage = PageStage()
    private let ada = AutomationStage.token
    private let bob = AutomationStage.weakToken

    @Test func overview() async throws {
        let call = stage.call
        let answer = try await call("GET", "/api/v1/overview", token: ada)
        let value = try #require(answer.value)
        #expect(value["applications"]?.sequence?.map { $0["application"] } == ["both", "hidden", "plain", "shop"])
        let front = value["applications"]?[3]?["workloads"]?[0]
        #expect(front?["automated"] == true && front?["locked"] == true && front?["lockedReason"] == "the last one broke" && front?["wanted"] == 3)
        #expect(value["automation"] == "on" && value["prometheus"] == true && value["time"]?.string != nil)
        // The same again is not sent again, until something changes; and not to other eyes.
        let tag = try #require(answer.headers[.eTag])
        #expect(try await call("GET", "/api/v1/overview", token: ada, headers: [("If-None-Match", tag)]).status == 304)
        #expect(try await call("GET", "/api/v1/overview", token: bob, headers: [("If-None-Match", tag)]).status == 200)
        stage.see("shop", [], message: "other")
        #expect(try await call("GET", "/api/v1/overview", token: ada, headers: [("If-None-Match", tag)]).status == 200)
    }

    /// Neither names nor counts nor sentences about what one may not list.
    @Test func overviewOfSome() async throws {
        let answer = try await stage.call("GET", "/api/v1/overview", token: bob)
        let applications = try #require(answer.value?["applications"]?.sequence)
        #expect(applications.map { $0["application"] } == ["both", "shop"])
        #expect(applications[0]["workloads"]?.sequence?.map { $0["name"] } == ["cart"] && applications[0]["objects"] == 1)
        #expect(applications[0]["message"] == "" && applications[0]["problems"]?.sequence?.count == 1)
        for word in ["back", "orders", "ledger", "secret plans", "config only", "hidden trouble"] { #expect(!answer.text.contains(word), "\(word): \(answer.text)") }
    }

    @Test func history() async throws {
        let call = stage.call
        let all = try #require(try await call("GET", "/api/v1/history?limit=3", token: ada).value)
        #expect(all["events"]?.sequence?.map { $0["id"]?.string?.suffix(2) } == ["A4", "A3", "A2"] && all["next"] == "01KAK0000000000000000000A2")
        #expect(all["events"]?[0]?["changes"] == nil && all["knownSince"] == "2026-11-21T05:12:33.250Z")
        let rest = try #require(try await call("GET", "/api/v1/history?limit=3&before=01KAK0000000000000000000A2", token: ada).value)
        #expect(rest["events"]?.sequence?.count == 1 && rest["next"]?.isNull == true)
        let some = try #require(try await call("GET", "/api/v1/history", token: bob).value)
        #expect(some["events"]?.sequence?.map { $0["id"]?.string?.suffix(2) } == ["A4", "A1"] && some["next"]?.isNull == true)
        let one = try #require(try await call("GET", "/api/v1/history?limit=1", token: bob).value)
        #expect(one["next"] == "01KAK0000000000000000000A4")
        #expect(try await call("GET", "/api/v1/history?outcome=succeeded,running&cause=drift", token: ada).value?["events"] == [])
    }

    /// Who sees few of many is shown each once, wherever a look ends: here with a last batch that is short and yet enough.
    @Test(arguments: [5_020, 5_060, 9_000]) func fewOfMany(_ count: Int) async throws {
        let made = (1...count).map { number in
            let digits = String(number)
            return PageStage.event(
                "01KAK" + String(repeating: "0", count: 21 - digits.count) + digits, "front-end", namespace: number % 900 == 7 ? "shop" : "back", text: "x")
        }
        stage.events.withLock { $0 = made }
        let call = stage.call
        var (seen, next, pages) = ([String](), "" as String?, 0)
        while let before = next, pages < 20 {
            let page = try #require(try await call("GET", "/api/v1/history?limit=50\(before.isEmpty ? "" : "&before=\(before)")", token: bob).value)
            seen += (page["events"]?.sequence ?? []).compactMap { $0["id"]?.string }
            next = page["next"]?.string
            pages += 1
        }
        #expect(seen == made.filter { $0.workload?.namespace == "shop" }.map(\.id).sorted(by: >), "\(pages) pages")
    }

    @Test func oneDeploy() async throws {
        let call = stage.call
        let all = try await call("GET", "/api/v1/history/01KAK0000000000000000000A1", token: ada).value
        #expect(all?["changes"]?.sequence?.count == 2 && all?["workload"]?["name"] == "front-end")
        let some = try await call("GET", "/api/v1/history/01KAK0000000000000000000A1", token: bob).value
        #expect(some?["changes"]?.sequence?.count == 1, "a Secret elsewhere is not theirs to see")
        let (hidden, none) = (
            try await call("GET", "/api/v1/history/01KAK0000000000000000000A2", token: bob), try await call("GET", "/api/v1/history/01KAK0000000000000000000A9", token: bob)
        )
        #expect(hidden.status == 404 && none.status == 404 && hidden.text.replacing("A2", with: "A9") == none.text)
    }

    @Test func pastMoments() async throws {
        let call = stage.call
        let all = try await call("GET", "/api/v1/at?time=2026-11-21T06:00:00%2B01:00", token: ada).value
        #expect(all?["applications"]?.sequence?.count == 2 && all?["time"] == "2026-11-21T05:00:00.000Z")
        let some = try await call("GET", "/api/v1/at?time=2026-11-21T06:00:00Z", token: bob).value
        #expect(some?["applications"]?.sequence?.count == 1 && some?["applications"]?[0]?["message"] == "")
        #expect(some?["applications"]?[0]?["workloads"]?.sequence?.map { $0["namespace"] } == ["shop"])
        #expect(all?["applications"]?[0]?["health"] == "Healthy" && some?["applications"]?[0]?["health"] == "Degraded", "what one sees is not well")
        for (path, list) in [("/api/v1/objects?application=shop&revision=main", "objects"), ("/api/v1/objects?time=2026-11-21T06:00:00Z", "objects"), ("/api/v1/diff?from=main&to=2026-11-21T06:00:00Z", "objects"), ("/api/v1/diff?from=2h+ago&to=now", "objects")] {
            #expect(try await call("GET", path, token: ada).value?[list]?.sequence?.count == 2)
            let some = try await call("GET", path, token: bob).value
            #expect(some?[list]?.sequence?.count == 1 && some?["problems"] == [] && some?[list]?[0]?["object"]?["namespace"] == "shop")
        }
        #expect(try await call("GET", "/api/v1/workloads/shop/deployment/x/blame", token: bob).value?["fields"]?[0]?["path"] == "spec.replicas")
        #expect(try await call("GET", "/api/v1/workloads/back/deployment/x/blame", token: bob).status == 403)
    }

    @Test func podsAndLogs() async throws {
        let call = stage.call
        let base = "/api/v1/workloads/shop/deployment/front-end"
        let pod = try await call("GET", "\(base)/pods", token: bob).value?["pods"]?[0]
        #expect(pod?["arm"] == "next" && pod?["ready"] == false && pod?["containers"]?[0]?["state"] == "CrashLoopBackOff" && pod?["containers"]?[0]?["restarts"] == 4)
        let logs = try await call("GET", "\(base)/logs?pod=front-end-1&container=web&previous=true&lines=20", token: bob)
        #expect(logs.value == ["lines": ["20 true web", "as it should be"]], "\(logs.text)")
        #expect(try await call("GET", "\(base)/logs?pod=other", token: ada).status == 404)
        #expect(try await call("GET", "/api/v1/workloads/shop/deployment/gone/pods", token: ada).status == 404)
        for path in ["pods", "logs?pod=front-end-1"] {
            #expect(try await call("GET", "/api/v1/workloads/back/deployment/front-end/\(path)", token: bob).status == 403)
        }
    }

    @Test func graphs() async throws {
        let call = stage.call
        let path = "/api/v1/query_range?query=up%7Ba%3D%22b%22%7D&start=1795237953.25&end=2026-11-21T06:12:33Z&step=15"
        let answer = try await call("GET", path, token: ada)
        let value = try #require(answer.value, "\(answer.text)")
        #expect(value["status"] == "success" && value[path: "data", "resultType"] == "matrix" && value[path: "data", "result"]?.sequence?.count == 50)
        #expect(value[path: "data", "result"]?[0]?["values"]?.sequence?.map { $0[1] } == ["1.5", "NaN"])
        #expect(value["warnings"]?[0]?.string?.contains("50 of 60") == true)
        #expect(stage.queries.withLock { $0 }.first?.hasPrefix("up{a=\"b\"} 2026-11-21") == true)
        // As `URLSearchParams` writes it: a space is "+", and a "+" is escaped.
        #expect(try await call("GET", path.replacing("up%7Ba%3D%22b%22%7D", with: "sum+by+%28job%29+%28up%29+%2B+1"), token: ada).status == 200)
        #expect(stage.queries.withLock { $0 }.last?.hasPrefix("sum by (job) (up) + 1 ") == true)
        #expect(try await call("GET", path, token: bob).status == 403)
        #expect(try await call("GET", path.replacing("up%7Ba%3D%22b%22%7D", with: "broken"), token: ada).status == 422)
        #expect(try await call("GET", path.replacing("up%7Ba%3D%22b%22%7D", with: "down"), token: ada).status == 502)
        var none = stage.daemon()
        none.queryRange = nil
        #expect(try await RouterCall(none)("GET", path, token: ada).status == 503)
    }

    @Test func sinks() async throws {
        let call = stage.call
        #expect(try await call("GET", "/api/v1/sinks", token: ada).value?["sinks"]?[0]?["deadLetters"]?[0]?["id"] == "d1")
        #expect(try await call("GET", "/api/v1/sinks", token: bob).status == 403)
        #expect(try await call("POST", "/api/v1/sinks/team/retry", token: ada, Array(#"{"id":"d1"}"#.utf8)).value == ["retried": 1])
        #expect(try await call("POST", "/api/v1/sinks/none/retry", token: ada).status == 404)
        let full = try await call("POST", "/api/v1/sinks/full/retry", token: ada)
        #expect(full.status == 500 && full.text.contains("cannot be written"))
        #expect(try await call("POST", "/api/v1/sinks/team/retry", token: bob).status == 403)
        #expect(stage.queries.withLock { $0 } == ["retry d1"])
    }

    static let mistakes: [String] = [
        "history?limit=0", "history?limit=501", "history?limit=ten", "history?from=yesterday", "history?outcome=fine", "history?cause=x", "history?colour=red",
        "history?before=\(String(repeating: "A", count: 27))", "history?application=\(String(repeating: "a", count: 300))", "at", "at?time=now", "overview?x=1",
        "objects", "objects?application=shop", "objects?application=shop&revision=main&time=2026-11-21T06:00:00Z", "objects?application=shop&revision=--upload-pack",
        "objects?revision=main&only=services", "topology?time=now", "workloads/shop/deployment/x/blame?time=now", "workloads/shop/deployment/x/blame?revision=a..b",
        "workloads/shop/deployment/x/blame?revision=main&time=2026-11-21T06:00:00Z", "objects?application=shop&revision=a..b", "objects?application=shop&revision=a:b", "diff?from=main", "diff?from=main&to=%0A", "topology?x=1", "stream?x=1", "session?x=1",
        "query_range?query=up", "query_range?query=up&start=1&end=2&step=0", "query_range?query=up&start=2&end=1&step=1", "query_range?query=up&start=1&end=100000&step=1",
        "query_range?query=up&start=nan&end=2&step=1", "query_range?query=up&start=1&end=1e300&step=1", "query_range?query=up&start=1&end=2&step=-1", "query_range?query=up&start=1&end=2&step=1&host=evil",
        "query_range?query=\(String(repeating: "a", count: 8193))&start=1&end=2&step=1", "workloads/shop/deployment/front-end/logs", "workloads/shop/deployment/front-end/logs?pod=a&lines=0",
        "workloads/shop/deployment/front-end/logs?pod=a&lines=2001", "workloads/shop/deployment/front-end/logs?pod=a&previous=yes", "workloads/shop/deployment/front-end/pods?x=1",
    ]

    @Test(arguments: mistakes) func whatIsRefused(_ path: String) async throws {
        let answer = try await stage.call("GET", "/api/v1/\(path)", token: ada)
        #expect(answer.status == 400 && answer.kind == "badRequest", "\(answer.status) \(answer.text)")
        #expect(try await stage.call("GET", "/api/v1/\(path)").status == 401, "who asks is known first")
    }

    @Test func otherKinds() async throws {
        for path in ["pods", "blame", "logs?pod=a"] {
            #expect(try await stage.call("GET", "/api/v1/workloads/shop/widget/x/\(path)", token: ada).status == 422)
        }
        #expect(try await stage.call("GET", "/api/v1/diff?from=nothing&to=main", token: ada).status == 404)
    }

    /// A daemon that keeps no history says so, and the rest goes on.
    @Test func withoutParts() async throws {
        let call = RouterCall(AutomationStage().daemon())
        for path in ["overview", "history", "at?time=2026-11-21T06:00:00Z", "objects?application=a&revision=b", "diff?from=a&to=b", "sinks", "topology", "stream"] {
            let answer = try await call("GET", "/api/v1/\(path)", token: ada)
            #expect(answer.status == 503 && answer.kind == "notReady", "\(path): \(answer.text)")
        }
    }
}
