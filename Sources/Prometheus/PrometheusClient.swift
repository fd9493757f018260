package import Basics
internal import Document
package import HTTP

/// Asks a server with Prometheus' HTTP API (also Thanos, Mimir and VictoriaMetrics, which speak it).
///
/// One request for each query and no second try: who asks does so again soon
/// anyhow. Redirects are not followed, so credentials stay with the server they
/// are for. What to trust and a client certificate are the transport's.
package struct PrometheusClient: Sendable {
    private let transport: any HTTPTransport
    package let settings: PrometheusSettings
    /// The API's address, without a slash at the end.
    private let base: String
    private let readFile: @Sendable (String) throws -> [UInt8]

    /// - Parameter readFile: gives the content of the token file.
    /// - Throws: `.configuration` for an address that is none.
    package init(
        transport: any HTTPTransport, settings: PrometheusSettings, readFile: @escaping @Sendable (String) throws -> [UInt8] = { _ in throw NoFiles() }
    ) throws(PrometheusError) {
        let shown = withoutCredentials(settings.url)
        guard let address = Address(settings.url), ["http", "https"].contains(address.scheme) else {
            throw PrometheusError(.configuration, "\"\(shown)\" is no address of a Prometheus: write http://host:port or https://host/path")
        }
        guard address.query == nil, !settings.url.contains("#") else {
            throw PrometheusError(.configuration, "\"\(shown)\" is no address of a Prometheus: leave out what stands behind its path")
        }
        var settings = settings
        // Written into the address, they are as good as beside it.
        if settings.credential == .none, let user = address.user {
            settings.credential = .basic(user: user, password: address.password ?? "")
        }
        var path = address.path
        while path.hasSuffix("/") { path.removeLast() }
        base = "\(address.scheme)://\(address.authority)\(path)/api/v1/"
        (self.transport, self.settings, self.readFile) = (transport, settings, readFile)
    }

    /// What the default reader of files throws.
    package struct NoFiles: Error {
        package init() {}
    }

    /// The value at one moment; nil: now, by the server's clock.
    package func query(_ text: String, at time: Timestamp? = nil) async throws(PrometheusError) -> QueryAnswer {
        var fields = [("query", text)]
        if let time { fields.append(("time", Self.seconds(time))) }
        return try await ask("query", fields)
    }

    /// The values from `start` to `end`, one each `step`.
    package func queryRange(_ text: String, from start: Timestamp, to end: Timestamp, step: Duration) async throws(PrometheusError) -> QueryAnswer {
        let fields = [("query", text), ("start", Self.seconds(start)), ("end", Self.seconds(end)), ("step", Self.seconds(step))]
        return try await ask("query_range", fields)
    }

    private func ask(_ endpoint: String, _ fields: [(String, String)]) async throws(PrometheusError) -> QueryAnswer {
        let form = (fields + [("timeout", Self.seconds(settings.timeout))]).map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
        var request = HTTPRequest("POST", base + endpoint, body: Array(form.utf8), timeout: settings.timeout, stallTimeout: settings.timeout)
        for field in settings.headers.sorted(by: { $0.key < $1.key }) { request.headers[field.key] = field.value }
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Accept"] = "application/json"
        request.headers["Authorization"] = try authorization()
        let status: Int, body: [UInt8]
        do throws(HTTPError) {
            let response = try await transport.send(request)
            status = response.status
            body = try await response.body.collect(limit: settings.answerLimit)
        } catch {
            throw failure(error)
        }
        guard status == 200 else { throw failure(status: status, body) }
        do throws(AnswerReader.Problem) {
            return try AnswerReader.read(body)
        } catch {
            throw PrometheusError(.malformed, "\"\(shown)\" answered what cannot be understood: \(error.text)")
        }
    }

    private func authorization() throws(PrometheusError) -> String? {
        switch settings.credential {
        case .none: return nil
        case .basic(let user, let password): return "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
        case .bearer(let token): return "Bearer \(token)"
        case .bearerFile(let path):
            guard let bytes = try? readFile(path) else {
                throw PrometheusError(.denied, "the token file \"\(path)\" for \"\(shown)\" cannot be read")
            }
            let token = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
            guard !token.isEmpty else { throw PrometheusError(.denied, "the token file \"\(path)\" for \"\(shown)\" is empty") }
            return "Bearer \(token)"
        }
    }
}

extension PrometheusClient {
    /// For messages.
    private var shown: String { withoutCredentials(settings.url) }

    private func failure(_ error: HTTPError) -> PrometheusError {
        switch error {
        case .tooLarge(let limit):
            PrometheusError(.malformed, "the answer of \"\(shown)\" is over \(limit) bytes: ask for fewer series")
        case .address: PrometheusError(.configuration, "\"\(shown)\" cannot be asked: \(error)")
        case .certificate: PrometheusError(.unavailable, "\"\(shown)\" cannot be trusted: \(error)")
        case .connection, .timeout, .cancelled: PrometheusError(.unavailable, "\"\(shown)\" does not answer: \(error)")
        }
    }

    /// By the kind of error in the answer, else by its status: proxies before a server write none.
    private func failure(status: Int, _ body: [UInt8]) -> PrometheusError {
        let answer = body.count <= 1 << 20 ? try? JSON.parse(body, maxDepth: 32) : nil
        let said = answer?["error"]?.string.map { ": " + printable($0) } ?? ""
        switch (answer?["errorType"]?.string, status) {
        case (_, 401), (_, 403): return PrometheusError(.denied, "\"\(shown)\" refuses our credentials (status \(status)\(said))")
        case ("bad_data"?, _), ("execution"?, _): return PrometheusError(.query, "\"\(shown)\" refuses the query\(said)")
        case ("timeout"?, _), ("canceled"?, _), ("internal"?, _), ("unavailable"?, _), (_, 429), (_, 500...):
            return PrometheusError(.unavailable, "\"\(shown)\" cannot answer now (status \(status)\(said))")
        case (_, 300..<400):
            return PrometheusError(.malformed, "\"\(shown)\" redirects (status \(status)): write the address that it redirects to")
        case (_, 404), (_, 405):
            return PrometheusError(.malformed, "\"\(shown)\" knows no Prometheus API (status \(status)\(said)): check the path of the address")
        default: return PrometheusError(.malformed, "\"\(shown)\" answered with status \(status)\(said)")
        }
    }

    /// Seconds with a fraction, as a float or a Unix time of the API.
    static func seconds(_ time: Timestamp) -> String { seconds(.milliseconds(time.milliseconds)) }

    static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = (attoseconds / 1_000_000_000_000_000).magnitude
        let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
        guard milliseconds > 0 else { return "\(sign)\(seconds.magnitude)" }
        let digits = String(milliseconds)
        return "\(sign)\(seconds.magnitude)." + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}

/// A text from outside as a message may show it: short, without control characters.
func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(300).map { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) ? "?" : $0 }))
}
