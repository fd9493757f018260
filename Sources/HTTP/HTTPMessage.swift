package struct HTTPHeaders: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// In the order they stand on the wire.
    package private(set) var fields: [Field]

    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package init() { fields = [] }
    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of a field, whatever the case of its name; setting replaces all of them.
    package subscript(_ name: String) -> String? {
        get { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
        set {
            fields.removeAll { $0.name.lowercased() == name.lowercased() }
            if let newValue { fields.append(Field(name: name, value: newValue)) }
        }
    }

    package mutating func append(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }
    package func values(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }
}

/// One request, built without I/O.
package struct HTTPRequest: Sendable {
    package var method: String
    /// Absolute: scheme, host, path and query.
    package var url: String
    package var headers: HTTPHeaders
    package var body: [UInt8]?
    /// For the whole exchange; nil for a stream without end, such as a watch.
    package var timeout: Duration?
    /// The longest silence while bytes are expected.
    package var stallTimeout: Duration

    package init(
        _ method: String, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        timeout: Duration? = .seconds(60), stallTimeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.stallTimeout = stallTimeout
    }
}

/// The head of an answer; its body may still be on the way.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: HTTPBody

    package init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Who carries requests: libcurl, or in tests and in the embedded cluster a
/// function in the same process.
package protocol HTTPTransport: Sendable {
    /// Returns as soon as the head of the answer is there. Any status is an answer, not an error.
    ///
    /// - Throws: `HTTPError` when there is no answer.
    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}
