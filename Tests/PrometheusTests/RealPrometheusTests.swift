import Basics
import HTTP
import Prometheus
import TestKit
import Testing

private let isWanted = PrometheusServer.isInstalled || Subprocess.environment["MARTLET_E2E"] != nil

/// The client against Debian's Prometheus.
@Suite(.enabled(if: isWanted, "needs prometheus; or set MARTLET_E2E"), .timeLimit(.minutes(10))) struct RealPrometheusTests {
    @Test func scrapesAndAnswers() async throws {
        let count = Locked(0.0)
        let target = try await LoopbackServer { _ in
            .text("# TYPE hits_total counter\nhits_total{code=\"200\",path=\"a\\\"b\"} \(count.withLock { $0 += 1; return $0 })\nodd NaN\n")
        }
        let server = try await PrometheusServer([PrometheusServer.Target("127.0.0.1:\(target.port)", labels: ["pod": "web-1"])], prefix: "/prom")
        let client = try PrometheusClient(transport: CurlTransport(), settings: PrometheusSettings(url: server.url + "/prom/"))
        var samples: [QueryValue.Sample] = []
        for _ in 0..<600 where samples.isEmpty {
            if case .vector(let found) = try await client.query(#"hits_total{pod=~"web-1|x",code="200"}"#).value { samples = found }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(samples.first?.labels["path"] == "a\"b" && samples.first?.labels["pod"] == "web-1" && samples.count == 1)
        if case .vector(let odd) = try await client.query("odd").value { #expect(odd.first?.point.value.isNaN == true) }
        guard case .scalar(let now) = try await client.query("time()").value, case .string("x") = try await client.query("\"x\"").value else {
            Issue.record("no scalar, no string")
            return
        }
        let start = Timestamp(milliseconds: now.at.milliseconds - 3000)
        guard case .matrix(let series) = try await client.queryRange("vector(1)", from: start, to: now.at, step: .seconds(1)).value else {
            Issue.record("no matrix")
            return
        }
        #expect(series.first?.points.count == 4)
        for query in ["up{", "up{} +", "sum(up) by"] {
            do {
                _ = try await client.query(query)
                Issue.record("it answered")
            } catch {
                #expect(error.kind == .query && error.description.contains("parse error"))
            }
        }
        await server.stop()
        do {
            _ = try await client.query("up")
            Issue.record("it answered")
        } catch {
            #expect(error.kind == .unavailable)
        }
        await target.stop()
    }

    @Test func asksForAPassword() async throws {
        let server = try await PrometheusServer(password: "secret")
        for (password, kind) in [("secret", nil), ("wrong", PrometheusError.Kind.denied)] {
            let settings = PrometheusSettings(url: server.url, credential: .basic(user: "me", password: password), timeout: .seconds(60))
            let client = try PrometheusClient(transport: CurlTransport(), settings: settings)
            do {
                _ = try await client.query("1")
                #expect(kind == nil)
            } catch {
                #expect(error.kind == kind)
            }
        }
        await server.stop()
    }
}
