package import History

/// What the server may see and do of those who are told of deploys.
package struct SinksView: Sendable {
    package var states: @Sendable () async -> [SinkState]
    /// Tries again what was given up; how many, or nil where no sink has that name.
    package var retry: @Sendable (_ name: String, _ id: String?) async throws(HistoryError) -> Int?

    package init(states: @escaping @Sendable () async -> [SinkState], retry: @escaping @Sendable (String, String?) async throws(HistoryError) -> Int?) {
        (self.states, self.retry) = (states, retry)
    }

    package init(_ sinks: Sinks) {
        self.init(states: { await sinks.states() }, retry: { (name: String, id: String?) async throws(HistoryError) in try await sinks.retry(name, id: id) })
    }
}
