internal import Basics
internal import Delivery
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
    /// What the registries list.
    var scans: [ImageRepository: Scan] = [:]

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

    /// Takes back what would also change an image of somebody who does not want that, because both are written as one text.
    ///
    /// - Returns: Whether anything was taken back.
    /// - Throws: where a person asked for just that, and did not say to go through locks.
    mutating func withhold(
        alongside: [ContainerName: EditResult.Follower], _ workloads: [Workload]
    ) throws(AutomationError) -> Bool {
        var held: [Change: AutomationError] = [:]
        for workload in workloads {
            for container in workload.containers {
                guard let follower = alongside[ContainerName(workload: workload.key, container: container.name)],
                    let error = objection(workload, container, to: follower)
                else { continue }
                for leader in follower.leaders where held[leader] == nil { held[leader] = error }
            }
        }
        let bumps = self.bumps
        if request != nil, let error = bumps.lazy.compactMap({ held[$0.change] }).first { throw error }
        self.bumps.removeAll { held[$0.change] != nil }
        guard self.bumps.count < bumps.count else { return false }
        for bump in bumps {
            guard let error = held[bump.change] else { continue }
            problems.append(.init(workload: bump.workload, container: bump.container, error: error))
        }
        changes = self.bumps.map(\.change)
        return true
    }

    /// Why a container may not follow. What a person asks for only a lock holds back, and it is named in the commit.
    private func objection(
        _ workload: Workload, _ container: Workload.Container, to follower: EditResult.Follower
    ) -> AutomationError? {
        let shared = "its \(container.image.name) is written as one text with others'"
        func refused(_ kind: AutomationError.Kind, _ why: String, _ advice: String) -> AutomationError {
            AutomationError(kind, "\(workload.key) \(why), and \(shared)", origin: workload.origin, advice: advice)
        }
        if workload.policy.lock != nil, request?.force != true {
            return refused(.locked, "is locked", "unlock it, or write its image on its own")
        }
        if request != nil { return nil }
        switch workload.policy.restraint {
        case .ignored?: return refused(.notEditable, "is ignored", "write its image on its own")
        case .some: return refused(.notEditable, "is not automated", "automate it, or write its image on its own")
        case nil: break
        }
        do throws(AutomationError) {
            let policy = try workload.policy.tagPolicy(of: container.name)
            guard let target = follower.image.tag else { return nil }
            // Nothing but the step itself is to be judged, with all that the registry tells of both ends.
            let scan = scans[container.image.repository]
            var known = (scan?.list.tags ?? []).filter {
                $0.name == target || $0.name == container.image.tag || ($0.digest != nil && $0.digest == container.image.digest)
            }
            if !known.contains(where: { $0.name == target }) { known.append(ImageTag(target)) }
            for index in known.indices where known[index].name == target && known[index].digest == nil {
                known[index].digest = follower.image.digest
            }
            let choice = try workload.policy.decide(
                container: container.name, image: container.image, tags: known,
                builtAt: container.image.digest.flatMap { scan?.builds[$0] })
            if case .take(let tag) = choice, tag.name == target { return nil }
            return refused(
                .ambiguous((follower.leaders.compactMap(\.container) + ["\(ContainerName(workload: workload.key, container: container.name))"]).sorted()),
                "follows \(policy.text), which does not lead to \(target)", "give both the same filter, or write its image on its own")
        } catch {
            return error
        }
    }

    /// The bumps of containers nobody asked for, which take their image from the same text.
    func followers(_ alongside: [ContainerName: EditResult.Follower], of made: [Bump], _ workloads: [Workload]) -> [Bump] {
        let asked = Set(made.map { ContainerName(workload: $0.workload, container: $0.container) })
        return workloads.flatMap { workload in
            workload.containers.compactMap { container -> Bump? in
                let name = ContainerName(workload: workload.key, container: container.name)
                guard let follower = alongside[name], !asked.contains(name), let leader = made.first(where: { follower.leaders.contains($0.change) })
                else { return nil }
                return Bump(
                    application: workload.application, workload: workload.key, container: container.name, from: container.image,
                    to: follower.image, policy: leader.policy)
            }
        }
    }

    /// Annotations that tell of the bumps that were made, beside the workloads that can carry one. A chart's stand on its
    /// application: there is one for all of its workloads.
    func annotations(for made: [Bump], at time: Timestamp, in snapshot: RepositorySnapshot) -> [Change] {
        let charts = Set(snapshot.parts.filter { $0.form == .chart }.map(\.spec.name))
        let groups = Dictionary(grouping: made.filter { snapshot.declares($0.application) }) { bump in
            [bump.application, charts.contains(bump.application) ? "" : bump.workload.description]
        }
        return groups.values.compactMap { bumps in bumps.min { $0.workload < $1.workload }.map { ($0, bumps) } }
            .sorted { ($0.0.workload, $0.0.application) < ($1.0.workload, $1.0.application) }
            .map { first, bumps in
                let text = CommitText.annotation(bumps, at: time, requester: request?.requester.name)
                return .annotate(workload: first.workload, application: first.application, set: [MartletAnnotations.imageUpdate: text], remove: [])
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
            case .rollback(let to, let reason): (.rollback, .rollback, Rollback.reason(to: to, reason))
            }
        let message =
            verb.map { verb in
                CommitText.message(verb, workload: request.workload, requester: name, reason: reason, bumps: verb == .rollback ? made : [])
            }
            ?? CommitText.message(bumps: made, requester: name)
        return (message, CommitNote(kind, at: time, requester: name, bumps: made).text)
    }
}

extension Bump {
    fileprivate var change: Change { .image(workload: workload, application: application, container: container, to: to) }
}

extension Change {
    /// In words, for a list of those that disagree.
    fileprivate var container: String? {
        guard case .image(let workload, _, let container, _) = self else { return nil }
        return ContainerName(workload: workload, container: container).description
    }
}
