import Basics
import HTTP

/// A transport that keeps count of what goes through it, watches apart.
final class CountingTransport: HTTPTransport {
    struct Counts {
        var watches = 0
        var reads = 0
        var writes = 0
        /// The first requests other than watches, for the question which they were.
        var examples: [String] = []
    }

    private let base: any HTTPTransport
    private let counts = Locked(Counts())

    init(_ base: any HTTPTransport) { self.base = base }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        counts.withLock { counts in
            if request.url.contains("watch=true") {
                counts.watches += 1
                return
            }
            if request.method == "GET" { counts.reads += 1 } else { counts.writes += 1 }
            if counts.examples.count < 8 { counts.examples.append("\(request.method) \(request.url)") }
        }
        return try await base.send(request)
    }

    /// What went through since the last time this was asked.
    func take() -> Counts {
        counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
    }
}
