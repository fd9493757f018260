internal import Basics
internal import Crypto
package import Kubernetes

/// Tokens and whose they are, in Kubernetes' format for static tokens
/// (kubernetes.io/docs/reference/access-authn-authz/authentication, "Static token file"):
/// `token,user,uid` and, where they are in any, `"group1,group2"`. Who has one may do everything.
package struct TokenFile: Authority, Sendable {
    private struct Entry: Sendable {
        var digest: SHA256.Digest
        var caller: Caller
    }

    private let entries: [Entry]

    /// The most lines of a file.
    private static let most = 10_000

    /// - Throws: what is wrong with which line; never the line itself, for it may hold a token.
    package init(_ text: String, file: String) throws(AccessError) {
        var entries: [Entry] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let place = "\"\(file)\", line \(index + 1)"
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
            guard entries.count < Self.most else {
                throw AccessError("\(place): over \(Self.most) tokens", advice: "let the cluster know who is who instead")
            }
            guard let fields = commaSeparated(line) else {
                throw AccessError("\(place): a quote that does not end", advice: "write token,user,uid,\"group1,group2\"")
            }
            guard fields.count >= 3, let token = fields.first, let name = fields.dropFirst().first, let uid = fields.dropFirst(2).first else {
                throw AccessError("\(place): \(fields.count) fields, expected at least three", advice: "write token,user,uid,\"group1,group2\"")
            }
            guard !token.isEmpty, !name.isEmpty else {
                throw AccessError("\(place): the token or the user is empty", advice: "write token,user,uid,\"group1,group2\"")
            }
            let digest = SHA256.hash(data: Array(token.utf8))
            guard !entries.contains(where: { $0.digest == digest }) else {
                throw AccessError("\(place): this token stands above already", advice: "give each user a token of their own")
            }
            let groups = fields.dropFirst(3).first.map { $0.split(separator: ",").map { $0.trimmingSpaces } } ?? []
            entries.append(Entry(digest: digest, caller: Caller(name: name, uid: uid, groups: groups.filter { !$0.isEmpty })))
        }
        self.entries = entries
    }

    package func caller(token: String) async throws(AccessError) -> Caller? {
        let digest = SHA256.hash(data: Array(token.utf8))
        // Every entry is looked at, so that the time says neither which one it was nor how much of it was right.
        var found: Caller?
        for entry in entries where entry.digest == digest { found = entry.caller }
        return found
    }

    package func isAllowed(
        _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
    ) async throws(AccessError) -> Bool {
        true
    }
}

/// The fields of a line of RFC 4180; nil where a quote does not end.
private func commaSeparated(_ line: Substring) -> [String]? {
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var wasQuote = false
    for scalar in line.unicodeScalars {
        if isQuoted {
            if scalar == "\"" { (isQuoted, wasQuote) = (false, true) } else { field.append(scalar) }
            continue
        }
        switch scalar {
        case "\"":
            // A quote right behind a closing one is one of the text.
            if wasQuote { field.append("\"") }
            isQuoted = true
        case ",":
            fields.append(String(field))
            field = String.UnicodeScalarView()
        case "\r": break
        default: field.append(scalar)
        }
        wasQuote = false
    }
    guard !isQuoted else { return nil }
    fields.append(String(field))
    return fields.enumerated().map { $0.offset == 3 ? $0.element : $0.element.trimmingSpaces }
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
