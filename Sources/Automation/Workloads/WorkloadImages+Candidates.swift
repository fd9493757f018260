internal import Registry

extension WorkloadImages.Container {
    /// One container's tags, best first, and what automation makes of them.
    init(of workload: Workload, _ container: Workload.Container, policy: TagPolicy, known: Scan?, error: String?) {
        let tags = known?.list.tags ?? []
        let current = policy.current(of: container.image, among: tags)
        let candidates = policy.sorted(tags).map { tag in
            WorkloadImages.Candidate(tag: tag, isCurrent: tag.name == current?.name, passes: policy.matches(tag.name))
        }
        var verdict = "the registry does not tell"
        if let known, let choice = try? workload.decide(container, known) {
            switch choice {
            case .take(let tag): verdict = "goes to \(tag.name)"
            case .stay(let reason): verdict = reason.description
            }
            if error != nil { verdict += ", by what was known at \(known.list.fetchedAt)" }
        }
        self.init(name: container.name, image: container.image, policy: policy.text, candidates: candidates, verdict: verdict, error: error)
    }
}
