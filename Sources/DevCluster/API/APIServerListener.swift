import Basics
import HTTP
import Hummingbird
package import Logging

/// An API server on a loopback port, for kubectl and everything else that speaks HTTP.
package struct APIServerListener: Sendable {
    private let server: APIServer
    private let port: Int
    private let logger: Logger

    /// - Parameter port: 0 lets the system choose; `run` says which it was.
    package init(_ server: APIServer, port: Int, logger: Logger) {
        self.server = server
        self.port = port
        self.logger = logger
    }

    /// Serves until cancelled.
    ///
    /// - Parameter onReady: called with the port once connections are accepted.
    package func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let server = server
        let responder = CallbackResponder<BasicRequestContext> { request, _ in try await Self.respond(to: request, server: server) }
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        var quiet = logger
        quiet.logLevel = .critical
        try await serveUntilCancelled(application, logger: quiet)
    }

    private static let bodyLimit = 16 * 1024 * 1024

    private static func respond(to request: Request, server: APIServer) async throws -> Response {
        var headers = HTTPHeaders()
        for field in request.headers { headers.append(field.name.rawName, field.value) }
        let method = request.method.rawValue
        var bytes: [UInt8] = []
        if method != "GET", method != "HEAD" {
            let buffer = try await request.body.collect(upTo: bodyLimit)
            bytes = Array(buffer.readableBytesView)
        }
        let target = request.uri.string
        let answer = try await server.send(
            HTTP.HTTPRequest(method, "http://127.0.0.1\(target)", headers: headers, body: bytes.isEmpty ? nil : bytes))
        var fields = HTTPFields()
        for field in answer.headers.fields {
            if let name = HTTPFields.Element.Name(field.name) { fields.append(HTTPFields.Element(name: name, value: field.value)) }
        }
        let body = answer.body
        guard FaultSite.isWatch(target) else {
            let all = try await body.collect(limit: .max)
            return Response(
                status: .init(code: answer.status), headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: all)))
        }
        return Response(
            status: .init(code: answer.status), headers: fields,
            body: ResponseBody { writer in
                // A client that goes away cancels the reading, and with it the watch.
                var sink = writer
                do {
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        for try await piece in body { try await sink.write(ByteBuffer(bytes: piece)) }
                    }
                } catch is CancellationError {
                }
                try await sink.finish(nil)
            })
    }
}
