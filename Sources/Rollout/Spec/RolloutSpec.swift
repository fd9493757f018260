package import Kubernetes

/// How a new version of one workload gets to its users: what the annotations say,
/// with defaults filled in and everything checked.
package struct RolloutSpec: Sendable, Hashable {
    package var workload: ObjectKey
    package var strategy: Strategy
    /// In order; after the last one the candidate becomes the version of all.
    package var steps: [Step]
    /// Which requests see the candidate in an A/B test; all must hold.
    package var matches: [RequestMatch]
    /// Names of metrics to compare; empty: only the pods' health decides.
    package var metrics: [String]
    package var gate: Gate?
    package var onFailure: OnFailure
    package var traffic: Traffic

    package init(
        workload: ObjectKey, strategy: Strategy, steps: [Step], matches: [RequestMatch] = [],
        metrics: [String] = [], gate: Gate? = nil,
        onFailure: OnFailure = .rollback, traffic: Traffic = .auto
    ) {
        (self.workload, self.strategy, self.steps, self.matches) = (workload, strategy, steps, matches)
        (self.metrics, self.gate, self.onFailure, self.traffic) = (metrics, gate, onFailure, traffic)
    }

    /// One stage: who sees the candidate, and for how long at least.
    package struct Step: Sendable, Hashable {
        package var exposure: Exposure
        package var duration: Duration

        package init(_ exposure: Exposure, _ duration: Duration) {
            self.exposure = exposure
            self.duration = duration
        }
    }
}

/// Who sees the candidate.
package enum Exposure: Sendable, Hashable {
    /// Only who asks for it by its preview Service.
    case preview
    /// A share of the requests, in percent; 100 is everybody.
    case weight(Int)
    /// The requests that match.
    case matching
    /// Copies of a share of the requests, in percent; nobody sees its answers.
    case mirror(Int)
}

extension Exposure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .preview: "only the preview leads to the new version"
        case .weight(let percent): "\(percent) % of the requests go to the new version"
        case .matching: "matching requests go to the new version"
        case .mirror(let percent): "\(percent) % of the requests are copied to the new version"
        }
    }
}

/// The two versions of a workload that runs a rollout.
package enum Arm: String, Sendable, Hashable, CaseIterable {
    case stable, next
}
