internal import Template

extension FunctionTable {
    /// Sprig's URLs: taken apart into a map, put together from one.
    mutating func registerURLs() {
        register("urlParse", .string) { _, a in
            let url = try GoURL(a.string(0))
            return .map(DatumMap([
                "scheme": .string(url.scheme), "host": .string(url.host), "hostname": .string(url.hostname), "path": .string(url.path),
                "query": .string(url.query), "opaque": .string(url.opaque), "fragment": .string(url.fragment),
                "userinfo": .string(url.userinfo ?? ""),
            ]))
        }
        register("urlJoin", .map) { _, a in
            let map = a.map(0)
            func field(_ name: String) throws -> String {
                switch map[name] {
                case nil: return ""
                case .null?, .undefined?: throw nilDereference
                case .string(let text)?: return text
                case let other?: throw FunctionError("unable to parse \(name) key, must be of type string, but \(other.kindName) found")
                }
            }
            var url = GoURL()
            url.scheme = try field("scheme")
            url.host = try field("host")
            url.path = try field("path")
            url.query = try field("query")
            url.opaque = try field("opaque")
            url.fragment = try field("fragment")
            let user = try field("userinfo")
            if !user.isEmpty {
                do throws(FunctionError) { url.userinfo = try GoURL("proto://\(user)@host").userinfo } catch {
                    throw FunctionError("unable to parse userinfo in dict" + error.description.dropFirst("unable to parse url".count))
                }
            }
            return .string(url.description)
        }
    }
}

/// A URL as Go's `net/url` takes it apart.
struct GoURL: CustomStringConvertible {
    var scheme = ""
    var opaque = ""
    /// "user:password", escaped.
    var userinfo: String?
    var host = ""
    /// Unescaped.
    var path = ""
    var query = ""
    var fragment = ""

    init() {}

