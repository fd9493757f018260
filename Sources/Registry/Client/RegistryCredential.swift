/// How to show a registry who asks. Never prints its secret.
package enum RegistryCredential: Sendable, Hashable {
    case basic(user: String, password: String)
    /// A refresh token ("identitytoken"): traded for access tokens at the registry's token service.
    case identityToken(String)
    /// A token that is sent as it is ("registrytoken").
    case bearer(String)
}

extension RegistryCredential: CustomStringConvertible, CustomReflectable {
    package var description: String {
        switch self {
        case .basic: "a name and a password"
        case .identityToken: "an identity token"
        case .bearer: "a registry token"
        }
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
