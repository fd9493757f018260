package import Basics
import Document
package import HTTP

/// The Kubernetes API in one process, without etcd: for `martlet dev cluster`, the
/// demo and the tests.
///
/// Requests are functions of the store's state behind one lock, so they are
/// serializable and, with a virtual clock and a seeded source, repeatable.
package final class APIServer: HTTPTransport, Sendable {
    package struct Options: Sendable {
        /// What `/version` says.
        package var version = "v1.32.0"
        /// Events kept per resource for watches that resume.
        package var historyLimit = 2000
        /// Lines a slow watch may fall behind before it is cut.
        package var watchBuffer = 20_000
        /// How often a watch that allows them gets a bookmark while `run` runs.
        package var bookmarkInterval: Duration = .seconds(60)
        /// Asked before each request; for tests that need a server in trouble.
        package var fault: (@Sendable (FaultSite) -> Fault?)?

        package init() {}
    }

    let time: any TimeSource
    let options: Options
    let state: Locked<ClusterState>
    private let fault: Locked<(@Sendable (FaultSite) -> Fault?)?>

    package init(time: any TimeSource, random: RandomSource, options: Options = Options()) {
        self.time = time
        self.options = options
        state = Locked(ClusterState(time: time, random: random, options: options))
        fault = Locked(options.fault)
    }

    /// Replaces the fault injection while the server runs; nil ends it.
    package func inject(_ fault: (@Sendable (FaultSite) -> Fault?)?) {
        self.fault.withLock { $0 = fault }
    }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        if Task.isCancelled { throw HTTPError.cancelled }
        let request = APIRequest(request)
        var watchLimit: Int?
        if let hook = fault.withLock({ $0 }), let fault = hook(FaultSite(request)) {
            switch fault {
            case .answer(let status, let reason, let message, let retryAfterSeconds):
                var failure = APIFailure(status, reason, message)
                failure.retryAfterSeconds = retryAfterSeconds
                return APIResponse(failure).http
            case .disconnect: throw HTTPError.connection("connection reset by peer")
            case .freeze(let duration):
                do { try await time.sleep(for: duration) } catch { throw HTTPError.cancelled }
            case .cutWatch(let lines): watchLimit = lines
            }
        }
        return answer(request, watchLimit: watchLimit).http
    }

    private func answer(_ request: APIRequest, watchLimit: Int?) -> APIResponse {
        do {
            let payload = try Payload(request)
            return try state.withLock { state throws(APIFailure) in
                try state.answer(request, payload: payload, watchLimit: watchLimit)
            }
        } catch {
            return APIResponse(error)
        }
    }

    /// Forgets all history, as a compaction of etcd does: every later resume gets 410.
    package func compact() { state.withLock { $0.compact() } }

    /// Ends open watches (of one resource by its plural, or of all), as a proxy or a restart would.
    package func cutWatches(of plural: String? = nil) { state.withLock { $0.cutWatches(of: plural) } }

    /// Sends a bookmark to every watch that allows them.
    package func sendBookmarks() { state.withLock { $0.sendBookmarks() } }

    /// The time-driven part, until cancelled: bookmarks, and the end of watches whose `timeoutSeconds` passed.
    package func run() async throws {
        var sinceBookmark: Duration = .zero
        let tick: Duration = .seconds(5)
        while true {
            try await time.sleep(for: tick)
            sinceBookmark += tick
            let isBookmarkDue = sinceBookmark >= options.bookmarkInterval
            if isBookmarkDue { sinceBookmark = .zero }
            state.withLock { state in
                state.endOverdueWatches()
                if isBookmarkDue { state.sendBookmarks() }
            }
        }
    }
}
