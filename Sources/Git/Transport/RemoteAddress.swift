internal import Basics
internal import HTTP

/// The address of a repository after all checks, in the three ways one is reached.
///
/// Nothing of it can become an option of a program or another transport:
/// `ext::…` and parts that start with "-" are refused (CVE-2017-1000117).
enum RemoteAddress: Sendable, Hashable {
    /// Without credentials and without a slash at the end.
    case http(base: String, address: Address, user: String?, password: String?)
    case ssh(user: String, host: String, port: Int, path: String)
    case file(path: String)

    init(_ remote: GitRemote) throws(GitError) {
        let text = remote.url
        let place = withoutCredentials(text)
        func refused(_ message: String, _ advice: String) -> GitError { GitError(.scheme, message, place: place, advice: advice) }
        let forms = "write https://host/path, ssh://user@host/path or user@host:path"
        guard !text.isEmpty, !text.hasPrefix("-"), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw refused("not the address of a repository", forms)
        }
        func allow(_ scheme: String) throws(GitError) {
            guard remote.allowedSchemes.contains(scheme) else {
                let allowed = remote.allowedSchemes.sorted().joined(separator: ", ")
                throw refused("the scheme \"\(scheme)\" is not allowed for repositories", "allowed: \(allowed)")
            }
        }
        if let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") {
            let scheme = text[..<colon].lowercased()
            try allow(scheme == "git+ssh" || scheme == "ssh+git" ? "ssh" : scheme)
            switch scheme {
            case "file":
                self = .file(path: String(text[text.index(colon, offsetBy: 3)...]))
            case "http", "https":
                guard let address = Address(text), !address.host.isEmpty, !address.host.hasPrefix("-") else {
                    throw refused("not the address of a repository", forms)
                }
                guard address.query == nil else { throw refused("the address of a repository has no query", "remove what follows \"?\"") }
                var base = "\(address.scheme)://\(address.authority)\(address.path)"
                while base.hasSuffix("/") { base.removeLast() }
                self = .http(base: base, address: address, user: address.user, password: address.password)
            default:
                guard let address = Address(text) else { throw refused("not the address of a repository", forms) }
                let path = address.path.hasPrefix("/~") ? String(address.path.dropFirst()) : address.path
                self = try Self.ssh(
                    user: address.user, host: address.host, port: address.port, path: percentDecoded(path), refused: refused)
            }
            return
        }
        guard !text.contains("::") else { throw refused("the form \"transport::address\" is not allowed", forms) }
        let head = text.prefix { $0 != "/" }
        if let colon = head.firstIndex(of: ":") {
            try allow("ssh")
            let authority = text[..<colon]
            let path = String(text[text.index(after: colon)...])
            if let at = authority.lastIndex(of: "@") {
                self = try Self.ssh(
                    user: String(authority[..<at]), host: String(authority[authority.index(after: at)...]), port: nil, path: path,
                    refused: refused)
            } else {
                self = try Self.ssh(user: nil, host: String(authority), port: nil, path: path, refused: refused)
            }
            return
        }
        try allow("file")
        self = .file(path: text)
    }

    private static func ssh(
        user: String?, host: String, port: Int?, path: String, refused: (String, String) -> GitError
    ) throws(GitError) -> RemoteAddress {
        let user = user ?? "git"
        guard !host.isEmpty, !host.hasPrefix("-"), !user.isEmpty, !user.hasPrefix("-"), !user.contains(where: { $0.isWhitespace }),
            !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" }), (1...65_535).contains(port ?? 22)
        else { throw refused("not the address of a repository", "write ssh://user@host/path or user@host:path") }
        guard !path.isEmpty, path != "/", !path.hasPrefix("-") else {
            throw refused("the address names no repository on \"\(host)\"", "write ssh://user@host/path or user@host:path")
        }
        return .ssh(user: user, host: host, port: port ?? 22, path: path)
    }
}

extension RemoteAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .http(let base, _, _, _): base
        case .ssh(let user, let host, let port, let path):
            "ssh://\(user)@\(host.contains(":") ? "[\(host)]" : host)\(port == 22 ? "" : ":\(port)")\(path.hasPrefix("/") ? "" : "/")\(path)"
        case .file(let path): "file://\(path)"
        }
    }
}
