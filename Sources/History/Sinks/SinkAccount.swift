internal import Automation
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
    /// Nothing of what is shown stands so far back in a text, in whatever spelling.
    private static let searchLimit = 65_536

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
        var hidden = [
            text("token"), text("secret"), address.password, data == nil ? nil : url, data == nil || address.path.count < 12 ? nil : address.path,
        ]
        var basic: String?
        if let user = address.user {
            let pair = "\(user):\(address.password ?? "")"
            basic = "Basic " + Base64.encode(Array(pair.utf8))
            hidden += [pair, basic]
        }
        secrets = hidden.compactMap { $0.map { Array($0.utf8) } }.filter { $0.count >= 4 }
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
        // All of it is searched, not what is shown: of a secret that stands across the end its beginning would be seen.
        let whole = printable(String(text.unicodeScalars.prefix(Self.searchLimit)))
        // As it is, and as it would be read if it were a part of a URL, where any letter may be written as a number.
        let spellings = [whole, percentDecoded(whole)].map { Array($0.lowercased().utf8) }
        for secret in secrets {
            let text = String(decoding: secret, as: UTF8.self)
            // The last letters of base 64 depend on what follows, so they are left out.
            let base64 = String(Base64.encode(secret).prefix { $0 != "=" }.dropLast())
            let forURLs = base64.replacing("+", with: "-").replacing("/", with: "_")
            for form in [text, printable(text), base64, forURLs, hexText(secret)] where !form.isEmpty {
                if spellings.contains(where: { $0.contains(Array(form.lowercased().utf8)) }) { return nil }
            }
        }
        return DeployText.line(whole)
    }
}
