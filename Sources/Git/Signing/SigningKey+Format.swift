internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// The files that private keys come in.
extension SigningKey {
    static func unreadable(_ reason: String, advice: String = "give a private key as ssh-keygen writes it, without a passphrase") -> GitError {
        GitError(.signingKey, "the private key for signatures cannot be read: \(reason)", place: place, advice: advice)
    }

    private static func encrypted() -> GitError {
        unreadable("it is encrypted with a passphrase", advice: "take the passphrase off a copy with `ssh-keygen -p -N '' -f FILE`, or make a key of its own")
    }

    /// The key, and the comment where the format has one.
    static func read(_ file: [UInt8]) throws(GitError) -> (Secret, String) {
        guard file.count <= 64 << 10 else { throw unreadable("it is over 64 KiB") }
        let text = String(decoding: file, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        guard let head = lines.first(where: { $0.hasPrefix("-----BEGIN ") }) else {
            let isPublic = text.hasPrefix("ssh-") || text.hasPrefix("ecdsa-")
            throw unreadable(isPublic ? "it is the public half" : "it has no line that begins with -----BEGIN")
        }
        let label = head.dropFirst("-----BEGIN ".count).prefix { $0 != "-" }
        let body = lines.drop { !$0.hasPrefix("-----BEGIN ") }.dropFirst().prefix { !$0.hasPrefix("-----END ") }
        if label == "ENCRYPTED PRIVATE KEY" || body.contains(where: { $0.hasPrefix("Proc-Type:") && $0.contains("ENCRYPTED") }) { throw encrypted() }
        guard label.hasSuffix("PRIVATE KEY") else { throw unreadable("it is a \"\(label.prefix(40))\"") }
        if label == "OPENSSH PRIVATE KEY" {
            guard let bytes = base64Decoded(body.joined()) else { throw unreadable("its base 64 is damaged") }
            return try openSSH(bytes)
        }
        return (try pem(text, base64Decoded(body.joined()) ?? []), "")
    }

    /// PKCS#8, PKCS#1 and SEC 1, told apart by trying.
    private static func pem(_ text: String, _ der: [UInt8]) throws(GitError) -> Secret {
        // RFC 8410: version 0, the algorithm 1.3.101.112, an octet string in an octet string.
        let start: [UInt8] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]
        if der.starts(with: start), let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.dropFirst(start.count)) { return .ed25519(key) }
        if let key = try? P256.Signing.PrivateKey(pemRepresentation: text) { return .p256(key) }
        if let key = try? P384.Signing.PrivateKey(pemRepresentation: text) { return .p384(key) }
        if let key = try? P521.Signing.PrivateKey(pemRepresentation: text) { return .p521(key) }
        if let key = try? _RSA.Signing.PrivateKey(pemRepresentation: text) { return .rsa(key) }
        throw unreadable("it is none of Ed25519, ECDSA on P-256, P-384 or P-521, and RSA of 2048 bits or more")
    }

    /// OpenSSH's own format (`PROTOCOL.key`).
    private static func openSSH(_ bytes: [UInt8]) throws(GitError) -> (Secret, String) {
        let magic = Array("openssh-key-v1\0".utf8)
        guard bytes.starts(with: magic) else { throw unreadable("its first bytes are not OpenSSH's") }
        var outer = SSHWireReader(bytes.dropFirst(magic.count))
        guard let cipher = outer.text(), outer.text() != nil, outer.string() != nil, outer.number() == 1, outer.string() != nil else {
            throw unreadable("its head is damaged")
        }
        guard cipher == "none" else { throw encrypted() }
        guard let section = outer.string() else { throw unreadable("it is cut off") }
        var inner = SSHWireReader(section)
        guard let one = inner.number(), let two = inner.number(), one == two, let type = inner.text() else { throw unreadable("it is damaged") }
        guard let secret = try secret(type, &inner) else { throw unreadable("its numbers are damaged, or an RSA key has under 2048 bits") }
        return (secret, inner.text()?.filter { !$0.isNewline } ?? "")
    }

    private static func secret(_ type: String, _ reader: inout SSHWireReader) throws(GitError) -> Secret? {
        switch type {
        case "ssh-ed25519":
            guard reader.string() != nil, let pair = reader.string(), pair.count == 64 else { return nil }
            return (try? Curve25519.Signing.PrivateKey(rawRepresentation: pair.prefix(32))).map { .ed25519($0) }
        case "ecdsa-sha2-nistp256":
            return number(&reader, 32).flatMap { try? P256.Signing.PrivateKey(rawRepresentation: $0) }.map { .p256($0) }
        case "ecdsa-sha2-nistp384":
            return number(&reader, 48).flatMap { try? P384.Signing.PrivateKey(rawRepresentation: $0) }.map { .p384($0) }
        case "ecdsa-sha2-nistp521":
            return number(&reader, 66).flatMap { try? P521.Signing.PrivateKey(rawRepresentation: $0) }.map { .p521($0) }
        case "ssh-rsa":
            guard let n = reader.integer(), let e = reader.integer(), let d = reader.integer(), reader.integer() != nil, let p = reader.integer(),
                let q = reader.integer()
            else { return nil }
            return (try? _RSA.Signing.PrivateKey(n: n, e: e, d: d, p: p, q: q)).map { .rsa($0) }
        default:
            throw unreadable(
                "a key of type \"\(type.prefix(60))\" cannot sign here", advice: "make one with `ssh-keygen -t ed25519`; ECDSA and RSA work too")
        }
    }

    /// Of a key on a curve: its name and its point are passed over; the number has a fixed width.
    private static func number(_ reader: inout SSHWireReader, _ width: Int) -> [UInt8]? {
        guard reader.string() != nil, reader.string() != nil, let digits = reader.integer(), digits.count <= width else { return nil }
        return [UInt8](repeating: 0, count: width - digits.count) + digits
    }
}

/// Reads base 64 of RFC 4648; nil where something else is in it.
func base64Decoded(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (group, bits): (UInt32, Int) = (0, 0)
    var isOver = false
    for character in text.utf8 {
        let value: UInt8
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character + 4
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="):
            isOver = true
            continue
        default: return nil
        }
        if isOver { return nil }
        group = (group << 6 | UInt32(value)) & 0xffff
        bits += 6
        if bits >= 8 {
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
        }
    }
    return bytes
}
