import Basics
package import HTTP
import Kubernetes

/// The events of one watch request, in the server's order; ends when the server ends it.
///
/// A watch from which nothing comes, neither event nor bookmark nor end, for `silence` throws
/// `.timeout`: a connection can be dead without anyone saying so.
package struct WatchStream: AsyncSequence, Sendable {
    package typealias Element = WatchEvent
    package typealias Failure = ClusterError

    let body: HTTPBody
    let gvk: GroupVersionKind
    let server: String
    let silence: Duration
    let lineLimit: Int
    let time: any TimeSource

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self, splitter: LineSplitter(limit: lineLimit)) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let stream: WatchStream
        var splitter: LineSplitter
        private var ready: [WatchEvent] = []
        /// Comes after what is ready.
        private var failure: ClusterError?
        private var isAtEnd = false

        init(stream: WatchStream, splitter: LineSplitter) {
            self.stream = stream
            self.splitter = splitter
        }

        package mutating func next() async throws(ClusterError) -> WatchEvent? { try await next(isolation: #isolation) }

        package mutating func next(isolation: isolated (any Actor)?) async throws(ClusterError) -> WatchEvent? {
            if ready.isEmpty { ready = try await nextBatch()?.reversed() ?? [] }
            return ready.popLast()
        }

        /// The events that came together, at least one; nil at the end.
        ///
        /// For a reader that can take many at once: a busy watch brings hundreds in a piece.
        package mutating func nextBatch() async throws(ClusterError) -> [WatchEvent]? {
            while true {
                if let failure { throw failure }
                if isAtEnd { return nil }
                guard let piece = try await piece() else {
                    isAtEnd = true
                    // A cut in the middle of a line: the event is lost here, and comes again to who resumes.
                    continue
                }
                let events = decode(piece)
                if !events.isEmpty { return events }
            }
        }

        private mutating func decode(_ piece: [UInt8]) -> [WatchEvent] {
            var events: [WatchEvent] = []
            do {
                for line in try splitter.add(piece) {
                    if let event = try WatchEvent.decode(line, gvk: stream.gvk) { events.append(event) }
                }
            } catch let error as ClusterError {
                failure = error
            } catch {
                failure = ClusterError(
                    .malformed, message: "watch of \(stream.gvk): a line is over \(stream.lineLimit) bytes")
            }
            return events
        }

        private func piece() async throws(ClusterError) -> [UInt8]? {
            let body = stream.body
            do {
                let read: Piece? = try await withDeadline(stream.silence, stream.time) {
                    var iterator = body.makeAsyncIterator()
                    return try await iterator.next().map(Piece.bytes) ?? .end
                }
                switch read {
                case .bytes(let bytes): return bytes
                case .end:
                    if Task.isCancelled { throw HTTPError.cancelled }
                    return nil
                case nil:
                    throw ClusterError(
                        .timeout, message: "watch of \(stream.gvk): silent for \(stream.silence), taken for dead")
                }
            } catch let error as ClusterError {
                throw error
            } catch let error as HTTPError {
                throw ClusterError(error, server: stream.server)
            } catch is CancellationError {
                throw ClusterError(.cancelled, message: "cancelled", transport: .cancelled)
            } catch {
                throw ClusterError(.connection("\(error)"), server: stream.server)
            }
        }

        private enum Piece: Sendable {
            case bytes([UInt8])
            case end
        }
    }
}

extension ClusterClient {
    /// Changes of a type from a resourceVersion on, bookmarks among them.
    ///
    /// Returns when the server has accepted the watch. A watch takes no place among the requests under way.
    ///
    /// - Throws: `.expired` (410) where the resourceVersion is too old: list again.
    package func watch(
        _ resource: APIResource, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
        from resourceVersion: String
    ) async throws(ClusterError) -> WatchStream {
        let scope = ListScope(namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector)
        let seconds = limits.watchSeconds + Int(random.next(below: UInt64(max(1, limits.watchSeconds / 4))))
        let request = ClusterRequest.watch(resource, scope: scope, from: resourceVersion, timeoutSeconds: seconds)
        let body = try await stream(request, silence: limits.watchSilence)
        return WatchStream(
            body: body, gvk: resource.gvk, server: configuration.server, silence: limits.watchSilence,
            lineLimit: limits.watchLineBytes, time: time)
    }

    /// The bytes of an answer as they come, for watches and followed logs. Not retried.
    package func stream(_ request: ClusterRequest, silence: Duration) async throws(ClusterError) -> HTTPBody {
        var hasRenewed = false
        while true {
            // The transport's own stall limit is only a second line: ours runs on the time source.
            let message = try httpRequest(request, timeout: nil, stallTimeout: silence + .seconds(30))
            let response: HTTPResponse
            do {
                let transport = transport
                guard
                    let head = try await withDeadline(limits.requestTimeout, time, { try await transport.send(message) })
                else { throw HTTPError.timeout("no answer to \(request.method) \(request.path)") }
                response = head
            } catch let error as HTTPError {
                throw ClusterError(error, server: configuration.server)
            } catch {
                throw cancelled
            }
            if response.status == 200 { return response.body }
            let text = (try? await response.body.collect(limit: 1 << 20)) ?? []
            if response.status == 401, !hasRenewed, credentials.renew() {
                hasRenewed = true
                continue
            }
            throw failure(request, Answer(status: response.status, headers: response.headers, body: text))
        }
    }
}
