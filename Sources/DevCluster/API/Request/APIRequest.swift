import Basics
import Document
import HTTP

/// A request as the server sees it: method, decoded path segments, query, headers, body.
struct APIRequest: Sendable {
    var method: String
    /// Without a trailing slash, percent-decoded.
    var segments: [String]
    var query: [String: [String]]
    var headers: HTTPHeaders
    var body: [UInt8]

    init(_ request: HTTPRequest) {
        method = request.method.uppercased()
        headers = request.headers
        body = request.body ?? []
        var rest = Substring(request.url)
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? ""
        }
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let mark = rest.firstIndex(of: "?")
        segments = rest[..<(mark ?? rest.endIndex)].split(separator: "/").map { percentDecoded($0) }
        query = [:]
        guard let mark else { return }
        for pair in rest[rest.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first else { continue }
            let value = parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: true) : ""
            query[percentDecoded(name, plusIsSpace: true), default: []].append(value)
        }
    }

    /// The first value of a query parameter; nil where it is missing or empty.
    func parameter(_ name: String) -> String? {
        guard let value = query[name]?.first, !value.isEmpty else { return nil }
        return value
    }

    func flag(_ name: String) -> Bool {
        guard let value = query[name]?.first else { return false }
        return value == "true" || value == "1" || value == ""
    }

    var path: String { "/" + segments.joined(separator: "/") }
    var accept: String { headers["Accept"] ?? "" }

    /// The media type alone, without parameters.
    var contentType: String {
        let whole = headers["Content-Type"] ?? ""
        return (whole.split(separator: ";").first.map(String.init) ?? "").trimmingSpaces.lowercased()
    }

    /// Who made the request, as the API server derives it: `fieldManager`, else the
    /// User-Agent up to its first slash (KEP 555).
    var manager: String {
        if let manager = parameter("fieldManager") { return manager }
        let agent = headers["User-Agent"] ?? ""
        let name = agent.prefix { $0 != "/" }
        return String(name.prefix(128)).isEmpty ? "unknown" : String(name.prefix(128))
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        let head = drop { $0 == " " || $0 == "\t" }
        guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(head[...last])
    }
}
