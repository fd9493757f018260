internal import Basics
internal import Crypto
internal import CryptoExtras
internal import Document
internal import Template

extension FunctionTable {
    /// Sprig's digests, password hashes and ciphers.
    mutating func registerCryptography(_ random: RandomSource) {
        register("sha1sum", .string) { _, a in .string(Hexadecimal.text(Insecure.SHA1.hash(data: goBytes(a.string(0))))) }
        register("sha256sum", .string) { _, a in .string(Hexadecimal.text(SHA256.hash(data: goBytes(a.string(0))))) }
        register("sha512sum", .string) { _, a in .string(Hexadecimal.text(SHA512.hash(data: goBytes(a.string(0))))) }
        register("adler32sum", .string) { _, a in
            var low: UInt32 = 1, high: UInt32 = 0
            for byte in goBytes(a.string(0)) {
                low = (low + UInt32(byte)) % 65_521
                high = (high + low) % 65_521
            }
            return .string(String(high << 16 | low))
        }
        register("bcrypt", .string) { _, a in .string(passwordHash(a.string(0), random)) }
        register("htpasswd", .string, .string) { _, a in
            let user = a.string(0)
            if user.contains(":") { return .string("invalid username: \(user)") }
            return .string("\(user):\(passwordHash(a.string(1), random))")
        }
        register("derivePassword", .int, .string, .string, .string, .string) { _, a in
            .string(try DerivedPassword.text(
                counter: UInt32(truncatingIfNeeded: a.int(0)), kind: a.string(1), password: a.string(2), user: a.string(3), site: a.string(4)))
        }
        register("encryptAES", .string, .string) { _, a in
            let plaintext = goBytes(a.string(1))
            if plaintext.isEmpty { return .string("") }
            let vector = random.bytes(16)
            let sealed = try AES._CBC.encrypt(plaintext, using: key(a.string(0)), iv: try AES._CBC.IV(ivBytes: vector))
            return .string(Base64.encode(vector + Array(sealed)))
        }
        register("decryptAES", .string, .string) { _, a in
            guard !a.string(1).isEmpty else { return .string("") }
            guard let bytes = Base64.decode(a.string(1)) else {
                throw FunctionError("illegal base64 data at input byte \(Base64.faultOffset(a.string(1)))")
            }
            guard bytes.count > 16, bytes.count % 16 == 0 else { throw FunctionError("crypto/cipher: input not full blocks") }
            let opened = try AES._CBC.decrypt(
                bytes.dropFirst(16), using: key(a.string(0)), iv: try AES._CBC.IV(ivBytes: Array(bytes.prefix(16))))
            return .string(goString(opened))
        }
    }
}

/// The first 32 bytes of a password, filled with zeros.
private func key(_ password: String) -> SymmetricKey {
    let bytes = goBytes(password).prefix(32)
    return SymmetricKey(data: bytes + [UInt8](repeating: 0, count: 32 - bytes.count))
}

private func passwordHash(_ password: String, _ random: RandomSource) -> String {
    let bytes = goBytes(password)
    guard bytes.count <= 72 else {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes"
    }
    return Bcrypt.hash(bytes, salt: random.bytes(16), cost: 10)
}

/// Masterpassword's derivation (masterpasswordapp.com/algorithm.html, version 1), as Sprig has it.
private enum DerivedPassword {
    private static let seed = "com.lyndir.masterpassword"

    private static let templates: [String: [String]] = [
        "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long": [
            "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
            "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
            "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
        ],
        "medium": ["CvcnoCvc", "CvcCvcno"], "short": ["Cvcn"], "basic": ["aaanaaan", "aannaaan", "aaannaaa"], "pin": ["nnnn"],
    ]

    private static let characters: [Character: String] = [
        "V": "AEIOU", "C": "BCDFGHJKLMNPQRSTVWXYZ", "v": "aeiou", "c": "bcdfghjklmnpqrstvwxyz",
        "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ", "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz", "n": "0123456789",
        "o": "@&%?,=[]_:-+*$#!'^~;()/.",
        "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    ]

    static func text(counter: UInt32, kind: String, password: String, user: String, site: String) throws -> String {
        guard let templates = templates[kind] else { return "cannot find password template \(kind)" }
        let salt = Array(seed.utf8) + bigEndian(UInt32(truncatingIfNeeded: user.utf8.count)) + Array(user.utf8)
        let key = try KDF.Scrypt.deriveKey(
            from: goBytes(password), salt: salt, outputByteCount: 64, rounds: 32_768, blockSize: 8, parallelism: 2, maxMemory: 128 << 20)
        let message = Array(seed.utf8) + bigEndian(UInt32(truncatingIfNeeded: site.utf8.count)) + Array(site.utf8) + bigEndian(counter)
        let digest = Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        var bytes = digest.makeIterator()
        let template = templates[Int(bytes.next() ?? 0) % templates.count]
        var result = ""
        for symbol in template {
            let choices = Array(characters[symbol] ?? "0")
            result.append(choices[Int(bytes.next() ?? 0) % choices.count])
        }
        return result
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
