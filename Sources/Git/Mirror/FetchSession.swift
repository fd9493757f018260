internal import Basics
internal import HTTP

/// One conversation with a server, a fetch or a push: what its streams share while
/// they are called on the mirror's thread. `cancel` alone may come from elsewhere.
final class FetchSession: @unchecked Sendable {
    let remote: GitRemote
    let address: RemoteAddress
    let transport: CurlTransport
    private(set) var deadline: ContinuousClock.Instant
    private let cancellation = Locked<Cancellation>(Cancellation())
    /// Where info/refs sent us, on the same host.
    var base: String?
    /// The first thing that went wrong; better than what libgit2 makes of it.
    private(set) var failure: GitError?

    /// A push began to be sent, and no answer settled yet what became of it.
    var isOutcomeOpen = false

    private struct Cancellation: Sendable {
        var isCancelled = false
        var exchange: BlockingExchange?
    }

    init(remote: GitRemote, address: RemoteAddress, transport: CurlTransport) {
        (self.remote, self.address, self.transport) = (remote, address, transport)
        deadline = .now + remote.timeout
    }

    var place: String { address.description }

    /// Begins a further conversation for the same caller: a cancellation stays.
    func restart() {
        (base, failure, isOutcomeOpen) = (nil, nil, false)
        deadline = .now + remote.timeout
    }

    // MARK: failure

    func fail(_ error: GitError) { failure = failure ?? error }

    func fail(_ kind: GitError.Kind, _ message: String, advice: String) {
        fail(GitError(kind, message, place: place, advice: advice))
    }

    func fail(_ error: HTTPError) {
        switch error {
        case .address(let text): fail(.scheme, text, advice: "correct the address")
        case .connection(let text): fail(.unreachable, text, advice: "check the address, the network and the server")
        case .certificate(let text):
            fail(.certificate, text, advice: "give the authority that signed the server's certificate, or have the server present a valid one")
        case .timeout(let text): failTimeout(text)
        case .tooLarge(let limit): fail(.tooLarge, "the answer is over \(limit) bytes", advice: "check the address")
        case .cancelled: failCancelled()
        }
    }

    func failTimeout(_ text: String) { fail(.timeout, text, advice: "it will be tried again; check the server and the network") }
    func failCancelled() { fail(.cancelled, "cancelled", advice: "try again") }

    // MARK: cancellation and time

    /// From any thread.
    func cancel() {
        let exchange = cancellation.withLock { state in
            state.isCancelled = true
            return state.exchange
        }
        exchange?.cancel()
    }

    /// The request that `cancel` shall end.
    func watch(_ exchange: BlockingExchange?) {
        let isCancelled = cancellation.withLock { state in
            state.exchange = exchange
            return state.isCancelled
        }
        if isCancelled { exchange?.cancel() }
    }

    /// False once it must end, with the reason in `failure`.
    func mayGoOn() -> Bool {
        if cancellation.withLock({ $0.isCancelled }) {
            failCancelled()
            return false
        }
        if deadline <= .now {
            failTimeout("it took over \(remote.timeout)")
            return false
        }
        return true
    }
}
