import Basics
import Document
import HTTP
import Rollout
import Testing

@testable import Delivery

/// What a gate's webhook is asked, and what its answers mean.
@Suite struct GateWebhookTests {
    /// Answers with one status, or not at all.
    private final class Hook: HTTPTransport {
        let status: Int?
        let asked = Locked<[HTTPRequest]>([])

        init(_ status: Int?) { self.status = status }

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request) }
            guard let status else { throw HTTPError.connection("refused") }
            return HTTPResponse(status: status, headers: [:], body: HTTPBody(Array("said".utf8)))
        }
    }

    @Test(arguments: [
        (200, .open), (204, .open), (299, .open), (199, .closed), (301, .closed), (403, .closed), (500, .closed), (nil, nil),
    ] as [(Int?, RolloutObservation.GateAnswer?)]) func answers(_ status: Int?, _ meaning: RolloutObservation.GateAnswer?) async throws {
        let hook = Hook(status)
        #expect(await GateWebhook(transport: hook).ask("https://gates.example.com/a", ["rollout": "01K"]) == meaning)
        let request = try #require(hook.asked.withLock { $0 }.first)
        #expect(request.method == "POST" && request.url == "https://gates.example.com/a" && request.headers["Authorization"] == nil)
        #expect(try JSON.parse(request.body ?? []) == ["rollout": "01K"])
    }
}
