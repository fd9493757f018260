internal import Basics
package import HTTP
internal import DevCluster
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL

/// An HTTP server on 127.0.0.1 whose answers a test writes as a function.
package final class LoopbackServer: Sendable {
    package typealias Handler = @Sendable (HTTP.HTTPRequest) async throws -> HTTP.HTTPResponse

    /// A handler or the body of an answer that throws this breaks the connection.
    package struct Cut: Error { package init() {} }

    package let port: Int
    private let scheme: String
    private let task: Task<Void, any Error>

    /// `https://127.0.0.1:PORT`
    package var url: String { "\(scheme)://127.0.0.1:\(port)" }

    /// - Parameters:
    ///   - certificates: for TLS; plain HTTP without.
    ///   - http2: offers HTTP/2 besides, as an API server does.
    ///   - requiresClient: refuses clients without a certificate of the same authority.
    package init(certificates: TestCertificates? = nil, http2: Bool = false, requiresClient: Bool = false, handler: @escaping Handler) async throws {
        var server = HTTPServerBuilder.http1()
        if let certificates {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(certificates.server).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: certificates.serverKey, format: .pem)))
            if requiresClient {
                tls.certificateVerification = .noHostnameVerification
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificates.ca))
            }
            server = http2 ? try .http2Upgrade(tlsConfiguration: tls) : try .tls(.http1(), tlsConfiguration: tls)
        }
        scheme = certificates == nil ? "http" : "https"
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let responder = CallbackResponder<Context> { request, context in
            do {
                return try await Self.answer(request, handler)
            } catch let cut as Cut {
                try? await context.channel.close()
                throw cut
            }
        }
        var logger = Logger(label: "loopback")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, server: server, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                continuation.yield(channel.localAddress?.port ?? 0)
                continuation.finish()
            }, logger: logger)
        task = Task { [logger] in
            defer { continuation.finish() }
            try await serveUntilCancelled(application, logger: logger)
        }
        var found: Int?
        for await port in ports { found = port }
        guard let found, found > 0 else { throw SubprocessError("the server on 127.0.0.1 does not start") }
        port = found
    }

    deinit { task.cancel() }

    /// Closes the port and all connections.
    package func stop() async {
        task.cancel()
        _ = await task.result
    }

    private static func answer(_ request: Request, _ handler: Handler) async throws -> Response {
        var ours = HTTP.HTTPRequest(request.method.rawValue, request.uri.string)
        for field in request.headers { ours.headers.append(field.name.canonicalName, field.value) }
        let body = try await request.body.collect(upTo: 256 << 20)
        ours.body = Array(body.readableBytesView)
        let answer = try await handler(ours)
        var fields = HTTPFields()
        for field in answer.headers.fields {
            if let name = HTTPField.Name(field.name) { fields.append(HTTPField(name: name, value: field.value)) }
        }
        let length = answer.headers["Content-Length"].flatMap { Int($0) }
        return Response(
            status: HTTPTypes.HTTPResponse.Status(code: answer.status), headers: fields,
            body: ResponseBody(contentLength: length) { writer in
                for try await piece in answer.body { try await writer.write(ByteBuffer(bytes: piece)) }
                try await writer.finish(nil)
            })
    }
}

/// Knows its connection, so that it can be broken.
private struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

extension HTTP.HTTPResponse {
    /// A short answer for tests.
    package static func text(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTP.HTTPResponse {
        var headers = headers
        headers["Content-Length"] = String(text.utf8.count)
        return HTTP.HTTPResponse(status: status, headers: headers, body: HTTPBody(Array(text.utf8)))
    }
}
