package import Basics
package import History

/// What the server may see of what was deployed.
package struct HistoryView: Sendable {
    /// Newest first.
    package var events: @Sendable (EventQuery) async throws(HistoryError) -> [DeployEvent]
    package var event: @Sendable (_ id: String) async throws(HistoryError) -> DeployEvent?
    package var moment: @Sendable (Timestamp) async throws(HistoryError) -> PastMoment
    package var knownSince: @Sendable () async throws(HistoryError) -> Timestamp?
    /// Events as they begin, change and end.
    package var updates: @Sendable () -> AsyncStream<DeployEvent>

    package init(
        events: @escaping @Sendable (EventQuery) async throws(HistoryError) -> [DeployEvent],
        event: @escaping @Sendable (String) async throws(HistoryError) -> DeployEvent?,
        moment: @escaping @Sendable (Timestamp) async throws(HistoryError) -> PastMoment,
        knownSince: @escaping @Sendable () async throws(HistoryError) -> Timestamp?,
        updates: @escaping @Sendable () -> AsyncStream<DeployEvent>
    ) {
        (self.events, self.event, self.moment, self.knownSince, self.updates) = (events, event, moment, knownSince, updates)
    }

    /// The daemon's own.
    package init(store: EventStore, recorder: Recorder) {
        self.init(
            events: { query async throws(HistoryError) in try await store.events(query) },
            event: { id async throws(HistoryError) in try await store.event(id: id) },
            moment: { at async throws(HistoryError) in try await store.moment(at) },
            knownSince: { () async throws(HistoryError) in try await store.knownSince() }, updates: { recorder.updates() })
    }
}
