internal import Basics
package import Hummingbird
package import Logging
internal import ServiceLifecycle

/// The daemon's port.
package struct HTTPService: Service {
    private let host: String
    private let port: Int
    private let responder: RouterResponder<ServerContext>
    private let logger: Logger
    private let onReady: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - onReady: told the port when it accepts connections.
    package init(
        host: String, port: Int, router: Router<ServerContext>, logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        responder = router.buildResponder()
        self.logger = logger
        self.onReady = onReady
    }

    package func run() async throws {
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "martlet"),
            onServerRunning: { [onReady] channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        try await application.run()
    }
}
