internal import Basics
internal import Logging
internal import Metrics
internal import Registry

/// What the filters lead to, as commits.
extension Automation {
    /// Hands the writer what the filters lead to: all that is due is one commit.
    func write() async {
        if let writeNotBefore, writeNotBefore > time.elapsed { return }
        (writeNotBefore, changedAt) = (nil, nil)
        let now = time.elapsed
        let changed = unsettled
        unsettled = []
        var wanted: [ContainerName] = []
        let tags = repositories.compactMapValues(\.known)
        for workload in byApplication.values.joined() where workload.policy.restraint == nil {
            for container in workload.containers {
                let name = ContainerName(workload: workload.key, container: container.name)
                let repository = container.image.repository
                if changed.contains(repository) || settled[name].map({ $0 <= now }) ?? false { settled[name] = nil }
                guard settled[name] == nil, let known = tags[repository], case .take? = try? workload.decide(container, known) else {
                    continue
                }
                wanted.append(name)
            }
        }
        guard !wanted.isEmpty else { return }
        if let reason = hold() {
            for name in wanted { problems[name] = AutomationError(.push, reason, advice: "it goes on when that is settled") }
            writeNotBefore = now + .seconds(30)
            return
        }
        let generations = generations
        do throws(AutomationError) {
            let report = try await followed(wanted, tags)
            // What git said meanwhile is newer than what the writer saw.
            if generations == self.generations { for name in wanted { settled[name] = now + settings.interval } }
            writeBackoff.reset()
            let before = problems
            for name in wanted { problems[name] = nil }
            for problem in report.problems {
                let name = ContainerName(workload: problem.workload, container: problem.container ?? "")
                problems[name] = problem.error
                guard before[name] != problem.error else { continue }
                logger.warning("an image is not followed", metadata: ["container": "\(name)", "error": "\(problem.error)"])
            }
            if report.commit != nil { Counter(label: "martlet_image_bumps_total").increment(by: report.bumps.count) }
        } catch {
            logger.warning("images are not committed", metadata: ["error": "\(error)"])
            for name in wanted { problems[name] = error }
            writeNotBefore = time.elapsed + writeBackoff.next(random)
        }
    }

    /// One commit for all; where git cannot hold one file of it, the others are not held up by that.
    func followed(_ names: [ContainerName], _ tags: [ImageRepository: Scan]) async throws(AutomationError) -> ChangeReport {
        let keys = Set(names.map(\.workload))
        let applications = Set(byApplication.values.joined().filter { keys.contains($0.key) }.map(\.application))
        do throws(AutomationError) {
            return try await writer.perform(.follow(names, applications: applications, tags: tags))
        } catch {
            guard error.kind == .notEditable else { throw error }
            guard names.count > 1 else {
                var report = ChangeReport(commit: nil, branch: writer.branch.name, message: "\(error)")
                report.problems = names.map { .init(workload: $0.workload, container: $0.container, error: error) }
                return report
            }
            let half = names.count / 2
            var report = try await followed(Array(names.prefix(half)), tags)
            let rest = try await followed(Array(names.dropFirst(half)), tags)
            report.commit = rest.commit ?? report.commit
            report.bumps += rest.bumps
            report.files += rest.files
            report.problems += rest.problems
            return report
        }
    }
}
