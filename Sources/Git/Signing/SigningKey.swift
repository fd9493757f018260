internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A private SSH key that signs commits, as `gpg.format=ssh` does in git.
///
/// Signatures are of OpenSSH's form (`PROTOCOL.sshsig`) with the namespace "git" and SHA-512, so that
/// `git log --show-signature` and the forges check them.
package struct SigningKey: Sendable {
    enum Secret: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case p521(P521.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    private let secret: Secret
    /// The public half as SSH writes it.
    private let publicBlob: [UInt8]
    private let comment: String

    /// Reads a private key without a passphrase: OpenSSH's own format, or PEM (PKCS#8, PKCS#1, SEC 1).
    package init(openSSHPrivateKey file: [UInt8]) throws(GitError) {
        (secret, comment) = try Self.read(file)
        do {
            publicBlob = try Self.publicBlob(secret)
        } catch {
            throw Self.unreadable("its public half cannot be made")
        }
    }

    /// The public half as a line of `authorized_keys`; with a principal before it, of git's `allowedSignersFile`.
    package var publicKeyLine: String {
        "\(keyType) \(base64(publicBlob))" + (comment.isEmpty ? "" : " \(comment)")
    }

    /// The armored signature of a commit's bytes, for its `gpgsig` header.
    package func sign(_ content: [UInt8]) throws(GitError) -> String {
        var message = SSHWireWriter()
        message.raw(Self.magic)
        message.text(Self.namespace)
        message.text("")
        message.text(Self.hash)
        message.string(Array(SHA512.hash(data: content)))
        var signature = SSHWireWriter()
        signature.raw(Self.magic)
        signature.number(1)
        signature.string(publicBlob)
        signature.text(Self.namespace)
        signature.text("")
        signature.text(Self.hash)
        do {
            signature.string(try raw(message.bytes))
        } catch {
            throw GitError(.signingKey, "the signature cannot be made: \(error)", place: Self.place, advice: "give another key")
        }
        var lines = ["-----BEGIN SSH SIGNATURE-----"]
        var rest = base64(signature.bytes)[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(70)))
            rest = rest.dropFirst(70)
        }
        return (lines + ["-----END SSH SIGNATURE-----"]).joined(separator: "\n")
    }

    private static let magic = Array("SSHSIG".utf8)
    private static let namespace = "git"
    private static let hash = "sha512"
    static let place = "signing key"

    private var keyType: String {
        switch secret {
        case .ed25519: "ssh-ed25519"
        case .p256: "ecdsa-sha2-nistp256"
        case .p384: "ecdsa-sha2-nistp384"
        case .p521: "ecdsa-sha2-nistp521"
        case .rsa: "ssh-rsa"
        }
    }

    /// A signature in SSH's form: RFC 8709 (Ed25519), 5656 (ECDSA), 8332 (RSA with SHA-512).
    private func raw(_ message: [UInt8]) throws -> [UInt8] {
        var writer = SSHWireWriter()
        func curve(_ points: Data) {
            var numbers = SSHWireWriter()
            numbers.integer(points.prefix(points.count / 2))
            numbers.integer(points.dropFirst(points.count / 2))
            writer.text(keyType)
            writer.string(numbers.bytes)
        }
        switch secret {
        case .ed25519(let key):
            writer.text(keyType)
            writer.string(Array(try key.signature(for: message)))
        case .p256(let key): curve(try key.signature(for: SHA256.hash(data: message)).rawRepresentation)
        case .p384(let key): curve(try key.signature(for: SHA384.hash(data: message)).rawRepresentation)
        case .p521(let key): curve(try key.signature(for: SHA512.hash(data: message)).rawRepresentation)
        case .rsa(let key):
            writer.text("rsa-sha2-512")
            writer.string(Array(try key.signature(for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation))
        }
        return writer.bytes
    }

    private static func publicBlob(_ secret: Secret) throws -> [UInt8] {
        var writer = SSHWireWriter()
        func curve(_ name: String, _ point: Data) {
            writer.text("ecdsa-sha2-\(name)")
            writer.text(name)
            writer.string(Array(point))
        }
        switch secret {
        case .ed25519(let key):
            writer.text("ssh-ed25519")
            writer.string(Array(key.publicKey.rawRepresentation))
        case .p256(let key): curve("nistp256", key.publicKey.x963Representation)
        case .p384(let key): curve("nistp384", key.publicKey.x963Representation)
        case .p521(let key): curve("nistp521", key.publicKey.x963Representation)
        case .rsa(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            writer.text("ssh-rsa")
            writer.integer(numbers.publicExponent)
            writer.integer(numbers.modulus)
        }
        return writer.bytes
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The public half alone: a secret has no text.
    package var description: String { publicKeyLine }
    package var debugDescription: String { description }
    package var customMirror: Swift.Mirror { Swift.Mirror(self, children: []) }
}
