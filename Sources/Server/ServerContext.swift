package import Hummingbird
internal import NIOCore

/// What goes with a request through the router.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Ends the connection under a client that takes nothing any more.
    let cut: @Sendable () -> Void

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        cut = { [channel = source.channel] in channel.close(promise: nil) }
    }
}
