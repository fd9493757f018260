package import Basics
internal import Document
package import Kubernetes
package import Registry

/// Credentials for registries as the kubelet finds them: the pull secrets of the
/// workload, those of its service account, then what Martlet itself was given.
///
/// Secrets are read by name, never listed, and kept for some minutes. One that is not there is
/// looked for again soon: it may come with the very commit that names it.
package actor PullCredentials {
    private let own: DockerConfig
    /// An object of the cluster; nil where it is not there or must not be seen.
    private let object: @Sendable (ObjectKey) async -> Object?
    private let time: any TimeSource
    private var known: [ObjectKey: (object: Object?, until: Duration)] = [:]
    private static let lifetime = Duration.seconds(120)
    private static let lifetimeOfAbsence = Duration.seconds(2)
    private static let limit = 5000

    package init(own: DockerConfig, time: any TimeSource, object: @escaping @Sendable (ObjectKey) async -> Object?) {
        (self.own, self.time, self.object) = (own, time, object)
    }

    /// The best of `credentials(for:_:)`.
    package func credential(for workload: Workload, _ repository: ImageRepository) async -> RegistryCredential? {
        await credentials(for: workload, repository).first
    }

    /// All that may be tried, best first.
    ///
    /// As in the kubelet's keyring all pull secrets are one: an entry for the repository's path comes before one for its
    /// host, whichever secret it stands in.
    package func credentials(for workload: Workload, _ repository: ImageRepository) async -> [RegistryCredential] {
        let namespace = workload.key.namespace
        var names = workload.pullSecrets
        let account = workload.serviceAccount.isEmpty ? "default" : workload.serviceAccount
        let accountKey = ObjectKey(group: "", kind: "ServiceAccount", namespace: namespace, name: account)
        for entry in await looked(up: accountKey)?.value["imagePullSecrets"]?.sequence ?? [] {
            if let name = entry["name"]?.string, !names.contains(name) { names.append(name) }
        }
        var config = DockerConfig()
        for name in names {
            guard let secret = await looked(up: ObjectKey(group: "", kind: "Secret", namespace: namespace, name: name)),
                let read = Self.config(of: secret)
            else { continue }
            config.merge(read)
        }
        return config.credentials(for: repository) + own.credentials(for: repository)
    }

    private func looked(up key: ObjectKey) async -> Object? {
        if let entry = known[key], entry.until > time.elapsed { return entry.object }
        let found = await object(key)
        if known.count >= Self.limit { known = [:] }
        known[key] = (found, time.elapsed + (found == nil ? Self.lifetimeOfAbsence : Self.lifetime))
        return found
    }

    /// The types `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`.
    static func config(of secret: Object) -> DockerConfig? {
        for key in [".dockerconfigjson", ".dockercfg"] {
            guard let text = secret.value[path: "data", key]?.string, let bytes = Base64.decode(text) else { continue }
            return try? DockerConfig(json: bytes)
        }
        return nil
    }
}
