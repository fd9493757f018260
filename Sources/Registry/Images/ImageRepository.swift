/// A repository in its canonical form: "nginx" is "docker.io/library/nginx".
///
/// The grammar and Docker Hub's short forms are those of
/// github.com/distribution/reference, which the kubelet uses too.
package struct ImageRepository: Sendable, Hashable {
    /// Host and port, in lower case.
    package var registry: String
    package var path: String

    /// Parts that are known to be canonical; `init(_:)` checks what comes from outside.
    package init(registry: String, path: String) { (self.registry, self.path) = (registry, path) }

    /// Docker Hub as image names know it.
    package static let dockerHub = "docker.io"
    /// The most bytes of a path.
    package static let longestPath = 255

    /// A name without tag and digest, as people write it; nil for anything that is none.
    package init?(_ text: String) {
        guard text.utf8.count <= 512, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var (registry, path) = (Self.dockerHub, Substring(text))
        if let slash = text.firstIndex(of: "/") {
            let first = text[..<slash]
            // The first name is a host only where it looks like one: "library/nginx" has none.
            if first == "localhost" || first.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }) {
                guard Self.isHost(first) else { return nil }
                (registry, path) = (first.lowercased(), text[text.index(after: slash)...])
            }
        }
        if registry == "index.docker.io" { registry = Self.dockerHub }
        guard Self.isPath(path) else { return nil }
        let isOfficial = registry == Self.dockerHub && !path.utf8.contains(UInt8(ascii: "/"))
        // Docker takes 64 hexadecimal digits for the identifier of an image, not for a name.
        if isOfficial, path.utf8.count == 64, path.utf8.allSatisfy(\.isLowerHex) { return nil }
        (self.registry, self.path) = (registry, isOfficial ? "library/\(path)" : String(path))
        guard self.path.utf8.count <= Self.longestPath else { return nil }
    }
}

extension ImageRepository: Comparable {
    package static func < (left: ImageRepository, right: ImageRepository) -> Bool {
        (left.registry, left.path) < (right.registry, right.path)
    }
}

extension ImageRepository: CustomStringConvertible {
    /// `docker.io/library/nginx`
    package var description: String { "\(registry)/\(path)" }
}

extension ImageRepository {
    /// `domain-name [":" port]`, an IPv6 address in brackets among them.
    static func isHost(_ text: Substring) -> Bool {
        var host = text
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return false }
            let address = text[..<end].dropFirst()
            guard !address.isEmpty, address.utf8.allSatisfy({ $0.isHex || $0 == UInt8(ascii: ":") }) else { return false }
            let rest = text[text.index(after: end)...]
            return rest.isEmpty || (rest.hasPrefix(":") && isPort(rest.dropFirst()))
        }
        if let colon = text.firstIndex(of: ":") {
            guard isPort(text[text.index(after: colon)...]) else { return false }
            host = text[..<colon]
        }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.utf8.first, let last = part.utf8.last else { return false }
            return first.isAlphanumeric && last.isAlphanumeric && part.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ $0.isDigit }), let port = Int(text) else { return false }
        return (1...65_535).contains(port)
    }

    /// Components of lower-case letters and digits, parted by `.`, `_`, `__` or any number of `-`.
    static func isPath(_ path: Substring) -> Bool {
        guard path.utf8.count <= longestPath else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(isPathComponent)
    }

    private static func isPathComponent(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, first.isLowerAlphanumeric, last.isLowerAlphanumeric else { return false }
        var separator: [UInt8] = []
        for byte in text.utf8 {
            if byte.isLowerAlphanumeric {
                separator.removeAll(keepingCapacity: true)
                continue
            }
            guard byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") else { return false }
            separator.append(byte)
            let isAllowed =
                separator.count == 1 || separator.allSatisfy { $0 == UInt8(ascii: "-") }
                || separator == [UInt8(ascii: "_"), UInt8(ascii: "_")]
            guard isAllowed else { return false }
        }
        return true
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLowerAlphanumeric: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z")) }
    var isAlphanumeric: Bool { isLowerAlphanumeric || (self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z")) }
    var isLowerHex: Bool { isDigit || (self >= UInt8(ascii: "a") && self <= UInt8(ascii: "f")) }
    var isHex: Bool { isLowerHex || (self >= UInt8(ascii: "A") && self <= UInt8(ascii: "F")) }
}
