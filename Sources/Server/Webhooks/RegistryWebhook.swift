internal import Crypto
internal import Document
package import HTTPTypes
package import Registry

/// A push notification of a registry. A genuine one only says where to look: the tag it
/// names is never believed, what counts is what the registry itself then answers.
package enum RegistryWebhook {
    /// Who calls, which decides where the proof stands and what the body looks like.
    package enum Provider: String, Sendable, CaseIterable {
        /// docs.docker.com/docker-hub/repos/manage/webhooks: it can send neither signature nor header.
        case dockerhub
        /// docs.github.com, the events "package" and "registry_package".
        case ghcr
        /// goharbor.io, "Configure Webhook Notifications": an `Authorization` header of one's choice.
        case harbor
        /// docs.quay.io, "Repository Notifications": it can send no header either.
        case quay
        /// distribution.github.io, "Work with notifications".
        case distribution
    }

    package enum Verdict: Sendable, Hashable {
        /// Look at these; never empty, sorted.
        case due([ImageRepository])
        /// Genuine, and about something else.
        case ignored(String)
        /// Not from who it says.
        case refused
    }

    /// The most repositories of one call.
    static let most = 1000

    /// Checks a delivery; nothing of the body is parsed before it is known to be genuine.
    ///
    /// A genuine body that cannot be read is ignored, not refused: a sender that is told
    /// of a failure would send the same again and again.
    ///
    /// - Parameter token: the query's `token`.
    package static func judge(
        _ provider: Provider, headers: HTTPFields, token: String?, body: [UInt8], secret: [UInt8]
    ) -> Verdict {
        guard isGenuine(provider, headers: headers, token: token, body: body, secret: secret) else { return .refused }
        if provider == .ghcr, let event = HTTPField.Name("X-GitHub-Event").flatMap({ headers[$0] }),
            !["package", "registry_package"].contains(event)
        {
            return .ignored("the event is \"\(shortened(event))\"")
        }
        let payload: Value
        do throws(DocumentError) {
            payload = try JSON.parse(body, maxDepth: 64)
        } catch {
            return .ignored("the body is no JSON")
        }
        let finding = pushed(provider, payload)
        let repositories = Set(finding.names.prefix(most).compactMap { ImageRepository($0) }).sorted()
        if repositories.isEmpty { return .ignored(finding.reason ?? "it names no repository") }
        return .due(repositories)
    }

    private static func isGenuine(
        _ provider: Provider, headers: HTTPFields, token: String?, body: [UInt8], secret: [UInt8]
    ) -> Bool {
        switch provider {
        case .ghcr: return Webhook.isGenuine(.github, headers: headers, body: body, secret: secret)
        case .harbor, .distribution: return WebhookSecret(secret).isIn(headers[.authorization])
        case .dockerhub, .quay:
            let secret = WebhookSecret(secret)
            return secret.isIn(headers[.authorization]) || token.map { secret.matches(Array($0.utf8)) } ?? false
        }
    }
}
