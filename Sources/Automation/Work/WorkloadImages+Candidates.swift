internal import Registry

extension WorkloadImages.Container {
    /// One container's tags, best first, and what automation makes of them.
    init(of workload: Workload, _ container: Workload.Container, policy: TagPolicy, tags: [ImageTag], error: String?) {
        let current = policy.current(of: container.image, among: tags)
        let candidates = policy.sorted(tags).map { tag in
            WorkloadImages.Candidate(tag: tag, isCurrent: tag.name == current?.name, passes: policy.matches(tag.name))
        }
        var verdict = error.map { _ in "the registry does not tell" } ?? "up to date"
        if error == nil, let choice = try? workload.policy.decide(container: container.name, image: container.image, tags: tags) {
            switch choice {
            case .take(let tag): verdict = "goes to \(tag.name)"
            case .stay(let reason): verdict = reason.description
            }
        }
        self.init(name: container.name, image: container.image, policy: policy.text, candidates: candidates, verdict: verdict, error: error)
    }
}
