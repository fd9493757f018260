package import Basics
package import Delivery
package import HTTP
package import Logging

/// Tells the sinks that git names of every deploy: each from its own queue on disk, so that one that is down
/// delays nobody else and loses nothing.
package actor Sinks {
    /// The bytes under each key of a Secret in Martlet's own namespace; nil where there is none.
    package typealias SecretReader = @Sendable (_ name: String) async -> [String: [UInt8]]?

    private let store: SinkStore
    private var documents: [NotificationDocument] = []

    /// - Parameters:
    ///   - cluster: what the cluster is called, for tags; "" leaves it out.
    ///   - links: where a person reads about an event.
    package init(
        store: SinkStore, cluster: String = "", secret: @escaping SecretReader, transport: any HTTPTransport, time: any TimeSource,
        random: RandomSource, logger: Logger, links: @escaping @Sendable (DeployEvent) -> String? = { _ in nil }
    ) {
        self.store = store
    }

    /// Who is to be told from now on. What waits for others is kept for a while, in case they come back.
    package func set(_ documents: [NotificationDocument]) { self.documents = documents }

    /// What an event is now. Returns when it is on disk; telling the same twice changes nothing.
    package func note(_ event: DeployEvent) async {}

    /// Works until cancelled.
    package func run() async {}

    package func states() async -> [SinkState] { [] }

    /// Tries again what was given up, or one of it, and what waits for its next try.
    ///
    /// - Returns: how many; nil where no sink has that name.
    @discardableResult
    package func retry(_ name: String, id: String? = nil) async -> Int? { nil }
}