    init(_ text: String) throws(FunctionError) {
        func failure(_ problem: String) -> FunctionError { FunctionError("unable to parse url: parse \(goQuoted(text)): \(problem)") }
        if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
            throw failure("net/url: invalid control character in URL")
        }
        var rest = text
        if let hash = goCut(rest, "#") {
            fragment = try Self.unescaped(hash.after, failure)
            rest = hash.before
        }
        let colon = rest.utf8.firstIndex { !((97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 43 || $0 == 45 || $0 == 46) }
        if let colon, rest.utf8[colon] == UInt8(ascii: ":") {
            let name = rest[..<colon]
            if name.isEmpty { throw failure("missing protocol scheme") }
            if let first = name.utf8.first, (97...122).contains(first) || (65...90).contains(first) {
                scheme = name.lowercased()
                rest = String(rest[rest.index(after: colon)...])
            } else if !rest.hasPrefix("/") {
                throw failure("first path segment in URL cannot contain colon")
            }
        }
        if let mark = goCut(rest, "?") {
            query = mark.after
            rest = mark.before
        }
        if !scheme.isEmpty, !rest.hasPrefix("/"), !rest.isEmpty {
            opaque = rest
            return
        }
        if scheme.isEmpty, !rest.hasPrefix("/"), let segment = rest.split(separator: "/", omittingEmptySubsequences: false).first, segment.contains(":") {
            throw failure("first path segment in URL cannot contain colon")
        }
        if rest.hasPrefix("//"), !rest.hasPrefix("///") || !scheme.isEmpty {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = String(rest.dropFirst(2 + authority.count))
            host = String(authority)
            if let at = authority.lastIndex(of: "@") {
                let isUserinfo = authority[..<at].utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._:~!$&'()*+,;=%@".utf8.contains(byte)
                }
                if !isUserinfo { throw failure("net/url: invalid userinfo") }
                var parts: [String] = []
                for part in goSplit(String(authority[..<at]), ":", limit: 2) {
                    parts.append(Self.escaped(try Self.unescaped(part, failure), besides: "$&+,;="))
                }
                userinfo = parts.joined(separator: ":")
                host = String(authority[authority.index(after: at)...])
            }
            if host.hasPrefix("["), !host.contains("]") { throw failure("missing ']' in host") }
            let port = host.hasPrefix("[") ? goCut(host, "]")?.after ?? "" : goCut(host, ":").map { ":" + $0.after } ?? ""
            if !port.isEmpty, !(port.hasPrefix(":") && port.dropFirst().utf8.allSatisfy { (48...57).contains($0) }) {
                throw failure("invalid port \(goQuoted(port)) after host")
            }
            if let problem = Self.hostProblem(host) { throw failure(problem) }
        }
        path = try Self.unescaped(rest, failure)
    }

    /// A host with characters none has, or brackets around what is no IPv6 address.
    private static func hostProblem(_ host: String) -> String? {
        // A zone in brackets may have any escape.
        let checked = host.hasPrefix("[") ? goCut(host, "%25")?.before ?? host : host
        var bytes = Array(checked.utf8)[...]
        while let byte = bytes.first {
            if byte == UInt8(ascii: "%") {
                let digits = String(decoding: bytes.dropFirst().prefix(2), as: UTF8.self)
                guard let value = UInt8(digits, radix: 16), digits.utf8.count == 2, value >= 0x80 || digits == "25" else {
                    return "invalid URL escape \(goQuoted("%" + digits))"
                }
            } else if byte < 0x80 {
                let isAllowed = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "-_.~!$&'()*+,;=:[]<>\"".utf8.contains(byte)
                if !isAllowed { return "invalid character \(goQuoted(String(Unicode.Scalar(byte)))) in host name" }
            }
            bytes = bytes.dropFirst()
        }
        guard host.hasPrefix("["), let address = goCut(String(host.dropFirst()), "]")?.before else { return nil }
        return NetworkFormats.addressProblem(goReplace(address, "%25", "%")).map { "invalid host: \($0)" }
    }

    var hostname: String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        return goCut(host, ":")?.before ?? host
    }

    var description: String {
        var text = scheme.isEmpty ? "" : scheme + ":"
        if !opaque.isEmpty {
            text += opaque
        } else {
            if !scheme.isEmpty || !host.isEmpty || userinfo != nil, !host.isEmpty || !path.isEmpty || userinfo != nil {
                text += "//"
                if let userinfo { text += userinfo + "@" }
                text += Self.escaped(host, besides: "!$&'()*+,;=:[]<>\"")
            }
            let escaped = Self.escaped(path, besides: "$&+,/:;=@")
            if !escaped.isEmpty, !escaped.hasPrefix("/"), !host.isEmpty { text += "/" }
            // A colon in the first segment would be taken for the end of a scheme (RFC 3986, 4.2).
            if text.isEmpty, escaped.prefix(while: { $0 != "/" }).contains(":") { text += "./" }
            text += escaped
        }
        if !query.isEmpty { text += "?" + query }
        if !fragment.isEmpty { text += "#" + Self.escaped(fragment, besides: "$&+,/:;=?@!()*") }
        return text
    }

    private static func unescaped(_ text: String, _ failure: (String) -> FunctionError) throws(FunctionError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                output.append(bytes[index])
                index += 1
                continue
            }
            let digits = String(decoding: bytes[index...].prefix(3).dropFirst(), as: UTF8.self)
            guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16), !digits.hasPrefix("+") else {
                throw failure("invalid URL escape \(goQuoted("%" + digits))")
            }
            output.append(byte)
            index += 3
        }
        return goString(output)
    }

    /// Percent signs for all but letters, digits, "-_.~" and what the part of the URL allows.
    private static func escaped(_ text: String, besides allowed: String) -> String {
        var output: [UInt8] = []
        for byte in goBytes(text) {
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-_.~".utf8.contains(byte) || allowed.utf8.contains(byte)
            if isPlain {
                output.append(byte)
            } else {
                output += "%".utf8
                output += Letters.upper(Hexadecimal.text([byte])).utf8
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// Go's `strings.Cut`: nil where the separator is not there.
func goCut(_ text: String, _ separator: String) -> (before: String, after: String)? {
    let parts = goSplit(text, separator, limit: 2)
    guard parts.count == 2 else { return nil }
    return (parts[0], parts[1])
}
