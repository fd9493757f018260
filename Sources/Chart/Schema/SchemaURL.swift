internal import Template

/// An absolute URL that a schema is known by, without fragment.
struct SchemaURL: Hashable, Sendable {
    var text: String

    /// What Helm calls the schema of a chart.
    static let values = SchemaURL(text: "file:///values.schema.json")

    /// Resolves a reference: the URL it names, and its fragment, unescaped.
    func resolve(_ reference: String) throws(SchemaError) -> (url: SchemaURL, fragment: String) {
        let (target, fragment) = try Self.split(reference)
        if target.isEmpty { return (self, fragment) }
        let base = try Self.parsed(text), other = try Self.parsed(target)
        return (SchemaURL(text: Self.text(of: Self.joined(base, other))), fragment)
    }

    /// A reference without its fragment, and the fragment unescaped.
    static func split(_ reference: String) throws(SchemaError) -> (url: String, fragment: String) {
        guard let (url, fragment) = goCut(reference, "#") else { return (reference, "") }
        guard fragment.utf8.contains(UInt8(ascii: "%")) else { return (url, fragment) }
        let (parsed, problem) = NetworkFormats.url("#" + fragment)
        guard let parsed else {
            let cause = problem.flatMap { goCut($0, ": ")?.after } ?? ""
            throw SchemaError("error in parsing \(goQuoted(reference)): \(cause)")
        }
        return (url, parsed.fragment)
    }

    static func parsed(_ text: String) throws(SchemaError) -> GoURL {
        let (url, problem) = NetworkFormats.url(text)
        guard let url else { throw SchemaError("error in parsing \(goQuoted(text)): \(problem ?? "")") }
        return url
    }

    /// As Go writes a URL: "//" before every path, whether there is a host or not.
    private static func text(of url: GoURL) -> String {
        var text = url.scheme.isEmpty ? "" : url.scheme + ":"
        if !url.opaque.isEmpty {
            text += url.opaque
        } else {
            if !url.scheme.isEmpty || !url.host.isEmpty { text += "//" }
            if let user = url.userinfo { text += user + "@" }
            text += url.host + escaped(url.path)
        }
        return url.query.isEmpty ? text : text + "?" + url.query
    }

    /// RFC 3986, section 5.2.2.
    private static func joined(_ base: GoURL, _ reference: GoURL) -> GoURL {
        var url = reference
        if !reference.scheme.isEmpty {
            url.path = withoutDots(reference.path)
            return url
        }
        url.scheme = base.scheme
        if !reference.host.isEmpty || reference.userinfo != nil {
            url.path = withoutDots(reference.path)
            return url
        }
        if reference.path.isEmpty, !base.opaque.isEmpty {
            url.opaque = base.opaque
            return url
        }
        url.opaque = base.opaque
        url.host = base.host
        url.userinfo = base.userinfo
        if reference.path.isEmpty {
            url.path = base.path
            if reference.query.isEmpty { url.query = base.query }
        } else if reference.path.hasPrefix("/") {
            url.path = withoutDots(reference.path)
        } else {
            let folder = base.path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(base.path[...$0]) } ?? ""
            url.path = withoutDots(folder + reference.path)
        }
        return url
    }

    private static func withoutDots(_ path: String) -> String {
        guard !path.isEmpty else { return "" }
        var kept: [String] = []
        let parts = goSplit(path, "/")
        for part in parts {
            switch part {
            case ".": continue
            case "..": if kept.count > 1 || kept.first?.isEmpty == false { kept.removeLast() }
            default: kept.append(part)
            }
        }
        if parts.last == "." || parts.last == ".." { kept.append("") }
        let joined = kept.joined(separator: "/")
        return joined.hasPrefix("/") ? joined : "/" + joined
    }

    /// With the pointer of a place in it, escaped as in a URL: "file:///values.schema.json#/$defs/a".
    func location(_ pointer: SchemaPointer) -> String { "\(text)#\(Self.escaped(pointer.text))" }

    static func escaped(_ fragment: String) -> String {
        let isPlain: (UInt8) -> Bool = { byte in
            SchemaFormat.isDigit(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || "-_.~$&+=:@/".utf8.contains(byte)
        }
        if fragment.utf8.allSatisfy(isPlain) { return fragment }
        var output: [UInt8] = []
        for byte in fragment.utf8 {
            if isPlain(byte) {
                output.append(byte)
            } else {
                output += "%".utf8
                let digits = String(byte, radix: 16, uppercase: true)
                output += (digits.utf8.count < 2 ? "0" + digits : digits).utf8
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// A schema that cannot be used: no JSON, against its metaschema, a reference to nothing.
struct SchemaError: Error, Sendable {
    var message: String

    init(_ message: String) { self.message = message }
}
