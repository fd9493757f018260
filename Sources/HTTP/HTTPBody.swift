internal import Basics

/// The bytes of an answer as they come, read once, by one reader.
///
/// Reading pulls: a source stops sending while nobody reads. Dropping the body
/// cancels what feeds it.
package struct HTTPBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]

    private let source: Source

    fileprivate final class Source: Sendable {
        let next: @Sendable () async throws -> [UInt8]?
        let cancel: @Sendable () -> Void

        init(next: @escaping @Sendable () async throws -> [UInt8]?, cancel: @escaping @Sendable () -> Void) {
            self.next = next
            self.cancel = cancel
        }

        deinit { cancel() }
    }

    /// - Parameters:
    ///   - next: the next piece, nil at the end; must return early when its task is cancelled.
    ///   - cancel: nobody will read on; called once or more, also after the end.
    package init(next: @escaping @Sendable () async throws -> [UInt8]?, cancel: @escaping @Sendable () -> Void) {
        source = Source(next: next, cancel: cancel)
    }

    /// All of it at once.
    package init(_ bytes: [UInt8]) {
        let rest = Locked<[UInt8]?>(bytes.isEmpty ? nil : bytes)
        self.init(
            next: {
                rest.withLock { bytes in
                    defer { bytes = nil }
                    return bytes
                }
            }, cancel: {})
    }

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: Source

        fileprivate init(source: Source) { self.source = source }

        package mutating func next() async throws -> [UInt8]? { try await source.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: source) }

    /// The whole body.
    ///
    /// - Throws: `HTTPError.tooLarge` past `limit` bytes, and what the source throws.
    package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
        var all: [UInt8] = []
        do {
            for try await piece in self {
                if all.count + piece.count > limit {
                    source.cancel()
                    throw HTTPError.tooLarge(limit: limit)
                }
                if all.isEmpty { all = piece } else { all += piece }
            }
        } catch let error as HTTPError {
            throw error
        } catch is CancellationError {
            throw HTTPError.cancelled
        } catch {
            throw HTTPError.connection("\(error)")
        }
        return all
    }
}
