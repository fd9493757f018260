internal import Crypto
package import HTTPTypes
internal import Document

/// A push notification of a git host. It is believed only with the right
/// signature, and even then it only says "look": what is applied is what a fetch brings.
package enum Webhook {
    /// Who calls, which decides where the signature stands.
    package enum Provider: String, Sendable, CaseIterable {
        /// `X-Martlet-Signature: sha256=HEX`, an HMAC over the body.
        case generic
        /// `X-Hub-Signature-256` (docs.github.com, "Validating webhook deliveries"); Gitea and Forgejo send it too.
        case github
        /// `X-Gitlab-Token`: the secret itself (docs.gitlab.com, "Webhooks").
        case gitlab
    }

    package enum Verdict: Sendable, Hashable {
        /// Look at the source.
        case due
        /// Genuine, and about something else.
        case ignored(String)
        /// Not from who it says.
        case refused
    }

    /// Checks a delivery; nothing of the body is parsed before its signature is right.
    ///
    /// - Parameters:
    ///   - branch: the branch that is followed, nil when a push to any may matter.
    package static func judge(
        _ provider: Provider, headers: HTTPFields, body: [UInt8], secret: [UInt8], branch: String?
    ) -> Verdict {
        guard isGenuine(provider, headers: headers, body: body, secret: secret) else { return .refused }
        switch provider {
        case .github:
            let event = value(headers, "X-GitHub-Event") ?? value(headers, "X-Gitea-Event") ?? "push"
            guard event == "push" else { return .ignored("the event is \"\(event)\"") }
        case .gitlab:
            let event = value(headers, "X-Gitlab-Event") ?? "Push Hook"
            guard event == "Push Hook" || event == "Tag Push Hook" else { return .ignored("the event is \"\(event)\"") }
        case .generic: break
        }
        if let branch, let payload = try? JSON.parse(body), let reference = payload["ref"]?.string,
            reference.hasPrefix("refs/heads/"), reference != "refs/heads/\(branch)"
        {
            return .ignored("the push was to \"\(reference)\"")
        }
        return .due
    }

    static func isGenuine(_ provider: Provider, headers: HTTPFields, body: [UInt8], secret: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        let key = SymmetricKey(data: secret)
        switch provider {
        case .gitlab:
            guard let token = value(headers, "X-Gitlab-Token") else { return false }
            return WebhookSecret(secret).matches(Array(token.utf8))
        case .github, .generic:
            let name = provider == .github ? "X-Hub-Signature-256" : "X-Martlet-Signature"
            guard let text = value(headers, name), text.hasPrefix("sha256="), let code = bytes(hex: text.dropFirst(7)) else { return false }
            return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key)
        }
    }

    private static func value(_ headers: HTTPFields, _ name: String) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }

    private static func bytes(hex: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex {
            guard let digit = character.hexDigitValue.flatMap({ UInt8(exactly: $0) }) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
