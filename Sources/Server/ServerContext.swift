package import Hummingbird
internal import NIOCore

/// What goes with a request through the router.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Ends the connection under a client that takes nothing any more.
    let cut: @Sendable () -> Void
    /// The address that the connection comes from, without the port; "" where it has none.
    var remote: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remote = source.channel.remoteAddress?.ipAddress ?? ""
        cut = { [channel = source.channel] in channel.close(promise: nil) }
    }
}
