package import Basics
package import Document

/// How one sink is: what waits for it, and what it does not take.
package struct SinkState: Sendable, Hashable {
    /// What was given up: the sink refused it, or was away for a day.
    package struct DeadLetter: Sendable, Hashable {
        /// Of the event, or of the digest of several; `Sinks.retry` takes it.
        package var id: String
        package var application: String
        /// `deployment.apps/front-end -n shop`; "" for none.
        package var workload: String
        package var outcome: String
        package var reason: String
        package var at: Timestamp
        package var attempts: Int
    }

    package var name: String
    /// `slack`, `grafana`, …
    package var kind: String
    /// Where it is declared.
    package var origin: String
    package var waiting: Int
    /// Why the last try failed; nil once one did not.
    package var lastError: String?
    package var nextTry: Timestamp?
    /// Events that were dropped because too many waited.
    package var dropped: Int
    /// Newest first, at most `deadLetterLimit`.
    package var deadLetters: [DeadLetter]
    package var deadLetterCount: Int

    package static let deadLetterLimit = 50
}

extension SinkState {
    /// As the API tells it.
    package var value: Value {
        [
            "name": .string(name), "kind": .string(kind), "origin": .string(origin), "waiting": .int(Int64(waiting)),
            "lastError": lastError.map { .string($0) } ?? .null, "nextTry": nextTry.map { .string($0.description) } ?? .null,
            "dropped": .int(Int64(dropped)), "deadLetterCount": .int(Int64(deadLetterCount)),
            "deadLetters": .sequence(
                deadLetters.map { letter in
                    [
                        "id": .string(letter.id), "application": .string(letter.application), "workload": .string(letter.workload),
                        "outcome": .string(letter.outcome), "reason": .string(letter.reason), "at": .string(letter.at.description),
                        "attempts": .int(Int64(letter.attempts)),
                    ]
                }),
        ]
    }
}
