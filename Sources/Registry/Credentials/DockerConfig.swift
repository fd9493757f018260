internal import Document

/// Credentials by registry, as `docker login` writes them and as secrets of the types
/// `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg` hold them.
///
/// Matched as the kubelet does (kubernetes.io, "Images", "Interpretation of config.json"):
/// a host, a host and the beginning of a path, `*` and `?` within one label of the host, ports alike.
package struct DockerConfig: Sendable {
    struct Entry: Sendable {
        var key: DockerConfigKey
        var credential: RegistryCredential
    }

    /// Best first.
    private var entries: [Entry] = []

    /// No credentials.
    package init() {}

    /// Reads config.json, or the older form without `auths`.
    ///
    /// Entries without a secret, such as those a credential helper stands behind, are left out.
    package init(json: [UInt8]) throws(RegistryError) {
        let root: Value
        do {
            root = try JSON.parse(json, maxDepth: 20)
        } catch {
            throw Self.invalid("it is no JSON (line \(error.position?.line ?? 0))")
        }
        guard let root = root.mapping else { throw Self.invalid("it holds \(root.kindName) instead of a mapping") }
        // `{}` under `auths` and beside it are both "no credentials".
        let isOld = root["auths"] == nil && root.contains { $0.value["auth"] != nil || $0.value["username"] != nil }
        let servers = isOld ? root : root["auths"]?.mapping ?? [:]
        for server in servers {
            guard let key = DockerConfigKey(server.key), let credential = try Self.credential(server.value, of: server.key) else { continue }
            entries.append(Entry(key: key, credential: credential))
        }
        sort()
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds another configuration; where both have the same server, the one that was there first is asked first.
    package mutating func merge(_ other: DockerConfig) {
        entries += other.entries
        sort()
    }

    /// The credential of the most specific entry that matches.
    package func credential(for repository: ImageRepository) -> RegistryCredential? { credentials(for: repository).first }

    /// All that match, the most specific first.
    package func credentials(for repository: ImageRepository) -> [RegistryCredential] {
        entries.filter { $0.key.matches(repository) }.map(\.credential)
    }

    private mutating func sort() {
        // Stable: of equal keys the earlier stays first.
        entries = entries.enumerated().sorted { left, right in
            if left.element.key.isMoreSpecific(than: right.element.key) { return true }
            if right.element.key.isMoreSpecific(than: left.element.key) { return false }
            return left.offset < right.offset
        }.map(\.element)
    }

    private static func credential(_ entry: Value, of server: String) throws(RegistryError) -> RegistryCredential? {
        if let token = entry["registrytoken"]?.string, !token.isEmpty { return .bearer(token) }
        if let token = entry["identitytoken"]?.string, !token.isEmpty { return .identityToken(token) }
        if let text = entry["auth"]?.string, !text.isEmpty {
            // Some tools leave the padding out.
            let padded = text + String(repeating: "=", count: text.hasSuffix("=") ? 0 : (4 - text.utf8.count % 4) % 4)
            guard let bytes = Base64.decode(padded), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
                throw invalid("\"auth\" of \"\(server)\" is not the base64 of name:password")
            }
            // The Docker client pads with zero bytes.
            let password = bytes[colon...].dropFirst().reversed().drop { $0 == 0 }.reversed()
            return .basic(user: String(decoding: bytes[..<colon], as: UTF8.self), password: String(decoding: Array(password), as: UTF8.self))
        }
        let user = entry["username"]?.string ?? "", password = entry["password"]?.string ?? ""
        return user.isEmpty && password.isEmpty ? nil : .basic(user: user, password: password)
    }

    private static func invalid(_ message: String) -> RegistryError {
        RegistryError(
            .configuration, "the registry credentials cannot be read: \(message)", place: "Docker config",
            advice: "write them anew with \"kubectl create secret docker-registry\"")
    }
}
