internal import Basics
internal import Dispatch
internal import Document
internal import Glibc

/// What a browser did not do.
package struct BrowserError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// The browser's debugging protocol over two descriptors: JSON messages, each ended by a NUL.
///
/// https://chromedevtools.github.io/devtools-protocol, as `--remote-debugging-pipe` speaks it: no port, so that nobody
/// else on the machine can talk to the browser.
final class DevToolsPipe: Sendable {
    private struct State {
        var next: Int64 = 1
        var open: [Int64: CheckedContinuation<Value, any Error>] = [:]
        var listeners: [String: @Sendable (String, Value) -> Void] = [:]
        /// Why it no longer speaks.
        var end: String?
    }

    private let descriptor: Int32
    private let state = Locked(State())
    private let writer = DispatchQueue(label: "martlet.devtools")

    /// Takes over the descriptor, which is a socket: a write to one whose other end is gone is an error and no signal.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let thread = DispatchQueue(label: "martlet.devtools.read")
        thread.async { [self] in read() }
    }

    deinit { close(descriptor) }

    /// Asks, and waits for the answer that bears the same number.
    func send(_ method: String, _ parameters: Value, session: String?, timeout: Duration) async throws -> Value {
        let number = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        var message: Value = ["id": .int(number), "method": .string(method), "params": parameters]
        if let session { message["sessionId"] = .string(session) }
        let bytes = JSON.write(message) + [0]
        let timer = Task { [self] in
            try await Task.sleep(for: timeout)
            finish(number, .failure(BrowserError("\(method): no answer after \(timeout)")))
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let end = state.withLock { state in
                    if state.end == nil { state.open[number] = continuation }
                    return state.end
                }
                if let end {
                    continuation.resume(throwing: BrowserError("\(method): \(end)"))
                } else {
                    writer.async { [self] in write(bytes) }
                }
            }
        } onCancel: {
            finish(number, .failure(CancellationError()))
        }
    }

    /// Says something whose answer nobody needs.
    func post(_ method: String, _ parameters: Value, session: String) {
        let number = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        let bytes = JSON.write(["id": .int(number), "method": .string(method), "params": parameters, "sessionId": .string(session)]) + [0]
        writer.async { [self] in write(bytes) }
    }

    /// Tells what a session says by itself: the event's name and what it holds.
    func listen(_ session: String, _ listener: @escaping @Sendable (String, Value) -> Void) {
        state.withLock { $0.listeners[session] = listener }
    }

    /// Ends both directions; whoever waits is told.
    func shut() { shutdown(descriptor, CInt(SHUT_RDWR)) }

    private func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, CInt(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }

    private func read() {
        var kept: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            var rest = buffer[..<count]
            while let end = rest.firstIndex(of: 0) {
                take(kept + rest[..<end])
                kept = []
                rest = rest[(end + 1)...]
            }
            kept += rest
        }
        let waiting = state.withLock { state in
            state.end = "the browser is gone"
            defer { state.open = [:] }
            return state.open.values
        }
        for continuation in waiting { continuation.resume(throwing: BrowserError("the browser is gone")) }
    }

    private func take(_ bytes: [UInt8]) {
        guard let message = try? JSON.parse(bytes) else { return }
        if let number = message["id"]?.int {
            if let error = message["error"] {
                finish(number, .failure(BrowserError(error["message"]?.string ?? "refused")))
            } else {
                finish(number, .success(message["result"] ?? .null))
            }
            return
        }
        guard let method = message["method"]?.string, let session = message["sessionId"]?.string else { return }
        state.withLock { $0.listeners[session] }?(method, message["params"] ?? .null)
    }

    private func finish(_ number: Int64, _ result: Result<Value, any Error>) {
        state.withLock { $0.open.removeValue(forKey: number) }?.resume(with: result)
    }
}
