/// An image as a manifest writes it: `nginx:1.25`, `ghcr.io/a/b:1@sha256:…`.
package struct ImageReference: Sendable, Hashable {
    /// As written, without tag and digest.
    package var name: String
    /// Nil where none is written, which means "latest".
    package var tag: String?
    /// `sha256:…`
    package var digest: String?

    /// Parts that are known to fit the grammar; `init(_:)` checks what comes from outside.
    package init(name: String, tag: String? = nil, digest: String? = nil) {
        (self.name, self.tag, self.digest) = (name, tag, digest)
    }

    /// Reads `name[:tag][@digest]` by the grammar of github.com/distribution/reference; nil for anything else.
    package init?(_ text: String) {
        var name = Substring(text)
        var tag: Substring?
        var digest: Substring?
        if let at = name.firstIndex(of: "@") {
            digest = name[name.index(after: at)...]
            name = name[..<at]
        }
        // A colon before the last slash is that of a port.
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = name[name.index(after: colon)...]
            name = name[..<colon]
        }
        guard ImageRepository(String(name)) != nil else { return nil }
        if let tag, !Self.isTag(tag) { return nil }
        if let digest, !Self.isDigest(digest) { return nil }
        self.init(name: String(name), tag: tag.map(String.init), digest: digest.map(String.init))
    }

    /// Where the image is kept.
    package var repository: ImageRepository {
        ImageRepository(name) ?? ImageRepository(registry: ImageRepository.dockerHub, path: name)
    }

    /// A letter, digit or `_`, then up to 127 of those, `.` and `-`.
    package static func isTag(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 128, first.isAlphanumeric || first == UInt8(ascii: "_") else { return false }
        return text.utf8.allSatisfy {
            $0.isAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }

    /// An algorithm of the OCI image specification and as many digits as it has.
    package static func isDigest(_ text: some StringProtocol) -> Bool {
        let algorithms = [("sha256:", 64), ("sha384:", 96), ("sha512:", 128)]
        return algorithms.contains { prefix, digits in
            text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + digits
                && text.utf8.dropFirst(prefix.utf8.count).allSatisfy(\.isLowerHex)
        }
    }
}

extension ImageReference: CustomStringConvertible {
    /// `name[:tag][@digest]`
    package var description: String { name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}
