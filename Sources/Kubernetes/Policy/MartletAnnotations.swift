/// The names Martlet reads and writes on objects.
package enum MartletAnnotations {
    package static let prefix = "martlet.dev/"

    /// Label and annotation by which an object is known to be an application's.
    package static let application = "martlet.dev/application"
    package static let tracking = "martlet.dev/tracking"
    /// The state of a running rollout.
    package static let rollout = "martlet.dev/rollout"
    /// What a person asks of a running rollout.
    package static let rolloutRequest = "martlet.dev/rollout-request"
    /// The digest of the configuration that a workload's pods read.
    package static let configuration = "martlet.dev/configuration"
    /// On objects that a rollout adds for its time: the workload's name.
    package static let armOf = "martlet.dev/arm-of"
    /// On the objects of a chart's hooks: the moment, the release and the digest of its input they were made for.
    package static let hook = "martlet.dev/hook"
    /// What an automated bump changed.
    package static let imageUpdate = "martlet.dev/image-update"

    package static let automated = "martlet.dev/automated"
    package static let tagPrefix = "martlet.dev/tag."
    package static let locked = "martlet.dev/locked"
    package static let lockedBy = "martlet.dev/locked-by"
    package static let lockedReason = "martlet.dev/locked-reason"
    package static let ignore = "martlet.dev/ignore"
    package static let strategy = "martlet.dev/strategy"
    package static let steps = "martlet.dev/steps"
    package static let match = "martlet.dev/match"
    package static let analysis = "martlet.dev/analysis"
    package static let gate = "martlet.dev/gate"
    package static let onFailure = "martlet.dev/on-failure"
    package static let traffic = "martlet.dev/traffic"
    package static let wave = "martlet.dev/wave"
    package static let prune = "martlet.dev/prune"
    package static let replace = "martlet.dev/replace"

    package static let argoWave = "argocd.argoproj.io/sync-wave"
    package static let helmPolicy = "helm.sh/resource-policy"
    /// Flux v1 wrote both, at different times.
    package static let fluxPrefixes = ["fluxcd.io/", "flux.weave.works/"]

    /// What a user may write.
    static let written = [
        automated, locked, lockedBy, lockedReason, ignore, strategy, steps, match, analysis, gate, onFailure, traffic, wave, prune,
        replace,
    ]

    /// What only Martlet writes; met on live objects, and in git where it commits them.
    package static let own: Set<String> = [application, tracking, rollout, rolloutRequest, configuration, armOf, hook, imageUpdate, "martlet.dev/request", "martlet.dev/inventory"]
}

/// An annotation under `martlet.dev/` that Martlet does not understand.
package struct AnnotationError: Error, Sendable, Hashable {
    /// The whole key.
    package var annotation: String
    /// Nil where the key itself is wrong.
    package var value: String?
    /// What would be right.
    package var expected: String
    /// The nearest right spelling of the key or the value.
    package var nearest: String?

    package init(_ annotation: String, value: String?, expected: String, nearest: String? = nil) {
        self.annotation = annotation
        self.value = value
        self.expected = expected
        self.nearest = nearest
    }
}

extension AnnotationError: CustomStringConvertible {
    package var description: String {
        let hint = nearest.map { ", did you mean \"\($0)\"?" } ?? ""
        guard let value else { return "annotation \"\(annotation)\": \(expected)\(hint)" }
        return "annotation \"\(annotation)\": \"\(value)\" is not \(expected)\(hint)"
    }
}

/// Whose an object is: the value of `martlet.dev/tracking`,
/// `app:group/kind:namespace/name`. A copy of an object under another name still
/// carries the original's, and so is nobody's.
package struct Tracking: Sendable, Hashable {
    package var application: String
    package var key: ObjectKey

    package init(application: String, key: ObjectKey) {
        self.application = application
        self.key = key
    }
}

extension Tracking: LosslessStringConvertible {
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        // Names of RBAC objects may contain colons.
        guard parts.count >= 3, !parts[0].isEmpty else { return nil }
        let kind = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        let name = parts[2...].joined(separator: ":").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard kind.count == 2, name.count == 2, !kind[1].isEmpty, !name[1].isEmpty else { return nil }
        application = String(parts[0])
        key = ObjectKey(group: String(kind[0]), kind: String(kind[1]), namespace: String(name[0]), name: String(name[1]))
    }

    package var description: String { "\(application):\(key.group)/\(key.kind):\(key.namespace)/\(key.name)" }
}
