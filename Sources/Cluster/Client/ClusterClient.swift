package import Basics
import Document
package import HTTP
import Kubernetes

/// The API of one cluster: requests, their retries, and what their answers mean.
///
/// Objects stay documents (`Object`); no generated models. Safe to share: at most
/// `Limits.inFlight` requests are under way, in the order they were asked for.
package final class ClusterClient: Sendable {
    package struct Limits: Sendable {
        package var inFlight = 32
        package var retry = RetryPolicy()
        /// The longest answer; lists come in pages, so it is one page.
        package var answerBytes = 256 << 20
        /// The longest line of a watch: etcd keeps at most 1.5 MiB of an object, JSON makes more of it.
        package var watchLineBytes = 16 << 20
        /// For an exchange that is no stream.
        package var requestTimeout = Duration.seconds(60)
        /// The longest silence of a watch before it counts as dead; longer than the server lets a watch live, for API
        /// servers before 1.21 send no bookmarks to a quiet one.
        package var watchSilence = Duration.seconds(180)
        /// What a watch asks the server to live, at least; up to a quarter more, so that not all end together.
        package var watchSeconds = 120
        /// Between two discoveries that an unknown kind asks for.
        package var discoveryInterval = Duration.seconds(5)

        package init() {}
    }

    package let configuration: ClusterConfiguration
    package let limits: Limits
    let transport: any HTTPTransport
    let time: any TimeSource
    let random: RandomSource
    let userAgent: String
    let credentials: CredentialSource
    let flight: WaitingLine
    let discovery: DiscoveryCache

    package init(
        configuration: ClusterConfiguration, transport: any HTTPTransport, time: any TimeSource, random: RandomSource,
        userAgent: String = "martlet", limits: Limits = Limits(), files: FileReader = .system
    ) {
        self.configuration = configuration
        self.limits = limits
        self.transport = transport
        self.time = time
        self.random = random
        self.userAgent = userAgent
        credentials = CredentialSource(configuration.credentials, files: files, time: time)
        flight = WaitingLine(places: limits.inFlight)
        discovery = DiscoveryCache(interval: limits.discoveryInterval)
    }

    private init(_ other: ClusterClient, configuration: ClusterConfiguration) {
        self.configuration = configuration
        limits = other.limits
        transport = other.transport
        time = other.time
        random = other.random
        userAgent = other.userAgent
        credentials = other.credentials
        flight = other.flight
        discovery = other.discovery
    }

    /// The same cluster, acting as someone else; connections, limits and discovery are shared.
    package func impersonating(_ user: String, groups: [String] = []) -> ClusterClient {
        var configuration = configuration
        configuration.impersonate = user
        configuration.impersonateGroups = groups
        return ClusterClient(self, configuration: configuration)
    }

    /// An answer that was a success, read to its end.
    package struct Answer: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: [UInt8]

        package var warnings: [String] { Cluster.warnings(headers) }
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Any request, for paths that are no objects: `/openapi/v3`, `/healthz`, a pod's log.
    package func raw(_ request: ClusterRequest) async throws(ClusterError) -> Answer { try await send(request) }

    /// Any GET.
    package func raw(_ path: String, query: [(String, String?)] = [], accept: String = "*/*") async throws(ClusterError) -> Answer {
        try await send(ClusterRequest("GET", path, query: query, accept: accept))
    }
}
