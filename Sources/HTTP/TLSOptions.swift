/// Whom to trust and how to show who we are, everything from memory.
package struct TLSOptions: Sendable, Hashable {
    /// The only authorities to trust; nil for those of the system.
    package var caPEM: [UInt8]?
    /// Our certificate and the chain behind it; may hold the key too.
    package var certificatePEM: [UInt8]?
    package var privateKeyPEM: [UInt8]?
    /// The name to ask for and to verify, where it is not the host of the URL (kubeconfig's `tls-server-name`).
    package var serverName: String?
    package var skipsVerification: Bool

    package init(
        caPEM: [UInt8]? = nil, certificatePEM: [UInt8]? = nil, privateKeyPEM: [UInt8]? = nil, serverName: String? = nil,
        skipsVerification: Bool = false
    ) {
        self.caPEM = caPEM
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
        self.serverName = serverName
        self.skipsVerification = skipsVerification
    }
}

extension TLSOptions: CustomStringConvertible, CustomReflectable {
    /// Never the key.
    package var description: String {
        var parts: [String] = []
        if caPEM != nil { parts.append("own authorities") }
        if certificatePEM != nil { parts.append("client certificate") }
        if let serverName { parts.append("server name \"\(serverName)\"") }
        if skipsVerification { parts.append("not verified") }
        return parts.isEmpty ? "TLS" : "TLS (\(parts.joined(separator: ", ")))"
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
