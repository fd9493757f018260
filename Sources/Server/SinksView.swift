package import History

/// What the server may see and do of those who are told of deploys.
package struct SinksView: Sendable {
    package var states: @Sendable () async -> [SinkState]
    /// Tries again what was given up; how many, or nil where no sink has that name.
    package var retry: @Sendable (_ name: String, _ id: String?) async -> Int?

    package init(states: @escaping @Sendable () async -> [SinkState], retry: @escaping @Sendable (String, String?) async -> Int?) {
        (self.states, self.retry) = (states, retry)
    }

    package init(_ sinks: Sinks) {
        self.init(states: { await sinks.states() }, retry: { await sinks.retry($0, id: $1) })
    }
}
