/// Counts of several looks on their way into one tick of the test.
///
/// A tick in which one version has hardly a request says little about the other:
/// at half a request per second, ticks of ten requests find ten times as many
/// errors in two thirds of the time. When a tick is over depends on requests
/// and time alone, never on what was bad, so the test's bounds hold.
package struct PendingCounts: Sendable, Hashable {
    package private(set) var next = ArmCounts.zero
    package private(set) var stable = ArmCounts.zero
    private var since: Duration?

    /// Of each version, for a tick that is over at once.
    private static let enough = 10.0
    /// How long a tick waits for that many, and for at least one.
    private static let shortest = Duration.seconds(30)
    private static let longest = Duration.seconds(120)

    package init() {}

    /// - Parameter elapsed: by a clock that never goes back.
    /// - Returns: the counts of a tick that is over now; nil while it goes on.
    package mutating func add(next: ArmCounts, stable: ArmCounts, at elapsed: Duration) -> (next: ArmCounts, stable: ArmCounts)? {
        self.next = self.next + next.clamped
        self.stable = self.stable + stable.clamped
        guard max(self.next.requests, self.stable.requests) > 0 else { return nil }
        let began = since ?? elapsed
        since = began
        let age = elapsed - began
        let least = min(self.next.requests, self.stable.requests)
        guard least >= Self.enough || (least > 0 && age >= Self.shortest) || age >= Self.longest else { return nil }
        defer { self = PendingCounts() }
        return (self.next, self.stable)
    }
}
