internal import Basics
internal import Kubernetes

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
        changes += new.map { .image(workload: $0.workload, application: $0.application, container: $0.container, to: $0.to) }
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
