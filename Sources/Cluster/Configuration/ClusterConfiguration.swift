package import HTTP

/// Where an API server is and who we are to it: what a kubeconfig context, or a
/// pod's service account, comes down to.
package struct ClusterConfiguration: Sendable {
    /// Absolute URL without a slash at its end; a path in it is kept (proxies such as Rancher's serve a cluster below one).
    package var server: String
    package var tls: TLSOptions
    package var credentials: Credentials
    /// What an object without a namespace goes to.
    package var namespace: String
    /// The user every request acts as (`Impersonate-User`); for a service account
    /// `system:serviceaccount:NAMESPACE:NAME`, whose groups the server adds itself.
    package var impersonate: String?
    package var impersonateGroups: [String]
    /// What a person calls this configuration, for error texts: `context "staging"`.
    package var origin: String

    package init(
        server: String, tls: TLSOptions = .init(), credentials: Credentials = .none, namespace: String = "default",
        impersonate: String? = nil, impersonateGroups: [String] = [], origin: String = ""
    ) {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
        self.tls = tls
        self.credentials = credentials
        self.namespace = namespace
        self.impersonate = impersonate
        self.impersonateGroups = impersonateGroups
        self.origin = origin
    }
}

/// What a request carries to say who sends it; a client certificate is part of the TLS options.
package enum Credentials: Sendable, Hashable {
    case none
    case token(String)
    /// Read again when the file changes: kubelets rotate the tokens they project into pods.
    case tokenFile(String)
    case basic(user: String, password: String)
}

/// Never the secret itself, in no form of printing.
extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .none: "no credentials"
        case .token: "a bearer token"
        case .tokenFile(let path): "the bearer token in \"\(path)\""
        case .basic(let user, _): "the password of \"\(user)\""
        }
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
