internal import Basics
internal import Document
internal import Kubernetes
internal import Rollout

extension Reconciler {
    /// What the webhook of a rollout's gate says, asked once a tick while the rollout waits there.
    func gateAnswer(_ subject: RolloutSubject, _ state: RolloutState) async -> RolloutObservation.GateAnswer? {
        guard state.phase == .gated, state.pausedAt == nil, let url = subject.spec?.gate?.url, let webhook = environment.gateWebhook else {
            lastGates[state.id] = nil
            return nil
        }
        let now = environment.time.elapsed
        if let last = lastGates[state.id], now - last.at < environment.rolloutTimes.tick { return last.answer }
        let question: Value = [
            "application": .string(name),
            "workload": [
                "group": .string(subject.key.group), "kind": .string(subject.key.kind), "namespace": .string(subject.key.namespace),
                "name": .string(subject.key.name),
            ],
            "rollout": .string(state.id), "revision": .string(state.revision), "strategy": .string(subject.spec?.strategy.rawValue ?? ""),
            "since": .string(state.since.description), "startedAt": .string(state.startedAt.description),
        ]
        let answer = await webhook.ask(url, question)
        lastGates[state.id] = (now, answer)
        return answer
    }
}
