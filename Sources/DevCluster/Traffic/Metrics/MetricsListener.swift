import Hummingbird
import Logging

/// Metrics on a loopback port, at any path, until cancelled.
///
/// - Parameters:
///   - text: asked for each scrape.
///   - onReady: called with the port once connections are accepted.
func serveMetrics(
    _ text: @escaping @Sendable () -> String, port: Int, logger: Logger, onReady: @escaping @Sendable (Int) async -> Void
) async throws {
    let responder = CallbackResponder<BasicRequestContext> { _, _ in
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text())))
    }
    let application = Application(
        responder: responder, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: nil),
        onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
    var quiet = logger
    quiet.logLevel = .critical
    try await serveUntilCancelled(application, logger: quiet)
}
