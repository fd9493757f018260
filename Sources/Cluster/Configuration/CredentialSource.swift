package import Basics
import Document

/// The `Authorization` field of the next request; for a token file the token that stands in it now.
///
/// The file is read at most every ten seconds, and at once after a 401: kubelets replace a projected
/// token at 80 % of its life, so one or the other comes in time.
final class CredentialSource: Sendable {
    private struct Read {
        var token: String
        var at: Duration
    }

    private let credentials: Credentials
    private let files: FileReader
    private let time: any TimeSource
    private let last = Locked<Read?>(nil)

    init(_ credentials: Credentials, files: FileReader, time: any TimeSource) {
        self.credentials = credentials
        self.files = files
        self.time = time
    }

    /// Nil where a client certificate, or nothing, says who we are.
    func authorization() throws(ClusterError) -> String? {
        switch credentials {
        case .none: nil
        case .token(let token): "Bearer \(token)"
        case .basic(let user, let password): "Basic \(Base64.encode("\(user):\(password)".utf8))"
        case .tokenFile(let path): "Bearer \(try token(in: path))"
        }
    }

    /// Reads a token file again; false where that brings nothing new.
    func renew() -> Bool {
        guard case .tokenFile(let path) = credentials else { return false }
        let known = last.withLock { read -> String? in
            defer { read = nil }
            return read?.token
        }
        guard let fresh = try? token(in: path) else { return false }
        return fresh != known
    }

    private func token(in path: String) throws(ClusterError) -> String {
        let now = time.elapsed
        let known = last.withLock { $0 }
        if let known, now - known.at < .seconds(10) { return known.token }
        do {
            let text = String(decoding: try files.read(path), as: UTF8.self)
            let token = String(text.filter { !$0.isWhitespace })
            if token.isEmpty { throw FileReader.Failure.unreadable("it is empty") }
            let read = Read(token: token, at: now)
            last.withLock { $0 = read }
            return token
        } catch {
            // A file that is being replaced may be gone for a moment; the token read before is still good.
            if let known { return known.token }
            let why = if case .unreadable(let text) = error as? FileReader.Failure { text } else { "there is no such file" }
            throw ClusterError(.configuration, message: "cannot read the token file \"\(path)\": \(why)")
        }
    }
}

/// The moment a JSON web token ends (RFC 7519, `exp`), read without checking anything; nil for other tokens.
package func expiry(ofToken token: String) -> Timestamp? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = parts.dropFirst().first else { return nil }
    // The alphabet for URLs, without padding (RFC 7515).
    var text = String(payload.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
    while text.utf8.count % 4 != 0 { text += "=" }
    guard let bytes = Base64.decode(text),
        let claims = try? JSON.parse(bytes, maxDepth: 32), let seconds = claims["exp"]?.int
    else { return nil }
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : Timestamp(milliseconds: milliseconds)
}
