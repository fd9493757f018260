internal import Basics

/// One request and its answer where the two sides meet: the thread of libcurl
/// that brings bytes, and the reader that takes them.
///
/// Holds at most `highWater` bytes and a little more; then libcurl is told to
/// hold the rest back until they are taken. Each step is one critical section:
/// a gap between "nobody waits" and "keep it" would lose a wake-up.
final class Exchange: Sendable {
    struct Head: Sendable {
        var status: Int
        var headers: HTTPHeaders
    }

    typealias HeadHandler = @Sendable (Result<Head, HTTPError>) -> Void
    typealias PieceHandler = @Sendable (Result<[UInt8]?, HTTPError>) -> Void

    private struct State {
        var head: Head?
        var headHandler: HeadHandler?
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Result<Void, HTTPError>?
        var reader: PieceHandler?
    }

    static let highWater = 1 << 20

    private let state = Locked(State())
    private let loop: CurlLoop

    init(loop: CurlLoop) { self.loop = loop }

    // MARK: the reader's side

    /// Calls `handler` once, now or when the head of the answer is there.
    func onHead(_ handler: @escaping HeadHandler) {
        let now: Result<Head, HTTPError>? = state.withLock { state in
            if let head = state.head { return .success(head) }
            if let end = state.end { return Self.headless(end) }
            state.headHandler = handler
            return nil
        }
        if let now { handler(now) }
    }

    /// Calls `handler` once with all that is there, now or when something comes; nil at the end.
    func onPiece(_ handler: @escaping PieceHandler) {
        enum Step: Sendable { case give(Result<[UInt8]?, HTTPError>, resumes: Bool), wait }
        let step: Step = state.withLock { state in
            if !state.buffer.isEmpty {
                let piece = state.buffer
                state.buffer = []
                defer { state.isPaused = false }
                return .give(.success(piece), resumes: state.isPaused)
            }
            if let end = state.end { return .give(end.map { nil }, resumes: false) }
            if state.reader != nil { return .give(.failure(.connection("two readers of one answer")), resumes: false) }
            state.reader = handler
            return .wait
        }
        guard case .give(let piece, let resumes) = step else { return }
        if resumes { _ = loop.enqueue(.resume(self)) }
        handler(piece)
    }

    /// Nobody will read on: everyone who waits is told so now, libcurl soon after.
    func cancel() {
        if end(.failure(.cancelled), dropsBuffer: true) { _ = loop.enqueue(.cancel(self)) }
    }

    func piece() async throws(HTTPError) -> [UInt8]? {
        let piece = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                onPiece { continuation.resume(returning: $0) }
            }
        } onCancel: {
            cancel()
        }
        return try piece.get()
    }

    // MARK: libcurl's side

    var isOver: Bool { state.withLock { $0.end != nil } }

    func deliver(_ head: Head) {
        let handler: HeadHandler? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.head = head
            defer { state.headHandler = nil }
            return state.headHandler
        }
        handler?(.success(head))
    }

    enum Acceptance { case taken, full, gone }

    func offer(_ bytes: UnsafeRawBufferPointer) -> Acceptance {
        enum Step: Sendable { case hand(PieceHandler), kept, full, gone }
        let step: Step = state.withLock { state in
            if state.end != nil { return .gone }
            if let reader = state.reader {
                state.reader = nil
                return .hand(reader)
            }
            guard state.buffer.count < Self.highWater else {
                state.isPaused = true
                return .full
            }
            state.buffer.append(contentsOf: bytes)
            return .kept
        }
        switch step {
        case .hand(let reader):
            reader(.success(Array(bytes)))
            return .taken
        case .kept: return .taken
        case .full: return .full
        case .gone: return .gone
        }
    }

    func finish(_ result: Result<Void, HTTPError>) { end(result, dropsBuffer: false) }

    // MARK: both

    /// False when it had ended before.
    @discardableResult
    private func end(_ result: Result<Void, HTTPError>, dropsBuffer: Bool) -> Bool {
        let waiting: (head: HeadHandler?, reader: PieceHandler?)? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = result
            if dropsBuffer { state.buffer = [] }
            defer { (state.headHandler, state.reader) = (nil, nil) }
            return (state.headHandler, state.reader)
        }
        guard let waiting else { return false }
        waiting.head?(Self.headless(result))
        waiting.reader?(result.map { nil })
        return true
    }

    private static func headless(_ end: Result<Void, HTTPError>) -> Result<Head, HTTPError> {
        switch end {
        case .success: .failure(.connection("the server ended the answer before its head"))
        case .failure(let error): .failure(error)
        }
    }
}
