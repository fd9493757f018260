internal import Basics
package import Document
internal import Kubernetes
internal import Rollout

extension RolloutReport {
    /// `GET /api/v1/workloads/…/rollout`, and `martlet rollout status -o json`.
    package var value: Value {
        var value: Value = [
            "workload": [
                "group": .string(workload.group), "kind": .string(workload.kind), "namespace": .string(workload.namespace),
                "name": .string(workload.name),
            ],
            "phase": .string(state?.phase.rawValue ?? "none"), "pods": .int(Int64(pods)), "ready": .int(Int64(ready)),
            "possible": .sequence(possible.map { .string($0.rawValue) }),
        ]
        if let spec { value["strategy"] = .string(spec.strategy.rawValue) }
        guard let state else { return value }
        value["id"] = .string(state.id)
        value["revision"] = .string(state.revision)
        value["startedAt"] = .string(state.startedAt.description)
        value["since"] = .string(state.since.description)
        value["message"] = .string(state.message)
        if let finishing = state.finishing { value["finishing"] = .string(finishing.rawValue) }
        if let aborting = state.aborting { value["aborting"] = .string(aborting.rawValue) }
        if let cause = state.cause { value["cause"] = .string(cause.rawValue) }
        if let pausedAt = state.pausedAt { value["pausedAt"] = .string(pausedAt.description) }
        if !state.handledRequest.isEmpty { value["handledRequest"] = .string(state.handledRequest) }
        if let request, request.id != state.handledRequest {
            value["openRequest"] = ["verb": .string(request.verb.rawValue), "id": .string(request.id)]
        }
        if let step = stepValue { value["step"] = step }
        value["versions"] = .mapping(
            Mapping(
                versions.sorted { $0.key.rawValue > $1.key.rawValue }.map { arm, version in
                    let value: Value = [
                        "hash": .string(version.hash), "set": .string(version.set), "pods": .int(Int64(version.pods)),
                        "ready": .int(Int64(version.ready)),
                    ]
                    return (arm.rawValue, value)
                }))
        value["analysis"] = .sequence(
            state.evidence.sorted { $0.key < $1.key }.map { name, evidence in
                var value: Value = [
                    "metric": .string(name), "requests": Self.byArm(evidence.requests), "bad": Self.byArm(evidence.bad),
                ]
                if let verdict = Self.verdict(of: evidence) { value["verdict"] = .string(verdict.rawValue) }
                if let threshold = evidence.threshold, threshold.isFinite { value["threshold"] = .double(threshold) }
                if let last = evidence.lastValue, last.isFinite { value["value"] = .double(last) }
                return value
            })
        return value
    }

    private var stepValue: Value? {
        guard let step, let state, let spec else { return nil }
        var value: Value = [
            "number": .int(Int64(state.step &+ 1)), "of": .int(Int64(spec.steps.count)), "duration": .string(durationText(step.duration)),
            "exposure": .string(step.exposure.word),
        ]
        switch step.exposure {
        case .weight(let percent), .mirror(let percent): value["percent"] = .int(Int64(percent))
        case .preview, .matching: break
        }
        return value
    }

    private static func byArm(_ counts: [Arm: Double]) -> Value {
        .mapping(Mapping(Arm.allCases.compactMap { arm in counts[arm].flatMap { $0.isFinite ? (arm.rawValue, .double($0)) : nil } }))
    }
}

extension Exposure {
    /// In one word, for programs.
    package var word: String {
        switch self {
        case .preview: "preview"
        case .weight: "weight"
        case .matching: "match"
        case .mirror: "mirror"
        }
    }

    /// Who sees the candidate, for people.
    package var text: String {
        switch self {
        case .preview: "only its preview Service leads to the new version"
        case .weight(100): "everybody sees the new version"
        case .weight(let percent): "\(percent)% see the new version"
        case .matching: "matching requests see the new version"
        case .mirror(let percent): "copies of \(percent)% of the requests go to the new version"
        }
    }
}
