import ServiceLifecycle

/// A loop as a service: cancelled when the group shuts down, which it takes as its end.
struct LoopService: Service {
    private let body: @Sendable () async -> Void

    init(_ body: @escaping @Sendable () async -> Void) { self.body = body }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await body()
            // A loop with nothing to do is no reason for the others to end, which a service that returns is.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        }
    }
}
