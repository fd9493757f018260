internal import Crypto
internal import Document

/// A secret that a sender shows as it is.
struct WebhookSecret {
    private let secret: [UInt8]

    init(_ secret: [UInt8]) { self.secret = secret }

    /// In the same time wherever the two differ: their digests are compared. An empty secret is none.
    func matches(_ shown: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        let key = SymmetricKey(data: secret)
        let expected = HMAC<SHA256>.authenticationCode(for: secret, using: key)
        return HMAC<SHA256>.isValidAuthenticationCode(expected, authenticating: shown, using: key)
    }

    /// In an `Authorization` header: `Bearer SECRET`, the password of `Basic`, or, as
    /// Harbor sends what is written in its form, nothing but the secret.
    func isIn(_ header: String?) -> Bool {
        guard let header else { return false }
        var found = matches(Array(header.utf8))
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let scheme = parts.first?.lowercased(), let rest = parts.last else { return found }
        if scheme == "bearer", matches(Array(rest.utf8)) { found = true }
        if scheme == "basic", let pair = Base64.decode(rest), let colon = pair.firstIndex(of: UInt8(ascii: ":")),
            matches(Array(pair[(colon + 1)...]))
        {
            found = true
        }
        return found
    }
}
