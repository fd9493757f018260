import Basics
import HTTP
import Testing

@testable import Prometheus

/// What is asked, and what is made of any answer.
@Suite struct PrometheusClientTests {
    static let empty = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#

    private func client(
        _ transport: any HTTPTransport, _ url: String = "http://prom:9090", _ credential: PrometheusSettings.Credential = .none,
        limit: Int = 1 << 20, file: String = ""
    ) throws -> PrometheusClient {
        try PrometheusClient(
            transport: transport, settings: PrometheusSettings(url: url, credential: credential, timeout: .milliseconds(2500), answerLimit: limit),
            readFile: { path in
                guard path == "/token" else { throw PrometheusClient.NoFiles() }
                return Array(file.utf8)
            })
    }

    private func answer(_ text: String, status: Int = 200) async throws -> QueryAnswer {
        try await client(ScriptedTransport(text, status: status)).query("up")
    }

    private func failure(_ text: String, status: Int = 200) async -> PrometheusError? {
        do {
            _ = try await answer(text, status: status)
            return nil
        } catch {
            return error as? PrometheusError
        }
    }

    @Test func aQueryIsAForm() async throws {
        let transport = ScriptedTransport([.success((200, Self.empty)), .success((200, Self.empty))])
        let client = try client(transport, "https://metrics.example/team/prometheus/")
        _ = try await client.query("rate(x{a=\"b & c\"}[5m]) + 1", at: Timestamp(milliseconds: 1_500_000_000_250))
        _ = try await client.queryRange("up", from: Timestamp(milliseconds: 1000), to: Timestamp(milliseconds: 60_000), step: .seconds(15))
        let requests = transport.requests
        #expect(requests.map(\.url) == ["https://metrics.example/team/prometheus/api/v1/query", "https://metrics.example/team/prometheus/api/v1/query_range"])
        #expect(requests.allSatisfy { $0.method == "POST" && $0.headers["Content-Type"] == "application/x-www-form-urlencoded" && $0.timeout == .milliseconds(2500) })
        #expect(requests.allSatisfy { $0.headers["Authorization"] == nil })
        let bodies = requests.map { String(decoding: $0.body ?? [], as: UTF8.self) }
        #expect(bodies == [
            "query=rate%28x%7Ba%3D%22b%20%26%20c%22%7D%5B5m%5D%29%20%2B%201&time=1500000000.250&timeout=2.500",
            "query=up&start=1&end=60&step=15&timeout=2.500",
        ])
    }

    @Test func credentials() async throws {
        let cases: [(String, PrometheusSettings.Credential, String, String?)] = [
            ("http://prom", .basic(user: "me", password: "a:b"), "", "Basic bWU6YTpi"), ("http://prom", .bearer("t"), "", "Bearer t"),
            ("http://prom", .bearerFile("/token"), "abc\n", "Bearer abc"), ("http://me:secret@prom", .none, "", "Basic bWU6c2VjcmV0"),
            ("http://me:secret@prom", .bearer("t"), "", "Bearer t"),
        ]
        for (url, credential, file, expected) in cases {
            let transport = ScriptedTransport(Self.empty)
            _ = try await client(transport, url, credential, file: file).query("up")
            #expect(transport.requests.first?.headers["Authorization"] == expected)
            #expect(transport.requests.first?.url == "http://prom/api/v1/query")
        }
        for (path, file) in [("/gone", "x"), ("/token", " \n")] {
            let transport = ScriptedTransport(Self.empty)
            await #expect(throws: PrometheusError.self) { try await client(transport, "http://prom", .bearerFile(path), file: file).query("up") }
            #expect(transport.requests.isEmpty)
        }
    }

    @Test(arguments: ["", "prom:9090", "ftp://prom", "http://", "http://prom?x=1", "http://prom/#x", "http://prom/ x"]) func addressesThatAreNone(_ url: String) {
        #expect(throws: PrometheusError.self) { try client(ScriptedTransport(Self.empty), url) }
    }

    @Test func noMessageHasThePassword() async throws {
        let client = try client(ScriptedTransport("no", status: 500), "http://me:hunter2@prom")
        do {
            _ = try await client.query("up")
            Issue.record("it answered")
        } catch {
            #expect(error.description == "\"http://prom/\" cannot answer now (status 500)")
        }
        #expect(!"\(client.settings)".contains("hunter2"))
    }

    @Test func values() async throws {
        let vector = try await answer(
            #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","job":"a"},"value":[1435781451.781,"1"]},{"metric":{},"value":[1435781451,"NaN"]},{"metric":{"a":"h"},"histogram":[1,{"count":"3"}]},{"metric":{},"value":[1,"+Inf"]},{"metric":{},"value":[1,"-Inf"]},{"metric":{},"value":[1,"1.5e-07"]}]},"warnings":["slow\n"],"infos":["metric might not be a counter"]}"#)
        guard case .vector(let samples) = vector.value else {
            Issue.record("\(vector)")
            return
        }
        #expect(samples.count == 5 && samples.first?.labels == ["__name__": "up", "job": "a"])
        #expect(samples.first?.point == QueryValue.Point(at: Timestamp(milliseconds: 1_435_781_451_781), value: 1))
        #expect(samples.dropFirst().first?.point.value.isNaN == true)
        #expect(samples.dropFirst(2).map(\.point.value) == [.infinity, -.infinity, 1.5e-07])
        #expect(vector.warnings == ["slow?", "metric might not be a counter"])
        let matrix = try await answer(
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"],[2,"3"]]},{"metric":{},"histograms":[]}]}}"#)
        let points = [QueryValue.Point(at: Timestamp(milliseconds: 1000), value: 2), QueryValue.Point(at: Timestamp(milliseconds: 2000), value: 3)]
        #expect(matrix.value == .matrix([QueryValue.Series(labels: ["a": "b"], points: points)]))
        #expect(try await answer(#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#).value == .scalar(QueryValue.Point(at: Timestamp(milliseconds: 1000), value: 2)))
        #expect(try await answer(#"{"status":"success","data":{"resultType":"string","result":[1,"x"]}}"#).value == .string("x"))
        #expect(try await answer(#"{"status":"success","data":{"resultType":"vector","result":null}}"#).value == .vector([]))
    }

    static let nonsense: [String] = [
        "", "<html>Sign in</html>", "[]", "{}", #"{"status":"success"}"#, #"{"status":"success","data":{"resultType":"vector"}"#,
        #"{"status":"success","data":{"resultType":"tensor","result":[]}}"#, #"{"status":"success","data":{"resultType":"vector","result":{}}}"#,
        #"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]}]}}"#, #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{}}]}}"#,
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"1"]}]}}"#,
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,1]}]}}"#, #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1e300,"1"]}]}}"#,
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0x10"]}]}}"#, #"{"status":"success","data":{"resultType":"scalar","result":[]}}"#,
        #"{"status":"error","errorType":"bad_data","error":"x"}"#,
    ]

    @Test(arguments: nonsense) func nonsenseIsNoAnswer(_ text: String) async { #expect(await failure(text)?.kind == .malformed) }

    static let failures: [(Int, String, PrometheusError.Kind)] = [
        (400, #"{"status":"error","errorType":"bad_data","error":"parse error: unexpected }"}"#, .query), (422, #"{"status":"error","errorType":"execution","error":"many-to-many"}"#, .query),
        (503, #"{"status":"error","errorType":"timeout","error":"query timed out"}"#, .unavailable), (500, #"{"status":"error","errorType":"internal","error":"tsdb"}"#, .unavailable),
        (499, #"{"status":"error","errorType":"canceled","error":"x"}"#, .unavailable), (429, "slow down", .unavailable), (502, "<html>", .unavailable), (503, "", .unavailable),
        (401, "Unauthorized", .denied), (403, #"{"status":"error","errorType":"bad_data","error":"x"}"#, .denied), (302, "", .malformed), (404, "404 page not found", .malformed),
        (418, "", .malformed), (204, "", .malformed),
    ]

    @Test(arguments: failures) func failuresHaveTheirKind(_ status: Int, _ body: String, _ kind: PrometheusError.Kind) async {
        #expect(await failure(body, status: status)?.kind == kind)
    }

    @Test func whatTheServerSaysIsTold() async {
        let error = await failure(#"{"status":"error","errorType":"bad_data","error":"unexpected\u0007 }"}"#, status: 400)
        #expect(error?.description == "\"http://prom:9090/\" refuses the query: unexpected? }")
    }

    @Test func silenceAndTooMuch() async throws {
        for error in [HTTPError.timeout("x"), .connection("x"), .cancelled, .certificate("x")] {
            let client = try client(ScriptedTransport([.failure(error)]))
            await #expect(throws: PrometheusError.self) { try await client.query("up") }
            do { _ = try await self.client(ScriptedTransport([.failure(error)])).query("up") } catch { #expect((error as? PrometheusError)?.kind == .unavailable) }
        }
        do {
            _ = try await client(ScriptedTransport(Self.empty), limit: 10).query("up")
            Issue.record("it answered")
        } catch {
            #expect((error as? PrometheusError)?.description.contains("over 10 bytes") == true)
        }
    }
}
