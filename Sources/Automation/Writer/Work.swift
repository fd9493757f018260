internal import Basics
package import Delivery
internal import Kubernetes
package import Registry

/// A change in words that hold on any tip: what it means for the files is worked
/// out when they are known.
package enum Work: Sendable {
    /// Take some containers to where their filters lead, by these lists of tags.
    case follow([ContainerName], applications: Set<String>, tags: [ImageRepository: Scan])
    /// What a person asked for; tags where it leaves the choice to the filter.
    case request(ChangeRequest, application: String, tags: [ImageRepository: Scan])

    /// Take back a version that was tried and is worse.
    case revert(RejectedRelease)

    /// The applications whose files are needed.
    var applications: Set<String> {
        switch self {
        case .follow(_, let applications, _): applications
        case .request(_, let application, _): [application]
        case .revert(let release): [release.application]
        }
    }

    var isRequest: Bool { requester != nil }

    var requester: Requester? {
        if case .request(let request, _, _) = self { request.requester } else { nil }
    }

    /// What is to be different, given what the tip says of its workloads.
    ///
    /// - Throws: what a person asked for makes no sense there.
    func draft(on workloads: [Workload]) throws(AutomationError) -> Draft {
        switch self {
        case .follow(let containers, _, let tags): followed(containers, tags, workloads)
        case .request(let request, _, let tags): try requested(request, tags, workloads)
        // What it means is for the files of several revisions to say: the writer makes it itself.
        case .revert: Draft(reason: "nothing to change: git says it already")
        }
    }

    // MARK: automation

    private func followed(
        _ containers: [ContainerName], _ tags: [ImageRepository: Scan], _ workloads: [Workload]
    ) -> Draft {
        var draft = Draft(reason: "nothing to change: every image is where its filter leads")
        draft.scans = tags
        let wanted = Dictionary(grouping: containers, by: \.workload)
        for workload in workloads {
            let names = Set(wanted[workload.key, default: []].map(\.container))
            var bumps: [Bump] = []
            for container in workload.containers where names.contains(container.name) {
                guard let known = tags[container.image.repository] else { continue }
                do throws(AutomationError) {
                    guard case .take(let tag) = try workload.decide(container, known), let to = container.image.moved(to: tag), to != container.image
                    else { continue }
                    bumps.append(
                        Bump(
                            application: workload.application, workload: workload.key, container: container.name, from: container.image,
                            to: to, policy: try workload.policy.tagPolicy(of: container.name).text))
                } catch {
                    draft.problems.append(.init(workload: workload.key, container: container.name, error: error))
                }
            }
            draft.add(bumps)
        }
        return draft
    }

    // MARK: people

    private func requested(
        _ request: ChangeRequest, _ tags: [ImageRepository: Scan], _ workloads: [Workload]
    ) throws(AutomationError) -> Draft {
        guard let workload = workloads.first(where: { $0.key == request.workload }) else {
            throw AutomationError(
                .notFound, "git has no \(request.workload)", advice: "see what there is with \"martlet images\"")
        }
        var draft = Draft(reason: "nothing to change: git says it already")
        draft.request = request
        let key = workload.key
        func annotate(_ set: [String: String], remove: [String] = []) {
            draft.changes.append(.annotate(workload: key, application: workload.application, set: set, remove: remove))
        }
        switch request.action {
        case .release(let image):
            let bumps = try released(image, request, tags, workload)
            draft.add(bumps)
        case .automate(let filters):
            var set = [MartletAnnotations.automated: "true"]
            for (container, filter) in filters {
                guard workload.containers.contains(where: { $0.name == container }) else {
                    throw Self.unknownContainer(container, workload)
                }
                guard let parsed = TagFilter(filter) else {
                    throw AutomationError(
                        .invalid, "\"\(filter)\" is no tag filter", advice: "write semver:RANGE, glob:PATTERN, regex:PATTERN or newest")
                }
                _ = try TagPolicy(parsed)
                set[MartletAnnotations.tagPrefix + container] = filter
            }
            if set.allSatisfy({ workload.says($0.key, $0.value) }), workload.policy.isAutomated { return draft }
            annotate(set, remove: workload.spellings(of: ["automated"]))
        case .deautomate:
            guard workload.policy.isAutomated else { return draft }
            annotate([MartletAnnotations.automated: "false"], remove: workload.spellings(of: ["automated"]))
        case .lock(let reason):
            var set = [MartletAnnotations.locked: "true", MartletAnnotations.lockedBy: request.requester.name]
            if !reason.isEmpty { set[MartletAnnotations.lockedReason] = reason }
            if set.allSatisfy({ workload.says($0.key, $0.value) }) { return draft }
            annotate(set, remove: workload.spellings(of: ["locked", "locked_user", "locked_msg"]))
        case .unlock:
            guard workload.policy.lock != nil else { return draft }
            let flux = workload.spellings(of: ["locked", "locked_user", "locked_msg"])
            let own = [MartletAnnotations.locked, MartletAnnotations.lockedBy, MartletAnnotations.lockedReason]
            let isApplications =
                !workload.isOfChart
                && ([MartletAnnotations.locked] + MartletAnnotations.fluxPrefixes.map { $0 + "locked" }).contains { workload.applicationAnnotations[$0] != nil }
            // A lock of the whole application is lifted for this one only.
            annotate(isApplications ? [MartletAnnotations.locked: "false"] : [:], remove: own.filter { workload.says($0) } + flux)
        // What it means is for the files of two revisions to say: the writer makes it itself.
        case .rollback: break
        }
        return draft
    }

    private func released(
        _ image: ImageReference, _ request: ChangeRequest, _ tags: [ImageRepository: Scan], _ workload: Workload
    ) throws(AutomationError) -> [Bump] {
        try workload.refuseLocked(unless: request.force)
        if let name = request.container, !workload.containers.contains(where: { $0.name == name }) {
            throw Self.unknownContainer(name, workload)
        }
        let meant = workload.containers.filter { container in
            request.container.map { $0 == container.name } ?? (container.image.repository == image.repository)
        }
        guard !meant.isEmpty else {
            let images = workload.containers.map { "\($0.name): \($0.image)" }.joined(separator: ", ")
            throw AutomationError(
                .notFound, "\(workload.key) runs no \(image.name), it runs \(images)", origin: workload.origin,
                advice: "name the image as git does, or the container with --container")
        }
        var bumps: [Bump] = []
        for container in meant {
            var to = image
            if to.tag == nil, to.digest == nil {
                guard let tag = try Self.chosen(image, for: container, of: workload, tags[image.repository], force: request.force) else {
                    continue
                }
                to = ImageReference(name: image.name, tag: tag.name, digest: container.image.digest == nil ? nil : tag.digest)
            } else if to.digest == nil, container.image.digest != nil {
                to.digest = tags[image.repository]?.list.tags.first { $0.name == to.tag }?.digest
            }
            // The name stays as git writes it, where it is the same image.
            if to.repository == container.image.repository { to.name = container.image.name }
            guard to != container.image else { continue }
            bumps.append(
                Bump(
                    application: workload.application, workload: workload.key, container: container.name, from: container.image, to: to,
                    policy: ""))
        }
        return bumps
    }

    /// The best tag by the container's filter; nil where git has it.
    private static func chosen(
        _ image: ImageReference, for container: Workload.Container, of workload: Workload, _ known: Scan?, force: Bool
    ) throws(AutomationError) -> ImageTag? {
        let policy = try workload.policy.tagPolicy(of: container.name)
        let tags = known?.list.tags ?? []
        let advice = "say the tag: \(image.name):TAG"
        guard container.image.repository == image.repository, var current = policy.current(of: container.image, among: tags) else {
            if let best = policy.matching(tags).first { return best }
            throw AutomationError(.notFound, "no tag of \(image.name) passes \(policy.text)", origin: workload.origin, advice: advice)
        }
        if let digest = container.image.digest, let builtAt = known?.builds[digest] { current.builtAt = builtAt }
        switch policy.choose(from: tags, current: current, allowsDowngrade: force) {
        case .take(let tag): return tag
        case .stay(.upToDate): return nil
        case .stay(let reason):
            let isOlder =
                switch reason {
                case .currentIsNewer, .movedBack: true
                default: false
                }
            throw AutomationError(
                isOlder ? .downgrade : .notFound, "\(container.name): \(reason)", origin: workload.origin,
                advice: isOlder ? "\(advice), or use --force" : advice)
        }
    }

    private static func unknownContainer(_ name: String, _ workload: Workload) -> AutomationError {
        let names = workload.containers.map(\.name)
        let guess = nearest(to: name, among: names).map { ", did you mean \"\($0)\"?" } ?? ""
        return AutomationError(
            .notFound, "\(workload.key) has no container \"\(name)\"\(guess)", origin: workload.origin,
            advice: "it has \(names.joined(separator: ", "))")
    }

    /// Whether the files say what a person asked for, now that they were edited.
    func verify(on workloads: [Workload]) throws(AutomationError) {
        guard case .request(let request, _, _) = self, let workload = workloads.first(where: { $0.key == request.workload }) else { return }
        let isDone =
            switch request.action {
            case .release: true
            case .automate: workload.policy.isAutomated
            case .deautomate: !workload.policy.isAutomated
            case .lock, .rollback: workload.policy.lock != nil
            case .unlock: workload.policy.lock == nil
            }
        guard isDone else {
            throw AutomationError(
                .notEditable,
                "\(workload.key) would still say otherwise: "
                    + (workload.isOfChart ? "its chart's template writes the annotation itself" : "another annotation of it or of its application wins"),
                origin: workload.origin, advice: workload.isOfChart ? "change the template" : "see its annotations there, and its application's")
        }
    }
}

extension Workload {
    /// A lock holds back what people ask for, too, unless they say to go through it.
    func refuseLocked(unless force: Bool) throws(AutomationError) {
        guard let lock = policy.lock, !force else { return }
        let by = lock.by.map { " by \($0)" } ?? ""
        let reason = lock.reason.map { ": \($0)" } ?? ""
        throw AutomationError(.locked, "\(key) is locked\(by)\(reason)", origin: origin, advice: "unlock it first, or use --force")
    }

    /// Whether the annotation is written, on the workload or its application; with that value, where one is given.
    fileprivate func says(_ name: String, _ value: String? = nil) -> Bool {
        guard let written = annotations[name] ?? applicationAnnotations[name] else { return false }
        return value == nil || written == value
    }

    /// Flux's spellings of some wishes that are written here.
    func spellings(of names: [String]) -> [String] {
        MartletAnnotations.fluxPrefixes.flatMap { prefix in names.map { prefix + $0 } }
            .filter { annotations[$0] != nil || applicationAnnotations[$0] != nil }
    }
}
