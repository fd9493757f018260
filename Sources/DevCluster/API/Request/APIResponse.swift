import Document
import HTTP

/// An answer before it meets the wire.
struct APIResponse: Sendable {
    var status: Int
    var contentType = "application/json"
    var body: HTTPBody
    /// Texts for `Warning: 299` headers.
    var warnings: [String] = []
    var headers: HTTPHeaders = [:]

    init(status: Int = 200, bytes: [UInt8], contentType: String = "application/json") {
        self.status = status
        self.contentType = contentType
        body = HTTPBody(bytes)
    }

    init(status: Int = 200, _ value: Value) { self.init(status: status, bytes: JSON.write(value) + [10]) }

    init(text: String, status: Int = 200) {
        self.init(status: status, bytes: Array(text.utf8), contentType: "text/plain; charset=utf-8")
    }

    init(stream: HTTPBody) {
        status = 200
        body = stream
    }

    init(_ failure: APIFailure) {
        self.init(status: failure.code, failure.status)
        if let seconds = failure.retryAfterSeconds { headers["Retry-After"] = "\(seconds)" }
    }

    var http: HTTPResponse {
        var all = headers
        all["Content-Type"] = contentType
        for warning in warnings {
            let escaped = warning.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            all.append("Warning", "299 - \"\(escaped)\"")
        }
        return HTTPResponse(status: status, headers: all, body: body)
    }
}
