package import Basics
package import Document
package import HTTP

extension ClusterError {
    /// What an answer that is no success says: from its `Status` where it carries one, else from
    /// the HTTP status and the first line of the text.
    ///
    /// - Parameter request: what was asked, for the text where the server gave none.
    package init(status code: Int, headers: HTTPHeaders, body: Value?, text: String, request: String, now: Timestamp) {
        let waits = headers["Retry-After"].flatMap { wait(retryAfter: $0, now: now) }
        if let body, body["kind"]?.string == "Status" {
            self.init(status: body, code: code, request: request)
            retryAfter = waits ?? retryAfter
            return
        }
        let line = text.prefix(300).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        self.init(
            Reason(code: code), code: code,
            message: "\(request): HTTP \(code)" + (line.isEmpty ? "" : ", \"\(line)\""), retryAfter: waits)
    }

    /// From a `Status` (meta/v1): the answer to a failed request, or the object of a watch's ERROR event.
    package init(status: Value, code fallback: Int = 0, request: String) {
        let code = status["code"]?.int.flatMap { Int(exactly: $0) } ?? fallback
        var reason = Reason(code: code)
        if let text = status["reason"]?.string, !text.isEmpty { reason = Reason(rawValue: text) }
        // Both words mean one thing to us: this resourceVersion is no more.
        if reason == .gone { reason = .expired }
        let details = status["details"]
        let causes = (details?["causes"]?.sequence ?? []).map { cause in
            Cause(
                type: cause["reason"]?.string ?? "", field: cause["field"]?.string ?? "",
                message: cause["message"]?.string ?? "")
        }
        let seconds = details?["retryAfterSeconds"]?.int ?? 0
        let message = status["message"]?.string ?? ""
        self.init(
            reason, code: code, message: message.isEmpty ? "\(request): \(reason.rawValue)" : message, causes: causes,
            retryAfter: seconds > 0 ? .seconds(min(seconds, 86_400)) : nil)
    }

    /// No answer.
    package init(_ error: HTTPError, server: String) {
        let advice: String =
            switch error {
            case .certificate: "; check certificate-authority, or the clock"
            case .connection, .timeout: "; check that the API server runs and can be reached from here"
            case .address, .tooLarge, .cancelled: ""
            }
        self.init(
            error == .cancelled ? .cancelled : .unreachable, message: "API server \"\(server)\": \(error)\(advice)",
            transport: error)
    }
}

extension ClusterError.Reason {
    /// The caller's task was cancelled; nothing is known about the request.
    package static let cancelled = ClusterError.Reason(rawValue: "Cancelled")
    /// Nothing came for longer than it may take. Not the server's own word `Timeout`, with which it refuses and asks for a pause.
    package static let timeout = ClusterError.Reason(rawValue: "Silent")

    /// The reason that belongs to a bare HTTP status (apimachinery, `NewGenericServerResponse`).
    package init(code: Int) {
        switch code {
        case 400: self = .badRequest
        case 401: self = .unauthorized
        case 403: self = .forbidden
        case 404: self = .notFound
        case 405: self = .methodNotAllowed
        case 409: self = .conflict
        case 410: self = .expired
        case 422: self = .invalid
        case 429: self = .tooManyRequests
        case 500...: self = .internalError
        default: self.init(rawValue: "Unknown")
        }
    }
}

/// A `Retry-After` field: seconds, or an HTTP date (RFC 9110, 10.2.3); nil for anything else.
package func wait(retryAfter field: String, now: Timestamp) -> Duration? {
    if let seconds = Int64(field) { return seconds < 0 ? nil : .seconds(min(seconds, 86_400)) }
    guard let date = httpDate(field) else { return nil }
    let wait = date.duration(since: now)
    return wait < .zero ? .zero : min(wait, .seconds(86_400))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form senders may write (RFC 9110, 5.6.7).
private func httpDate(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, parts[5] == "GMT" else { return nil }
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    guard let month = months.firstIndex(of: parts[2]) else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    return Timestamp("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
}

/// The text of each `Warning` field of code 299 (RFC 7234, 5.5; KEP-1693): `299 - "text"`.
package func warnings(_ headers: HTTPHeaders) -> [String] {
    headers.values("Warning").compactMap { field in
        guard let start = field.firstIndex(of: "\"") else { return nil }
        guard field.hasPrefix("299 ") else { return nil }
        var text = ""
        var isEscaped = false
        for character in field[field.index(after: start)...] {
            if isEscaped {
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                break
            } else {
                text.append(character)
            }
        }
        return text
    }
}
