/// How to show a git server who asks.
package enum GitCredentials: Sendable, Hashable {
    case none
    case basic(user: String, password: String)
    case bearer(token: String)
    /// In PEM or OpenSSH's format.
    case sshKey(privatePEM: [UInt8], passphrase: String?)
}

extension GitCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind alone: a secret has no text.
    package var description: String {
        switch self {
        case .none: "no credentials"
        case .basic: "user and password"
        case .bearer: "token"
        case .sshKey: "SSH key"
        }
    }

    package var debugDescription: String { description }
    package var customMirror: Swift.Mirror { Swift.Mirror(self, children: []) }
}
