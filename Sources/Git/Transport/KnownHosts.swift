internal import CSSH2

/// The keys of hosts that someone vouched for, in OpenSSH's format, plain or hashed.
final class KnownHosts {
    enum Answer: Sendable { case match, mismatch, unknown }

    private let hosts: OpaquePointer
    /// Key type and key of each line, in base 64.
    private let keys: [(type: String, key: String)]

    /// Lives no longer than the session.
    init?(_ bytes: [UInt8], ssh: OpaquePointer) {
        guard let hosts = libssh2_knownhost_init(ssh) else { return nil }
        self.hosts = hosts
        var keys: [(type: String, key: String)] = []
        for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let text = String(decoding: line, as: UTF8.self)
            let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 3, let first = words.first, !first.hasPrefix("#"), !first.hasPrefix("@") else { continue }
            // libssh2 wants no space before the first word.
            let clean = words.joined(separator: " ") + "\n"
            if libssh2_knownhost_readline(hosts, clean, clean.utf8.count, LIBSSH2_KNOWNHOST_FILE_OPENSSH) == 0 {
                keys += zip(words.dropFirst(), words.dropFirst(2)).prefix(1).map { (String($0), String($1)) }
            }
        }
        self.keys = keys
    }

    deinit { libssh2_knownhost_free(hosts) }

    func check(host: String, port: Int, key: UnsafeBufferPointer<CChar>) -> Answer {
        let mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_RAW
        let answer = libssh2_knownhost_checkp(hosts, host, CInt(truncatingIfNeeded: port), key.baseAddress, key.count, mask, nil)
        switch answer {
        case LIBSSH2_KNOWNHOST_CHECK_MATCH: return .match
        case LIBSSH2_KNOWNHOST_CHECK_MISMATCH: return .mismatch
        default: return .unknown
        }
    }

    /// The types of key that are known for a host, found by asking for each key itself, as names may be hashed.
    func keyTypes(host: String, port: Int) -> [String] {
        let mask = LIBSSH2_KNOWNHOST_TYPE_PLAIN | LIBSSH2_KNOWNHOST_KEYENC_BASE64
        var types: [String] = []
        for (type, key) in keys where !types.contains(type) {
            let answer = libssh2_knownhost_checkp(hosts, host, CInt(truncatingIfNeeded: port), key, key.utf8.count, mask, nil)
            if answer == LIBSSH2_KNOWNHOST_CHECK_MATCH { types.append(type) }
        }
        return types
    }
}
