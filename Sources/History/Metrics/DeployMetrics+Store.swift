package import Basics
package import Logging

extension DeployMetrics {
    /// Between two tries of a store that cannot be read.
    private static let retryInterval = Duration.seconds(5)

    /// Takes in what the store has as soon as it can be read, and again when it has more of the past; works until
    /// cancelled.
    ///
    /// - Parameters:
    ///   - refills: says that the store has got back what was lost of it.
    ///   - since: what ended later is told by `note`.
    package func follow(_ store: EventStore, refills: AsyncStream<Void>, since: Timestamp, time: any TimeSource, logger: Logger) async {
        await load(store, since, time, logger)
        for await _ in refills { await load(store, since, time, logger) }
    }

    private func load(_ store: EventStore, _ since: Timestamp, _ time: any TimeSource, _ logger: Logger) async {
        var isTold = false
        while !Task.isCancelled {
            do throws(HistoryError) {
                return begin(try await store.lastDeploys(), since: since)
            } catch {
                if !isTold, !Task.isCancelled { logger.warning("metrics have no deploys of before for now", metadata: ["error": "\(error)"]) }
                isTold = true
                try? await time.sleep(for: Self.retryInterval)
            }
        }
    }
}
