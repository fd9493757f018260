internal import Document
package import Kubernetes

extension RolloutSpec {
    /// What a workload's annotations ask for.
    ///
    /// - Parameters:
    ///   - defaultMetrics: compared where the workload names none; empty without a metrics server.
    /// - Returns: Nil where the workload's own controller does it all: no strategy, `recreate`, or `ramped` with nothing
    ///   that would need two versions side by side.
    /// - Throws: `RolloutError` for a wish that the kind of workload cannot have.
    package static func of(_ object: Object, _ policy: ObjectPolicy, defaultMetrics: [String] = [])
        throws(RolloutError) -> RolloutSpec?
    {
        guard let strategy = policy.strategy else {
            try refuseStrays(object, policy)
            return nil
        }
        func refuse(_ annotation: String, _ text: String) -> RolloutError {
            RolloutError("annotation \"\(annotation)\": \(text)", workload: object.key, annotation: annotation)
        }
        guard kinds.contains(object.groupKind) else {
            throw refuse(
                MartletAnnotations.strategy,
                "a \(object.kind) has no strategies of Martlet's, only Deployments, StatefulSets and DaemonSets have: leave it out"
            )
        }
        if object.kind != "Deployment", let (annotation, text) = objection(object, strategy) { throw refuse(annotation, text) }
        switch strategy {
        case .recreate:
            if !policy.analysis.isEmpty {
                throw refuse(
                    MartletAnnotations.analysis,
                    "\"recreate\" has no moment with both versions to compare: use \"ramped\" or \"canary\"")
            }
            if policy.gate != nil {
                throw refuse(MartletAnnotations.gate, "\"recreate\" has no step to wait at: use \"blue-green\" or \"canary\"")
            }
            return nil
        case .ramped where policy.steps.isEmpty && policy.analysis.isEmpty && policy.gate == nil:
            return nil
        case .abTest where policy.matches.isEmpty:
            throw refuse(
                MartletAnnotations.strategy,
                "\"ab-test\" needs \"\(MartletAnnotations.match)\" beside it, such as header(x-beta) = \"1\""
            )
        case .ramped where policy.traffic != .auto && policy.traffic != .none:
            throw refuse(
                MartletAnnotations.traffic,
                "\"ramped\" goes by the number of pods: use \"canary\" to split the traffic of a route")
        case .ramped, .blueGreen, .canary, .abTest, .mirror: break
        }
        if value(object, "paused")?.bool == true {
            throw refuse(MartletAnnotations.strategy, "the Deployment says paused: true, so no new version can get out")
        }
        return RolloutSpec(
            workload: object.key, strategy: strategy, steps: steps(strategy, policy.steps),
            matches: policy.matches,
            metrics: policy.analysis.isEmpty ? defaultMetrics : policy.analysis, gate: policy.gate,
            onFailure: policy.onFailure,
            traffic: strategy == .ramped ? .none : policy.traffic)
    }

    /// How long blue-green keeps the old version at full size after the switch, for an instant way back.
    package static let keep = Duration.seconds(300)

    /// The user's steps, or defaults that are safe for a service nobody knows.
    private static func steps(_ strategy: Strategy, _ written: [RolloutStep]) -> [Step] {
        let minutes: (Int) -> Duration = { .seconds($0 * 60) }
        switch strategy {
        case .recreate: return []
        case .ramped, .canary:
            if written.isEmpty {
                return [
                    Step(.weight(5), minutes(2)), Step(.weight(25), minutes(5)),
                    Step(.weight(50), minutes(5)),
                ]
            }
            return written.map { Step(.weight(weight($0)), $0.duration) }
        case .mirror:
            if written.isEmpty { return [Step(.mirror(25), minutes(5)), Step(.mirror(100), minutes(5))] }
            return written.map { Step(.mirror(weight($0)), $0.duration) }
        case .blueGreen:
            return [Step(.preview, written.first?.duration ?? minutes(5)), Step(.weight(100), keep)]
        case .abTest: return [Step(.matching, written.first?.duration ?? minutes(30))]
        }
    }

    private static func weight(_ step: RolloutStep) -> Int {
        if case .weight(let percent) = step.stage { percent } else { 100 }
    }

    private static func value(_ object: Object, _ field: String) -> Value? {
        object.value[path: "spec", field]
    }

    /// Wishes that only a strategy gives a meaning: alone they would be silently without effect.
    private static func refuseStrays(_ object: Object, _ policy: ObjectPolicy) throws(RolloutError) {
        let strays: [(String, Bool)] = [
            (MartletAnnotations.analysis, !policy.analysis.isEmpty),
            (MartletAnnotations.gate, policy.gate != nil),
            (MartletAnnotations.traffic, policy.traffic != .auto),
            (MartletAnnotations.onFailure, policy.onFailure != .rollback),
        ]
        for (annotation, isWritten) in strays where isWritten {
            throw RolloutError(
                "annotation \"\(annotation)\": needs \"\(MartletAnnotations.strategy)\" beside it, such as \"canary\"",
                workload: object.key,
                annotation: annotation)
        }
    }
}
