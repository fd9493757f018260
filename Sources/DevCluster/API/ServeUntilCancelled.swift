package import Logging
package import ServiceLifecycle

/// Runs a server until this task is cancelled, and then closes its port before its connections.
///
/// A server that is simply cancelled drops connections it has accepted and not yet
/// begun to serve, and NIO ends the process when such a connection becomes active
/// ("Deinited NIOAsyncWriter without calling finish()"). A graceful shutdown first
/// stops accepting, and then takes all that were accepted through their end.
package func serveUntilCancelled(_ server: any Service, grace: Duration = .milliseconds(300), logger: Logger) async throws {
    var configuration = ServiceGroupConfiguration(services: [server], logger: logger)
    configuration.maximumGracefulShutdownDuration = grace
    let group = ServiceGroup(configuration: configuration)
    // Not a child task: cancellation must reach it only by way of the shutdown. It is awaited here in any case.
    let running = Task { try await group.run() }
    try await withTaskCancellationHandler {
        try await running.value
    } onCancel: {
        Task { await group.triggerGracefulShutdown() }
    }
}
