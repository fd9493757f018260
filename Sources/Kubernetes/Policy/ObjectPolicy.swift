/// What an object's annotations ask of Martlet.
package struct ObjectPolicy: Sendable, Hashable {
    /// Martlet leaves the object alone.
    package var isIgnored = false
    /// False: never deleted.
    package var prunes = true
    /// Deleted and made anew where a change is refused as immutable.
    package var replaces = false
    package var wave = 0

    package var isAutomated = false
    /// Which tags count, by container.
    package var tags: [String: TagFilter] = [:]
    /// Which tags count for containers that `tags` does not name (Flux's `tag_all`).
    package var tagsOfOthers: TagFilter?
    package var isLocked = false
    package var lockedBy: String?
    package var lockedReason: String?

    /// Nil: the Deployment's own.
    package var strategy: Strategy?
    /// Empty: the strategy's default.
    package var steps: [RolloutStep] = []
    /// All of them must hold.
    package var matches: [RequestMatch] = []
    package var analysis: [String] = []
    package var gate: Gate?
    package var onFailure = OnFailure.rollback
    package var traffic = Traffic.auto

    package init() {}
}

/// Which tags of an image count; the text is checked where it is used.
package enum TagFilter: Sendable, Hashable {
    case semver(String)
    case glob(String)
    case regex(String)
    case newest
}

/// How a new version gets to users.
package enum Strategy: String, Sendable, Hashable, CaseIterable {
    case recreate, ramped, canary, mirror
    case blueGreen = "blue-green"
    case abTest = "ab-test"
}

/// A stage of a rollout and how long it lasts.
package struct RolloutStep: Sendable, Hashable {
    package enum Stage: Sendable, Hashable {
        /// The share of requests, in percent.
        case weight(Int)
        /// Blue-green: the new version is up, and only its preview leads there.
        case preview
        /// A/B test: the matching requests go there.
        case match
    }

    package var stage: Stage
    package var duration: Duration

    package init(_ stage: Stage, _ duration: Duration) {
        self.stage = stage
        self.duration = duration
    }
}

/// A condition on a request of an A/B test.
package struct RequestMatch: Sendable, Hashable {
    package enum Source: String, Sendable { case header, cookie }

    package var source: Source
    package var name: String
    package var isRegularExpression: Bool
    package var value: String

    package init(_ source: Source, _ name: String, isRegularExpression: Bool, _ value: String) {
        self.source = source
        self.name = name
        self.isRegularExpression = isRegularExpression
        self.value = value
    }
}

/// A wait for a decision before everybody gets the new version: a person's, and a webhook's where there is one.
package struct Gate: Sendable, Hashable {
    package enum Expiry: String, Sendable, CaseIterable { case reject, promote }

    /// Nil: for ever.
    package var limit: Duration?
    package var expiry = Expiry.reject
    /// Asked whether to go on; http or https, without credentials.
    package var url: String?

    package init(limit: Duration? = nil, expiry: Expiry = .reject, url: String? = nil) {
        self.url = url
        self.limit = limit
        self.expiry = expiry
    }
}

package enum OnFailure: String, Sendable, Hashable, CaseIterable { case rollback, pause, revert }

/// Who splits the traffic.
package enum Traffic: Sendable, Hashable {
    case auto, none
    case httpRoute(String), virtualService(String), ingress(String)
}
