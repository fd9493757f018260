internal import Basics
internal import Crypto

/// Digests of content, `sha256:…`: what a registry hands out must be what was asked for.
enum ContentDigest {
    static func sha256(_ bytes: [UInt8]) -> String { "sha256:" + hexText(SHA256.hash(data: bytes)) }

    /// Whether these bytes have that digest, in whichever algorithm it is written.
    static func matches(_ bytes: [UInt8], _ digest: String) -> Bool {
        switch digest.prefix(7) {
        case "sha256:": sha256(bytes) == digest
        case "sha384:": "sha384:" + hexText(SHA384.hash(data: bytes)) == digest
        case "sha512:": "sha512:" + hexText(SHA512.hash(data: bytes)) == digest
        default: false
        }
    }
}
