/// Why a request has no answer.
package enum HTTPError: Error, Sendable, Hashable {
    /// The address is not one that can be asked: a bad URL, or a scheme that is not allowed.
    case address(String)
    /// No connection, or one that broke; says what the library said.
    case connection(String)
    /// The server's certificate, or ours, was refused.
    case certificate(String)
    case timeout(String)
    case tooLarge(limit: Int)
    case cancelled
}

extension HTTPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let text): "bad address: \(text)"
        case .connection(let text): "no connection: \(text)"
        case .certificate(let text): "certificate refused: \(text)"
        case .timeout(let text): "timed out: \(text)"
        case .tooLarge(let limit): "the answer is over \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }
}
