import Basics
import Document
import HTTPTypes
import Hummingbird
import Logging
import NIOEmbedded

@testable import Server

/// A request to the router and its answer, without a socket.
struct RouterCall: Sendable {
    let responder: RouterResponder<ServerContext>

    init(_ view: DaemonView) { responder = Routes.router(view, metrics: MetricRegistry()).buildResponder() }

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
        var value: Value? { try? JSON.parse(body) }
        var kind: String? { value?[path: "error", "kind"]?.string }
    }

    func callAsFunction(
        _ method: String, _ path: String, token: String? = nil, type: String? = "application/json", headers: [(String, String)] = [],
        authority: String = "martlet", from remote: String = "", _ body: [UInt8] = []
    ) async throws -> Answer {
        let response: Response
        do {
            response = try await self.response(method, path, token: token, type: type, headers: headers, authority: authority, from: remote, body)
        } catch let error as any HTTPResponseError {
            return Answer(status: error.status.code, headers: [:], body: [])
        }
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, headers: response.headers, body: collector.bytes.withLock { $0 })
    }

    /// An answer whose body is still to be written.
    func response(
        _ method: String, _ path: String, token: String? = nil, type: String? = "application/json", headers: [(String, String)] = [],
        authority: String = "martlet", from remote: String = "", _ body: [UInt8] = []
    ) async throws -> Response {
        var head = HTTPRequest(method: HTTPRequest.Method(method) ?? .get, scheme: "http", authority: authority, path: path)
        if let token { head.headerFields[.authorization] = "Bearer \(token)" }
        if let type, !body.isEmpty { head.headerFields[.contentType] = type }
        for (name, value) in headers { if let name = HTTPField.Name(name) { head.headerFields[name] = value } }
        let logger = Logger(label: "test") { SwiftLogNoOpLogHandler($0) }
        var context = ServerContext(source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
        context.remote = remote
        return try await responder.respond(to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))), context: context)
    }

    private final class Collector: ResponseBodyWriter, Sendable {
        let bytes = Locked<[UInt8]>([])
        func write(_ buffer: ByteBuffer) async throws {
            let piece = Array(buffer.readableBytesView)
            bytes.withLock { $0 += piece }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
