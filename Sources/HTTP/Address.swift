internal import CCurl

/// A URL in its parts, split by libcurl so that it is read here as it will be
/// read there.
package struct Address: Sendable, Hashable {
    package var scheme: String
    /// Percent-decoded, as is the password.
    package var user: String?
    package var password: String?
    /// Without the brackets of an IPv6 address.
    package var host: String
    package var port: Int?
    /// As written, percent-encoded.
    package var path: String
    package var query: String?

    /// Nil for anything that is not an absolute URL, and for control characters and spaces anywhere in it.
    package init?(_ text: String) {
        // libcurl would take the first name of the path for a missing host.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }), text.utf8.count <= 8192,
            let slashes = text.range(of: "://"), !text[slashes.upperBound...].hasPrefix("/"), let url = curl_url()
        else { return nil }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = Self.part(url, CURLUPART_SCHEME), let host = Self.part(url, CURLUPART_HOST)
        else { return nil }
        self.scheme = scheme.lowercased()
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        user = Self.part(url, CURLUPART_USER, flags: CURLU_URLDECODE)
        password = Self.part(url, CURLUPART_PASSWORD, flags: CURLU_URLDECODE)
        port = Self.part(url, CURLUPART_PORT).flatMap { Int($0) }
        path = Self.part(url, CURLUPART_PATH) ?? "/"
        query = Self.part(url, CURLUPART_QUERY)
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart, flags: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, UInt32(bitPattern: flags)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// The port that a connection goes to; nil for a scheme without a known one.
    package var effectivePort: Int? {
        port ?? ["https": 443, "http": 80, "ssh": 22][scheme]
    }

    /// Host and port as in a `Host` field.
    package var authority: String {
        (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }
}

extension Address: CustomStringConvertible {
    /// The URL without its credentials.
    package var description: String { "\(scheme)://\(authority)\(path)" + (query.map { "?\($0)" } ?? "") }
}

/// A text for messages that may be a URL: what could be a password is left out.
package func withoutCredentials(_ text: String) -> String {
    if let address = Address(text) { return address.description }
    // Not a URL: leave out whatever stands between "//" and the last "@" before the path.
    guard let slashes = text.range(of: "//") else { return text }
    let rest = text[slashes.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return text }
    return String(text[..<slashes.upperBound]) + String(rest[rest.index(after: at)...])
}

extension StringProtocol {
    /// The first place of a short text; the standard library alone has none without Foundation.
    fileprivate func range(of needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if let end = index(start, offsetBy: needle.count, limitedBy: endIndex), self[start..<end] == needle {
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
