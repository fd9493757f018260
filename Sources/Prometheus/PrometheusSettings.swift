/// Where a metrics server is and how it lets us in.
package struct PrometheusSettings: Sendable, Hashable {
    package enum Credential: Sendable, Hashable {
        case none
        case basic(user: String, password: String)
        case bearer(String)
        /// The path of a file with a token that others renew: read again for each query.
        case bearerFile(String)
    }

    /// With a path where the server stands behind one, such as `https://metrics.example/prometheus`.
    package var url: String
    package var credential: Credential
    /// Further header fields, such as the tenant of a server for many (`X-Scope-OrgID`).
    package var headers: [String: String]
    /// For one query; the server is told, so that it does not go on without us.
    package var timeout: Duration
    /// In bytes; more is an error.
    package var answerLimit: Int

    package init(
        url: String, credential: Credential = .none, headers: [String: String] = [:], timeout: Duration = .seconds(10), answerLimit: Int = 16 << 20
    ) {
        (self.url, self.credential, self.headers, self.timeout, self.answerLimit) = (url, credential, headers, timeout, answerLimit)
    }
}

extension PrometheusSettings: CustomStringConvertible, CustomReflectable {
    /// Never the credential.
    package var description: String { "Prometheus at an address of its own" }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
