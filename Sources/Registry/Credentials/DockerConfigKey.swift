/// One server of a Docker config: `ghcr.io`, `https://index.docker.io/v1/`, `*.example.com/team`.
struct DockerConfigKey: Sendable, Hashable {
    /// In lower case, without the port.
    var host: String
    var port: String
    /// Empty, or with a slash in front.
    var path: String

    /// Nil for a text that names no host.
    init?(_ text: String) {
        var rest = Substring(text)
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        let authority = rest.prefix { $0 != "/" }
        path = String(rest.dropFirst(authority.count))
        // The addresses of the API stand for the whole host.
        for version in ["/v1", "/v2"] where path == version || path.hasPrefix(version + "/") { path = String(path.dropFirst(3)) }
        while path.hasSuffix("/") { path.removeLast() }
        (host, port) = Self.split(authority.lowercased())
        guard !host.isEmpty else { return nil }
        if Self.hubNames.contains(host), port.isEmpty { host = ImageRepository.dockerHub }
    }

    private static let hubNames: Set<String> = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    func matches(_ repository: ImageRepository) -> Bool {
        let (host, port) = Self.split(repository.registry)
        guard port == self.port, "/\(repository.path)".hasPrefix(path) else { return false }
        if self.host == host { return true }
        let patterns = self.host.split(separator: ".", omittingEmptySubsequences: false)
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return patterns.count == labels.count && zip(patterns, labels).allSatisfy { Self.matches(Array($0.utf8), Array($1.utf8)) }
    }

    /// A longer path before a shorter one, a plain host before one with wildcards.
    func isMoreSpecific(than other: DockerConfigKey) -> Bool {
        if path.utf8.count != other.path.utf8.count { return path.utf8.count > other.path.utf8.count }
        if wildcards != other.wildcards { return wildcards < other.wildcards }
        return host.utf8.count > other.host.utf8.count
    }

    private var wildcards: Int { host.utf8.count { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

    private static func split(_ authority: String) -> (host: String, port: String) {
        guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else { return (authority, "") }
        return (String(authority[..<colon]), String(authority[colon...].dropFirst()))
    }

    /// `*` and `?` as in Go's `filepath.Match`, one way back only, so that time stays bounded by the product of the lengths.
    private static func matches(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (p, t) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
