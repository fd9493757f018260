/// HTTP over libcurl: HTTP/2 where the server offers it, connections kept and
/// shared, proxies from the environment.
///
/// Each transport has one thread and its own connections; the thread ends
/// when the transport and all answers it gave are dropped. Redirects are not
/// followed: 3xx is an answer.
package final class CurlTransport: HTTPTransport {
    private let loop: CurlLoop
    private let allowedSchemes: Set<String>

    /// - Parameter maxConnectionsPerHost: further requests wait for a free one. A watch over HTTP/1.1 holds one all the time.
    package init(
        tls: TLSOptions = TLSOptions(), maxConnectionsPerHost: Int = 32, userAgent: String = "martlet",
        allowedSchemes: Set<String> = ["https", "http"]
    ) {
        self.allowedSchemes = allowedSchemes
        loop = CurlLoop(
            CurlLoop.Options(
                tls: tls, maxConnectionsPerHost: maxConnectionsPerHost, userAgent: userAgent,
                allowedSchemes: allowedSchemes.intersection(["https", "http"])))
    }

    deinit { _ = loop.enqueue(.stop) }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let request = try OutgoingRequest(request, allowedSchemes: allowedSchemes)
        let exchange = Exchange(loop: loop)
        let head = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.onHead { continuation.resume(returning: $0) }
                start(exchange, request)
            }
        } onCancel: {
            exchange.cancel()
        }
        return response(try head.get(), exchange)
    }

    /// Hands a request to the thread without waiting.
    func begin(_ request: HTTPRequest) throws(HTTPError) -> Exchange {
        let request = try OutgoingRequest(request, allowedSchemes: allowedSchemes)
        let exchange = Exchange(loop: loop)
        start(exchange, request)
        return exchange
    }

    private func start(_ exchange: Exchange, _ request: OutgoingRequest) {
        if !loop.enqueue(.start(exchange, request)) { exchange.finish(.failure(.connection("no thread for libcurl"))) }
    }

    /// The body keeps the transport alive: its bytes come through it.
    private func response(_ head: Exchange.Head, _ exchange: Exchange) -> HTTPResponse {
        let body = HTTPBody(
            next: { [self] in
                defer { withExtendedLifetime(self) {} }
                return try await exchange.piece()
            },
            cancel: { exchange.cancel() })
        return HTTPResponse(status: head.status, headers: head.headers, body: body)
    }
}
