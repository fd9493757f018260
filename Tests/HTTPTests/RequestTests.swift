import HTTP
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("https://example.org", "https://example.org/", 443),
        ("HTTPS://user:p%40ss@Example.org:8443/a/b?c=d", "https://Example.org:8443/a/b?c=d", 8443),
        ("http://[::1]:80/x", "http://[::1]:80/x", 80),
    ])
    func parts(text: String, shown: String, port: Int) throws {
        let address = try #require(Address(text))
        #expect(address.description == shown)
        #expect(address.effectivePort == port)
    }

    @Test func credentialsAreDecoded() throws {
        let address = try #require(Address("https://us%20er:p%40ss@host/"))
        #expect(address.user == "us er")
        #expect(address.password == "p@ss")
        #expect(!"\(address)".contains("p@ss") && !"\(address)".contains("p%40ss"))
    }

    @Test(arguments: ["", "host", "https://", "https://a b/", "https://a/\r\nX: y", "https://a/\0b", "https://a:99999/"])
    func refused(text: String) { #expect(Address(text) == nil) }

    @Test(arguments: [
        ("https://u:secret@host/x", "https://host/x"), ("weird//u:secret@host/x", "weird//host/x"), ("no url", "no url"),
    ])
    func textsHaveNoCredentials(text: String, shown: String) { #expect(withoutCredentials(text) == shown) }
}

@Suite struct RequestCheckTests {
    let transport = CurlTransport()

    @Test(arguments: [
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["A": "b\r\nC: d"]),
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["A": "b\nC: d"]),
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["A": "b\0c"]),
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["A\r\nB": "c"]),
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["A:": "c"]),
        HTTPRequest("GET", "http://127.0.0.1:1/", headers: ["": "c"]),
        HTTPRequest("GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "http://127.0.0.1:1/"),
        HTTPRequest("GET", "http://127.0.0.1:1/\r\nX: y"),
        HTTPRequest("GET", "http://127.0.0.1:1/ HTTP/1.1"),
        HTTPRequest("GET", "ftp://127.0.0.1/"),
        HTTPRequest("GET", "file:///etc/passwd"),
        HTTPRequest("GET", "gopher://127.0.0.1:70/"),
        HTTPRequest("GET", "127.0.0.1"),
    ])
    func refused(request: HTTPRequest) async {
        await #expect { try await transport.send(request) } throws: { error in
            if case .address = error as? HTTPError { true } else { false }
        }
    }

    @Test func onlyAllowedSchemes() async {
        let strict = CurlTransport(allowedSchemes: ["https"])
        await #expect(throws: HTTPError.address("\"http://127.0.0.1:1/\": the scheme \"http\" is not allowed here; allowed: https")) {
            try await strict.send(HTTPRequest("GET", "http://127.0.0.1:1/"))
        }
    }

    @Test func errorsShowNoPassword() async {
        do {
            _ = try await transport.send(HTTPRequest("GET", "ftp://user:hunter2@127.0.0.1/"))
            Issue.record("was sent")
        } catch {
            #expect(!"\(error)".contains("hunter2"))
        }
    }
}
