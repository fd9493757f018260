internal import Basics
internal import Delivery
internal import Document
internal import HTTP

/// Where a sink is and how Martlet shows who it is there. Has no description: it holds secrets.
struct SinkAccount: Sendable {
    /// Without "/" at the end and without credentials.
    let base: String
    let host: String
    /// A header field.
    let authorization: (name: String, value: String)?
    /// What a webhook is signed with; nil for none.
    let signingKey: [UInt8]?
    /// What must stand in no message.
    private let secrets: [[UInt8]]

    struct Problem: Error, Sendable {
        var text: String
    }

    /// - Parameter data: the Secret's; nil where the document names none.
    init(_ document: NotificationDocument, data: [String: [UInt8]]?) throws(Problem) {
        let place = document.secret.map { "the Secret \"\($0)\"" } ?? "the document"
        func text(_ key: String) -> String? {
            guard let bytes = data?[key], let text = String(validating: bytes, as: UTF8.self) else { return nil }
            let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
            return trimmed.isEmpty ? nil : String(trimmed)
        }
        guard let url = data == nil ? document.url : text("url") ?? Self.defaultAddress(document.sink) else {
            throw Problem(text: "\(place) has no address under the key \"url\"")
        }
        guard var address = Address(url), ["https", "http"].contains(address.scheme) else {
            throw Problem(text: "the address of \(place) is no URL: write https://host/path")
        }
        let token = text("token")
        // The host is for people's eyes; the rest of an address may be a secret itself.
        secrets = [text("token"), text("secret"), address.password, data == nil ? nil : url, data == nil || address.path.count < 12 ? nil : address.path]
            .compactMap { $0.map { Array($0.utf8) } }.filter { $0.count >= 4 }
        var basic: String?
        if let user = address.user { basic = "Basic " + Base64.encode(Array("\(user):\(address.password ?? "")".utf8)) }
        (address.user, address.password) = (nil, nil)
        var shown = address.description
        if document.sink.kind != "webhook" { while shown.hasSuffix("/") { shown.removeLast() } }
        (base, host) = (shown, address.authority)
        switch document.sink {
        case .gitlab: authorization = token.map { ("PRIVATE-TOKEN", $0) }
        case .slack, .github: authorization = token.map { ("Authorization", "Bearer \($0)") }
        case .grafana, .webhook: authorization = (token.map { "Bearer \($0)" } ?? basic).map { ("Authorization", $0) }
        }
        switch document.sink {
        case .slack, .github, .gitlab: guard token != nil else { throw Problem(text: "\(place) has no token under the key \"token\"") }
        case .grafana, .webhook: break
        }
        signingKey = text("secret").map(Self.signingKey)
    }

    /// Where tokens of these services belong, unless the Secret says another place.
    private static func defaultAddress(_ sink: NotificationDocument.Sink) -> String? {
        switch sink {
        case .slack: "https://slack.com"
        case .github: "https://api.github.com"
        case .gitlab: "https://gitlab.com"
        case .grafana, .webhook: nil
        }
    }

    /// `whsec_` before base 64, as the Standard Webhooks specification writes keys; any other text is the key itself.
    private static func signingKey(_ text: String) -> [UInt8] {
        if text.hasPrefix("whsec_"), let bytes = Base64.decode(text.dropFirst(6)) { return bytes }
        return Array(text.utf8)
    }

    /// A text from the sink or the network as it may be shown; nil where it holds a secret in any usual spelling.
    func shown(_ text: String) -> String? {
        let line = DeployText.line(text)
        // As it is, and as it would be read if it were a part of a URL, where any letter may be written as a number.
        let spellings = [line, percentDecoded(line)].map { Array($0.lowercased().utf8) }
        for secret in secrets {
            let text = String(decoding: secret, as: UTF8.self)
            let hex = secret.map { byte in [byte >> 4, byte & 15].map { String($0, radix: 16) }.joined() }.joined()
            // The last letters of base 64 depend on what follows, so they are left out.
            for form in [text, String(Base64.encode(secret).prefix { $0 != "=" }.dropLast()), hex] where !form.isEmpty {
                if spellings.contains(where: { $0.contains(Array(form.lowercased().utf8)) }) { return nil }
            }
        }
        return line
    }
}
