import Basics
import Document
import HTTP

/// The way of a request: address and credentials put on, sent, repeated where that is safe.
extension ClusterClient {
    /// The HTTP request, complete.
    func httpRequest(
        _ request: ClusterRequest, timeout: Duration?, stallTimeout: Duration
    ) throws(ClusterError) -> HTTPRequest {
        var headers = HTTPHeaders()
        headers.append("Accept", request.accept)
        headers.append("User-Agent", userAgent)
        if let contentType = request.contentType { headers.append("Content-Type", contentType) }
        if let authorization = try credentials.authorization() { headers.append("Authorization", authorization) }
        if let user = configuration.impersonate {
            headers.append("Impersonate-User", user)
            for group in configuration.impersonateGroups { headers.append("Impersonate-Group", group) }
        }
        return HTTPRequest(
            request.method, configuration.server + request.target, headers: headers, body: request.body.map { JSON.write($0) },
            timeout: timeout, stallTimeout: stallTimeout)
    }

    /// Sends until there is a success, or an error that another try would not mend.
    func send(_ request: ClusterRequest, retry: RetryPolicy? = nil) async throws(ClusterError) -> Answer {
        let retry = retry ?? limits.retry
        var backoff = Backoff(base: .milliseconds(100), limit: .seconds(10))
        let began = time.elapsed
        var hasRenewed = false
        while true {
            let error: ClusterError
            do {
                return try await once(request)
            } catch let failure {
                error = failure
            }
            if error.code == 401, !hasRenewed, credentials.renew() {
                hasRenewed = true
                continue
            }
            let step = backoff.next(random)
            guard
                let wait = retry.wait(
                    after: error, repeatability: request.repeatability, failures: backoff.failures,
                    passed: time.elapsed - began, step: step)
            else { throw error }
            do { try await time.sleep(for: wait) } catch { throw cancelled }
        }
    }

    /// Sends once, inside the limit of requests under way.
    private func once(_ request: ClusterRequest) async throws(ClusterError) -> Answer {
        let message = try httpRequest(request, timeout: limits.requestTimeout, stallTimeout: .seconds(30))
        let answer: Answer
        do {
            answer = try await flight.pass { [transport, limits] in
                let response = try await transport.send(message)
                let body = try await response.body.collect(limit: limits.answerBytes)
                return Answer(status: response.status, headers: response.headers, body: body)
            }
        } catch let error as HTTPError {
            throw ClusterError(error, server: configuration.server)
        } catch {
            throw cancelled
        }
        guard (200..<300).contains(answer.status) else { throw failure(request, answer) }
        return answer
    }

    /// What an answer that is no success says.
    func failure(_ request: ClusterRequest, _ answer: Answer) -> ClusterError {
        let body = try? JSON.parse(answer.body, maxDepth: 64)
        var error = ClusterError(
            status: answer.status, headers: answer.headers, body: body, text: answer.text,
            request: "\(request.method) \(request.path)", now: time.now)
        if error.code == 401 { error.message = unauthorizedText }
        return error
    }

    /// A 401 says nothing but "Unauthorized"; what a person needs is whose credentials these were.
    private var unauthorizedText: String {
        let origin = configuration.origin.isEmpty ? "" : " of \(configuration.origin)"
        let server = "API server \"\(configuration.server)\" refused \(configuration.credentials)\(origin)"
        if let token = try? credentials.authorization(), token.hasPrefix("Bearer "),
            let end = expiry(ofToken: String(token.dropFirst(7))), end < time.now
        {
            return "\(server): the token expired at \(end); sign in again to get a new one"
        }
        if case .none = configuration.credentials, configuration.tls.certificatePEM == nil {
            return "API server \"\(configuration.server)\" wants credentials, and \(configuration.origin.isEmpty ? "none are configured" : "\(configuration.origin) has none")"
        }
        return "\(server): expired or revoked; sign in again, or check that it belongs to this cluster"
    }

    var cancelled: ClusterError { ClusterError(.cancelled, message: "cancelled", transport: .cancelled) }

    /// The JSON of an answer.
    func value(_ answer: Answer, _ request: ClusterRequest) throws(ClusterError) -> Value {
        do {
            return try JSON.parse(answer.body)
        } catch {
            throw ClusterError(
                .malformed, code: answer.status,
                message: "\(request.method) \(request.path): the answer is not JSON (\(error)); is \"\(configuration.server)\" an API server?")
        }
    }
}
