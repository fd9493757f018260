internal import CCurl

/// The loop on libcurl's thread and every handle it owns. Not Sendable: it
/// never leaves the thread that made it.
final class CurlWorker {
    private let loop: CurlLoop
    private let multi: UnsafeMutableRawPointer
    private let options: CurlLoop.Options
    private let clock = ContinuousClock()
    private var transfers: [ObjectIdentifier: CurlTransfer] = [:]
    private var idle: [UnsafeMutableRawPointer] = []
    /// No deadline of any transfer is before this moment.
    private var nextSweep: ContinuousClock.Instant?
    private var isStopping = false

    private static let maxIdleHandles = 64
    private static let longestWait = Duration.seconds(600)

    init(loop: CurlLoop, multi: UnsafeMutableRawPointer, options: CurlLoop.Options) {
        (self.loop, self.multi, self.options) = (loop, multi, options)
        _ = ccurl_multi_setopt_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        _ = ccurl_multi_setopt_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, options.maxConnectionsPerHost))
        _ = ccurl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, max(64, options.maxConnectionsPerHost))
    }

    func run() {
        while true {
            for command in loop.takeCommands() { execute(command) }
            if isStopping { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            reap()
            sweep()
            curl_multi_poll(multi, nil, 0, waitMilliseconds(), nil)
        }
        for command in loop.close() {
            if case .start(let exchange, _) = command { exchange.finish(.failure(.cancelled)) }
        }
        for transfer in transfers.values { end(transfer, .failure(.cancelled)) }
        for easy in idle { curl_easy_cleanup(easy) }
        curl_multi_cleanup(multi)
    }

    private func execute(_ command: CurlLoop.Command) {
        switch command {
        case .start(let exchange, let request): start(exchange, request)
        case .resume(let exchange): transfers[ObjectIdentifier(exchange)]?.resume(at: clock.now)
        case .cancel(let exchange):
            if let transfer = transfers[ObjectIdentifier(exchange)] { end(transfer, .failure(.cancelled)) }
        case .stop: isStopping = true
        }
    }

    private func start(_ exchange: Exchange, _ request: OutgoingRequest) {
        guard !exchange.isOver else { return }
        guard let easy = idle.popLast() ?? curl_easy_init() else {
            exchange.finish(.failure(.connection("out of memory")))
            return
        }
        let transfer = CurlTransfer(easy: easy, exchange: exchange, request: request, startedAt: clock.now)
        do {
            try transfer.prepare(options)
        } catch {
            exchange.finish(.failure(error))
            transfer.detach()
            curl_easy_cleanup(easy)
            return
        }
        transfers[ObjectIdentifier(exchange)] = transfer
        nextSweep = min(nextSweep ?? .now + Self.longestWait, transfer.earliestDeadline)
        let code = curl_multi_add_handle(multi, easy)
        if code != CURLM_OK { end(transfer, .failure(.connection(String(cString: curl_multi_strerror(code))))) }
    }

    private func reap() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            var code = CURLE_OK
            guard let easy = ccurl_message_finished(message, &code) else { continue }
            var context: UnsafeMutableRawPointer?
            guard ccurl_getinfo_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { continue }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            end(transfer, transfer.result(of: code))
        }
    }

    /// Ends what is over its time. libcurl's own stall check looks at the mean
    /// of five seconds, and its time-out does not count the wait for a connection.
    private func sweep() {
        guard let due = nextSweep else { return }
        let now = clock.now
        guard due <= now else { return }
        var next: ContinuousClock.Instant?
        for transfer in transfers.values {
            if let error = transfer.overdue(at: now) {
                end(transfer, .failure(error))
            } else {
                next = min(next ?? transfer.earliestDeadline, transfer.earliestDeadline)
            }
        }
        nextSweep = next
    }

    private func waitMilliseconds() -> Int32 {
        guard let nextSweep else { return 600_000 }
        let wait = min(max(clock.now.duration(to: nextSweep), .milliseconds(1)), Self.longestWait)
        let (seconds, attoseconds) = wait.components
        return Int32(truncatingIfNeeded: seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000 &+ 1)
    }

    private func end(_ transfer: CurlTransfer, _ result: Result<Void, HTTPError>) {
        guard transfers.removeValue(forKey: ObjectIdentifier(transfer.exchange)) != nil else { return }
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.detach()
        if !isStopping, idle.count < Self.maxIdleHandles { idle.append(transfer.easy) } else { curl_easy_cleanup(transfer.easy) }
        transfer.exchange.finish(result)
    }
}
