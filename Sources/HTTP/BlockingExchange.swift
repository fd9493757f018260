internal import Basics
internal import Glibc

/// A request and its answer for a thread that may block: libgit2 calls for
/// bytes and cannot wait otherwise. Never to be used on the cooperative pool.
package final class BlockingExchange: Sendable {
    private let exchange: Exchange
    private let transport: CurlTransport

    init(_ exchange: Exchange, transport: CurlTransport) { (self.exchange, self.transport) = (exchange, transport) }

    deinit { exchange.cancel() }

    /// Waits for the head of the answer.
    package func head() throws(HTTPError) -> (status: Int, headers: HTTPHeaders) {
        let head = try wait { exchange.onHead($0) }
        return (head.status, head.headers)
    }

    /// Waits for the next bytes; nil at the end.
    package func read() throws(HTTPError) -> [UInt8]? { try wait { exchange.onPiece($0) } }

    /// From any thread: who waits gets `HTTPError.cancelled`.
    package func cancel() { exchange.cancel() }

    private func wait<Value: Sendable>(
        _ ask: (@escaping @Sendable (Result<Value, HTTPError>) -> Void) -> Void
    ) throws(HTTPError) -> Value {
        let gate = Gate()
        let answer = Locked<Result<Value, HTTPError>>(.failure(.cancelled))
        ask { result in
            answer.withLock { $0 = result }
            gate.open()
        }
        gate.wait()
        return try answer.withLock { $0 }.get()
    }
}

/// A semaphore that opens once.
private final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }

    func wait() {
        while sem_wait(semaphore) != 0 {}
    }
}

extension CurlTransport {
    /// Begins a request whose answer a blocking thread will read.
    package func start(_ request: HTTPRequest) throws(HTTPError) -> BlockingExchange {
        BlockingExchange(try begin(request), transport: self)
    }
}
