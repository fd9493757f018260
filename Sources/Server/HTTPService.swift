internal import Basics
package import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// The daemon's port.
package struct HTTPService: Service {
    /// What one client, or all together, may take.
    package struct Limits: Sendable {
        /// A connection that neither asks nor is answered for so long is closed; an answer that takes its time, as the
        /// stream of events does, is none. Longer than the 60 s for which proxies keep theirs, so that they close first.
        package var idle = Duration.seconds(75)
        /// What is left of an answer is taken in so long, or ends with its connection: megabytes on a slow line, too.
        package var unread = Duration.seconds(600)
        /// Connections at once; others wait until one is closed. Well below the 1,024 open files that a process may
        /// have in many places, for the daemon's work takes files, too.
        package var connections = 512

        package init() {}
    }

    private let host: String
    private let port: Int
    private let responder: RouterResponder<ServerContext>
    private let limits: Limits
    private let logger: Logger
    private let onReady: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - onReady: told the port when it accepts connections.
    package init(
        host: String, port: Int, router: Router<ServerContext>, limits: Limits = Limits(), logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        responder = router.buildResponder()
        self.limits = limits
        self.logger = logger
        self.onReady = onReady
    }

    package func run() async throws {
        let limits = limits
        let isListening = Locked(false)
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnreadAnswer(limit: TimeAmount(limits.unread))], idleTimeout: TimeAmount(limits.idle))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: "martlet",
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
            onServerRunning: { [onReady] channel in
                isListening.withLock { $0 = true }
                await onReady(channel.localAddress?.port ?? 0)
            }, logger: logger)
        do {
            try await application.run()
        } catch let error as IOError where !isListening.withLock({ $0 }) {
            throw ListenError(address: "\(host.contains(":") ? "[\(host)]" : host):\(port)", code: error.errnoCode, text: "\(error)")
        }
    }
}

/// Why the port is not listened on.
package struct ListenError: Error, Sendable, Hashable, CustomStringConvertible {
    package var address: String
    /// As the system counts them.
    package var code: Int32
    package var text: String

    package var description: String {
        switch code {
        case 98: "cannot listen on \(address): another program does; end it, or choose another port with --listen"
        case 99: "cannot listen on \(address): this machine has no such address; choose another with --listen"
        case 13: "cannot listen on \(address): permission denied; choose a port from 1024 on with --listen"
        default: "cannot listen on \(address): \(text)"
        }
    }
}
