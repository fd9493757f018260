internal import Document

/// A token a registry's token service gave, and until when it is used.
struct AccessToken: Sendable, Hashable {
    var text: String
    /// On the clock of `TimeSource.elapsed`.
    var refreshesAt: Duration

    func isFresh(at now: Duration) -> Bool { now < refreshesAt }

    /// Reads an answer of the token service (distribution.github.io, "Token Authentication Specification";
    /// the OAuth2 form says `access_token`). A token lives 60 seconds where nothing is said, and is
    /// renewed after 80 % of its life: it must outlive the request it goes with.
    ///
    /// - Returns: nil for anything that holds no token.
    static func parse(_ bytes: [UInt8], at now: Duration) -> AccessToken? {
        guard let answer = try? JSON.parse(bytes, maxDepth: 20) else { return nil }
        let texts = [answer["token"]?.string, answer["access_token"]?.string]
        guard let text = texts.compactMap({ $0 }).first(where: { !$0.isEmpty }), isSendable(text) else { return nil }
        let said = answer["expires_in"]?.int ?? answer["expires_in"]?.string.flatMap { Int64($0) } ?? 0
        let lifetime = said > 0 ? min(said, 86_400) : 60
        return AccessToken(text: text, refreshesAt: now + .milliseconds(lifetime &* 800))
    }

    /// RFC 6750 2.1: what may stand behind `Bearer`.
    private static func isSendable(_ text: String) -> Bool { text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } }
}
