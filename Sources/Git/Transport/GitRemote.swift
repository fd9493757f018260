package import HTTP

/// A repository on a server and how to reach it.
package struct GitRemote: Sendable {
    /// `https://host/path`, `ssh://user@host/path` or `user@host:path`. Credentials in it are used where
    /// `credentials` is `.none`, and never shown.
    package var url: String
    package var credentials: GitCredentials
    package var tls: TLSOptions
    /// The keys of SSH servers in the format of OpenSSH's `known_hosts`.
    package var knownHosts: [UInt8]?
    /// Takes any host key where `knownHosts` is nil: for tests and networks that are trusted otherwise.
    package var acceptsAnyHostKey: Bool
    /// The longest silence of a server.
    package var stallTimeout: Duration
    /// For one fetch or push as a whole.
    package var timeout: Duration
    /// The most bytes one fetch may bring.
    package var maxBytes: Int
    /// `http` and `file` only where someone said so.
    package var allowedSchemes: Set<String>

    package init(
        url: String, credentials: GitCredentials = .none, tls: TLSOptions = TLSOptions(), knownHosts: [UInt8]? = nil,
        acceptsAnyHostKey: Bool = false, stallTimeout: Duration = .seconds(30), timeout: Duration = .seconds(1800),
        maxBytes: Int = 4 << 30, allowedSchemes: Set<String> = ["https", "ssh"]
    ) {
        self.url = url
        self.credentials = credentials
        self.tls = tls
        self.knownHosts = knownHosts
        self.acceptsAnyHostKey = acceptsAnyHostKey
        self.stallTimeout = stallTimeout
        self.timeout = timeout
        self.maxBytes = maxBytes
        self.allowedSchemes = allowedSchemes
    }
}

extension GitRemote: CustomStringConvertible {
    /// The address without credentials.
    package var description: String { (try? RemoteAddress(self).description) ?? withoutCredentials(url) }
}
