internal import Basics
internal import CCurl
internal import Glibc

/// The way to the thread that owns libcurl's handles.
///
/// A queue of commands and not an actor: a reader that resumes or cancels does
/// so from synchronous code, in order, without a task of its own. What libcurl
/// owns lives in `CurlWorker`, which is made on the thread and never leaves it.
final class CurlLoop: @unchecked Sendable {
    enum Command: Sendable {
        case start(Exchange, OutgoingRequest)
        case resume(Exchange)
        case cancel(Exchange)
        case stop
    }

    struct Options: Sendable {
        var tls: TLSOptions
        var maxConnectionsPerHost: Int
        var userAgent: String
        var allowedSchemes: Set<String>
    }

    private struct State {
        var commands: [Command] = []
        var isOpen: Bool
    }

    private let state: Locked<State>
    /// Touched by the worker only, except for `curl_multi_wakeup` under the lock, while it is open.
    private let multi: UnsafeMutableRawPointer?

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(_ options: Options) {
        multi = Self.isReady ? curl_multi_init() : nil
        state = Locked(State(isOpen: multi != nil))
        guard let multi else { return }
        let start = Unmanaged.passRetained(Start(loop: self, multi: multi, options: options))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { context in
            guard let context else { return nil }
            let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
            // A connection that breaks while TLS writes would end the process otherwise.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            CurlWorker(loop: start.loop, multi: start.multi, options: start.options).run()
            return nil
        }, start.toOpaque())
        if code != 0 {
            start.release()
            state.withLock { $0.isOpen = false }
            curl_multi_cleanup(multi)
        }
    }

    private final class Start {
        let loop: CurlLoop
        let multi: UnsafeMutableRawPointer
        let options: Options
        init(loop: CurlLoop, multi: UnsafeMutableRawPointer, options: Options) {
            (self.loop, self.multi, self.options) = (loop, multi, options)
        }
    }

    /// False when the thread is gone or never came to be.
    func enqueue(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            if state.commands.isEmpty { curl_multi_wakeup(multi) }
            state.commands.append(command)
            return true
        }
    }

    /// What waits; for the worker.
    func takeCommands() -> [Command] {
        state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// The worker's last word: nobody wakes the multi handle after this; answers what was still waiting.
    func close() -> [Command] {
        state.withLock { state in
            state.isOpen = false
            defer { state.commands = [] }
            return state.commands
        }
    }
}
