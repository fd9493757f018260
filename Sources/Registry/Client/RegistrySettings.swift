extension RegistryClient {
    /// What an operator may set, and limits that keep a lying registry from costing much.
    package struct Settings: Sendable, Hashable {
        /// Hosts, with their port, that are asked over plain HTTP; also token services and hosts of blobs.
        package var insecure: Set<String>
        /// Of one host.
        package var requestsAtOnce: Int
        /// Of one host, evenly; `burst` may come at once.
        package var requestsPerSecond: Int
        package var burst: Int
        /// The longest pause a host may ask for that a request waits out. Over it, requests fail at once with `.rateLimited(until:)`.
        package var longestPause: Duration
        /// Of one repository; more is an error.
        package var tagLimit: Int
        package var userAgent: String
        /// For one request.
        package var timeout: Duration

        package init(
            insecure: Set<String> = [], requestsAtOnce: Int = 8, requestsPerSecond: Int = 50, burst: Int = 600,
            longestPause: Duration = .seconds(60), tagLimit: Int = 20_000, userAgent: String = "martlet", timeout: Duration = .seconds(60)
        ) {
            (self.insecure, self.requestsAtOnce, self.requestsPerSecond) = (insecure, requestsAtOnce, requestsPerSecond)
            (self.burst, self.longestPause, self.tagLimit) = (burst, longestPause, tagLimit)
            (self.userAgent, self.timeout) = (userAgent, timeout)
        }
    }

    /// Fixed limits.
    enum Limit {
        static let tagPage = 8 << 20
        static let manifest = 4 << 20
        static let configuration = 8 << 20
        static let token = 1 << 20
        /// Tags asked for at once: the most Amazon's registry allows.
        static let tagsPerPage = 1000
        static let pages = 1000
        static let redirects = 5
        /// Of an index, whose configurations are looked at.
        static let platforms = 8
        /// How often a request is sent while the host answers 429 or 503.
        static let tries = 3
    }
}
