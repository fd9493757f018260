internal import Basics
internal import Kubernetes
internal import Registry

/// What one commit would change on one tip, before any byte is edited.
struct Draft: Sendable {
    var changes: [Change] = []
    var bumps: [Bump] = []
    var problems: [ChangeReport.Problem] = []
    /// Why there is nothing to change, where there is nothing.
    var reason: String
    /// What a person asked for; nil for automation.
    var request: ChangeRequest?

    init(reason: String) { self.reason = reason }

    mutating func add(_ new: [Bump]) {
        bumps += new
        changes += new.map(\.change)
    }

    /// The bumps that an edit made, and what it could not do.
    func outcome(of result: EditResult) -> (made: [Bump], problems: [ChangeReport.Problem]) {
        var problems: [ChangeReport.Problem] = []
        var failed = Set<ContainerName>()
        for failure in result.failed {
            switch failure.change {
            case .image(let workload, _, let container, _):
                failed.insert(ContainerName(workload: workload, container: container))
                problems.append(.init(workload: workload, container: container, error: failure.error))
            case .annotate(let workload, _, _, _):
                problems.append(.init(workload: workload, container: nil, error: failure.error))
            }
        }
        let made = bumps.filter { !failed.contains(ContainerName(workload: $0.workload, container: $0.container)) }
        return (made, problems)
    }

    /// Takes back what would also change an image of somebody who is locked, because both are written as one text.
    ///
    /// - Returns: Whether anything was taken back.
    /// - Throws: where a person asked for just that, and did not say to go through locks.
    mutating func withhold(alongside: Set<ContainerName>, _ workloads: [Workload]) throws(AutomationError) -> Bool {
        var held: [ImageRepository: AutomationError] = [:]
        for workload in workloads where workload.policy.lock != nil && request?.force != true {
            for container in workload.containers where alongside.contains(ContainerName(workload: workload.key, container: container.name)) {
                held[container.image.repository] = AutomationError(
                    .locked, "\(workload.key) is locked, and its \(container.image.name) is written as one text with others'",
                    origin: workload.origin, advice: "unlock it, or write its image on its own")
            }
        }
        guard !held.isEmpty else { return false }
        if request != nil, let error = held.values.first { throw error }
        for bump in bumps {
            guard let error = held[bump.from.repository] else { continue }
            problems.append(.init(workload: bump.workload, container: bump.container, error: error))
        }
        bumps.removeAll { held[$0.from.repository] != nil }
        changes = bumps.map(\.change)
        return true
    }

    /// The bumps of containers nobody asked for, which take their image from the same text.
    func followers(_ alongside: Set<ContainerName>, of made: [Bump], _ workloads: [Workload]) -> [Bump] {
        let asked = Set(made.map { ContainerName(workload: $0.workload, container: $0.container) })
        return workloads.flatMap { workload in
            workload.containers.compactMap { container -> Bump? in
                let name = ContainerName(workload: workload.key, container: container.name)
                guard alongside.contains(name), !asked.contains(name),
                    let leader = made.first(where: { $0.from.repository == container.image.repository && $0.application == workload.application })
                else { return nil }
                return Bump(
                    application: workload.application, workload: workload.key, container: container.name, from: container.image,
                    to: leader.to, policy: leader.policy)
            }
        }
    }

    /// Annotations that tell of the bumps that were made, beside the workloads that can carry one.
    func annotations(for made: [Bump], at time: Timestamp, isDeclared: (String) -> Bool) -> [Change] {
        Dictionary(grouping: made.filter { isDeclared($0.application) }, by: \.workload).sorted { $0.key < $1.key }
            .compactMap { workload, bumps in
                guard let application = bumps.first?.application else { return nil }
                let text = CommitText.annotation(bumps, at: time, requester: request?.requester.name)
                return .annotate(workload: workload, application: application, set: [MartletAnnotations.imageUpdate: text], remove: [])
            }
    }

    /// The commit's message and its note.
    func text(for made: [Bump], at time: Timestamp) -> (message: String, note: String) {
        guard let request else {
            return (CommitText.message(bumps: made), CommitNote(.automated, at: time, bumps: made).text)
        }
        let name = request.requester.name
        let (verb, kind, reason): (CommitText.Verb?, CommitNote.Kind, String?) =
            switch request.action {
            case .release: (nil, .release, nil)
            case .automate: (.automate, .automate, nil)
            case .deautomate: (.deautomate, .deautomate, nil)
            case .lock(let reason): (.lock, .lock, reason)
            case .unlock: (.unlock, .unlock, nil)
            }
        let message =
            verb.map { CommitText.message($0, workload: request.workload, requester: name, reason: reason) }
            ?? CommitText.message(bumps: made, requester: name)
        return (message, CommitNote(kind, at: time, requester: name, bumps: made).text)
    }
}

extension Bump {
    fileprivate var change: Change { .image(workload: workload, application: application, container: container, to: to) }
}
