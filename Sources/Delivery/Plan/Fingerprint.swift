internal import Crypto
package import Basics
package import Document
package import Kubernetes

/// Digests of objects under a secret key, so that the digest of a Secret tells
/// nothing about its values to someone who can guess them.
package struct FingerprintKey: Sendable {
    private let key: SymmetricKey
    /// To be kept with the digests it made.
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
        key = SymmetricKey(data: bytes)
    }

    package init(random: RandomSource) {
        var bytes: [UInt8] = []
        for _ in 0..<4 {
            let word = random.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        self.init(bytes: bytes)
    }

    /// 128 bits in hex, the same for equal values whatever the order of their keys.
    package func digest(_ value: Value) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: JSON.write(value, sortedKeys: true), using: key)
        return hexText(code.prefix(16))
    }

    /// The digest of exactly the fields that the server says Martlet owns in a live object.
    package func ownedDigest(_ live: Object) -> String {
        digest(ownedFields(of: live, manager: fieldManager).values(in: live))
    }
}

/// The name under which Martlet owns fields (KEP-555, server-side apply).
package let fieldManager = "martlet"
