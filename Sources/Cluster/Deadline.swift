package import Basics

/// Runs `operation`, and cancels it when `limit` has passed on `time`.
///
/// - Returns: nil when the time was up first.
/// - Throws: what `operation` throws; `CancellationError` when the caller is cancelled.
package func withDeadline<Result: Sendable>(
    _ limit: Duration, _ time: any TimeSource, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await time.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { return nil }
        return first
    }
}
