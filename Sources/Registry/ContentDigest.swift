internal import Crypto

/// Digests of content, `sha256:…`: what a registry hands out must be what was asked for.
enum ContentDigest {
    static func sha256(_ bytes: [UInt8]) -> String { "sha256:" + hex(SHA256.hash(data: bytes)) }

    /// Whether these bytes have that digest, in whichever algorithm it is written.
    static func matches(_ bytes: [UInt8], _ digest: String) -> Bool {
        switch digest.prefix(7) {
        case "sha256:": sha256(bytes) == digest
        case "sha384:": "sha384:" + hex(SHA384.hash(data: bytes)) == digest
        case "sha512:": "sha512:" + hex(SHA512.hash(data: bytes)) == digest
        default: false
        }
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in digest {
            for nibble in [byte >> 4, byte & 15] { text.append(nibble < 10 ? UInt8(ascii: "0") &+ nibble : UInt8(ascii: "a") &+ nibble &- 10) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
