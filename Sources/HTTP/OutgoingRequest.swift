/// A request that was checked: what libcurl gets can neither break out of its
/// header nor reach a scheme that is not allowed.
struct OutgoingRequest: Sendable {
    let request: HTTPRequest
    let address: Address
    /// Lines for `CURLOPT_HTTPHEADER`.
    let headerLines: [String]

    init(_ request: HTTPRequest, allowedSchemes: Set<String>) throws(HTTPError) {
        guard let address = Address(request.url) else {
            throw .address("\"\(withoutCredentials(Self.printable(request.url)))\" is not a URL; write scheme://host/path")
        }
        guard allowedSchemes.contains(address.scheme) else {
            let allowed = allowedSchemes.sorted().joined(separator: ", ")
            throw .address("\"\(address)\": the scheme \"\(address.scheme)\" is not allowed here; allowed: \(allowed)")
        }
        guard Self.isToken(request.method) else {
            throw .address("\"\(Self.printable(request.method))\" is not an HTTP method")
        }
        var lines: [String] = []
        for field in request.headers.fields {
            guard Self.isToken(field.name) else {
                throw .address("\"\(Self.printable(field.name))\" is not the name of a header field")
            }
            guard field.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }) else {
                throw .address("the header field \"\(field.name)\" has a control character in its value; remove the line break")
            }
            // A semicolon is libcurl's way to write a field without a value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // libcurl's own habits: a form's content type, and a wait for "100 Continue".
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["Expect"] == nil { lines.append("Expect:") }
        (self.request, self.address, headerLines) = (request, address, lines)
    }

    /// RFC 9110 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }))
    }
}
