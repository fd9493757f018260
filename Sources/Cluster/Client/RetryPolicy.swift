import Basics
import HTTP

/// Whether a failed request is sent again, and when: a function of what failed.
///
/// What the server says it did not take (429) is always retried; what nobody knows the
/// fate of (a broken connection, 5xx) only where a second time does no harm.
package struct RetryPolicy: Sendable {
    /// Requests in all, the first one included.
    package var attempts: Int
    /// The longest single wait; a server that asks for more gets its error passed on.
    package var longestWait: Duration
    /// No try begins later than this after the first.
    package var longestTotal: Duration

    package init(attempts: Int = 6, longestWait: Duration = .seconds(30), longestTotal: Duration = .seconds(60)) {
        self.attempts = attempts
        self.longestWait = longestWait
        self.longestTotal = longestTotal
    }

    package static let none = RetryPolicy(attempts: 1)

    /// - Parameters:
    ///   - failures: requests that failed so far, this one included.
    ///   - passed: since the first try began.
    ///   - step: the wait where the server names none.
    /// - Returns: the wait before the next try, nil to give up.
    package func wait(
        after error: ClusterError, repeatability: ClusterRequest.Repeatability, failures: Int, passed: Duration,
        step: Duration
    ) -> Duration? {
        guard failures < attempts, mayRepeat(error, repeatability) else { return nil }
        let wait = error.retryAfter.map { max($0, step / 2) } ?? step
        guard wait <= longestWait, passed + wait <= longestTotal else { return nil }
        return wait
    }

    private func mayRepeat(_ error: ClusterError, _ repeatability: ClusterRequest.Repeatability) -> Bool {
        if error.code == 429 { return true }
        switch error.transport {
        case .address, .certificate, .tooLarge, .cancelled: return false
        case .connection, .timeout: return repeatability != .once
        case nil: break
        }
        switch error.code {
        case 503: return repeatability != .once
        // A web hook or etcd that failed may have done its work; asking again is free only for a reader.
        case 500, 502, 504: return repeatability == .safe
        default: return false
        }
    }
}
