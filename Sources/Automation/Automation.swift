package import Basics
package import Delivery
internal import Git
package import Kubernetes
package import Logging
internal import Metrics
package import Registry

/// Follows the images of automated workloads, and takes what people ask for: the
/// way back from registries to git.
///
/// It is told of each rendered application and of each push to a registry, scans
/// what is due, decides by pure functions and hands changes to the branch's one
/// writer. Nothing it keeps in memory is needed to be right: git says what runs,
/// registries say what there is.
package actor Automation {
    package struct Settings: Sendable {
        /// Between two scans of a repository when no webhook says more.
        package var interval: Duration

        package init(interval: Duration = .seconds(300)) { self.interval = interval }
    }

    /// Who to be for a registry, by the workload that pulls from it.
    package typealias Credentials = @Sendable (Workload, ImageRepository) async -> RegistryCredential?

    let writer: BranchWriter
    let scanner: Scanner
    private let settings: Settings
    private let credentials: Credentials
    let time: any TimeSource
    private let random: RandomSource
    let logger: Logger
    /// Why nothing may be written now; nil where it may.
    private let hold: @Sendable () -> String?

    private nonisolated let bell = Doorbell()
    private nonisolated let inbox = Locked(Inbox())
    private var byApplication: [String: [Workload]] = [:]
    private var repositories: [ImageRepository: State] = [:]
    /// Containers that were handed to the writer with what is known now: again when git or the registry says something
    /// new, or after a while.
    private var settled: [ContainerName: Duration] = [:]
    /// Counts what git said of an application.
    private var generations: [String: Int] = [:]
    /// Whose tags are other ones than when their containers were settled.
    private var unsettled = Set<ImageRepository>()
    /// When tags changed that no commit took up yet.
    private var changedAt: Duration?
    /// When a registry last answered.
    private var heardAt = Duration.zero
    /// Why a container's image is not followed, as far as the last try told.
    private var problems: [ContainerName: AutomationError] = [:] {
        didSet { told.withLock { [problems] in $0 = problems } }
    }
    private nonisolated let told = Locked<[ContainerName: AutomationError]>([:])
    private var writeBackoff = Backoff(base: .seconds(2), limit: .seconds(600))
    private var writeNotBefore: Duration?
    private var turn = 0
    /// What people look at, as registries told it a moment ago or are telling it now.
    private var looks: [ImageRepository: Look] = [:]
    /// When what no workload runs any more was last forgotten, or when that was first thought of.
    private var tidiedAt: Duration?

    private struct Inbox {
        var rendered: [String: Desired] = [:]
        var due = Set<ImageRepository>()
    }

    /// What is known of one repository.
    private struct State {
        var known: Scan?
        var due: Duration
        var isScanning = false
        var backoff = Backoff(base: .seconds(5), limit: .seconds(600))
        var error: RegistryError?
    }

    /// A scan that somebody who looks is waiting for; kept for a while, so that looking again asks nobody.
    private struct Look {
        var scan: Task<Result<Scan, RegistryError>, Never>
        var endedAt: Duration?
    }

    private static let lookAge = Duration.seconds(10)

    package init(
        writer: BranchWriter, scanner: Scanner, settings: Settings, credentials: @escaping Credentials, time: any TimeSource,
        random: RandomSource, logger: Logger, hold: @escaping @Sendable () -> String? = { nil }
    ) {
        (self.writer, self.scanner, self.settings, self.credentials) = (writer, scanner, settings, credentials)
        (self.time, self.random, self.logger, self.hold) = (time, random, logger, hold)
    }

    // MARK: what it is told

    /// An application as its revision says it is. Never blocks.
    package nonisolated func note(_ desired: Desired) {
        inbox.withLock { $0.rendered[desired.spec.name] = desired }
        bell.ring()
    }

    /// Something was pushed there: look soon. Never blocks, never scans itself.
    package nonisolated func markDue(_ repositories: [ImageRepository]) {
        inbox.withLock { $0.due.formUnion(repositories) }
        bell.ring()
    }

    /// Reads all workloads from the branch itself, where no loop tells of them.
    package func load() async throws(AutomationError) {
        byApplication = Dictionary(grouping: try await writer.workloads(), by: \.application)
    }

    // MARK: what it tells

    package func workloads() -> [Workload] {
        takeNotes()
        return byApplication.values.joined().sorted { ($0.key, $0.application) < ($1.key, $1.application) }
    }

    /// Why images of automated workloads are not followed.
    package nonisolated var currentProblems: [ContainerName: AutomationError] { told.withLock { $0 } }

    /// A workload's images and the tags there are.
    ///
    /// - Parameter refresh: ask the registry also where the loop asked it; not again within ten seconds, though.
    package func images(of key: ObjectKey, refresh: Bool) async throws(AutomationError) -> WorkloadImages {
        let workload = try workload(key)
        var containers: [WorkloadImages.Container] = []
        for container in workload.containers {
            let policy = try workload.policy.tagPolicy(of: container.name)
            let state = repositories[container.image.repository]
            var (known, error) = (state?.known, state?.error)
            if known == nil || refresh {
                do throws(RegistryError) {
                    known = try await look(at: container.image.repository)
                    error = nil
                } catch let failure {
                    error = failure
                }
            }
            var told = WorkloadImages.Container(
                of: workload, container, policy: policy, known: known, error: error.map { "\($0)" })
            if let problem = problems[ContainerName(workload: workload.key, container: container.name)] {
                told.verdict += ", but the commit was not made: \(problem)"
            }
            containers.append(told)
        }
        return WorkloadImages(workload: workload, containers: containers)
    }

    /// What a registry says, for all who look at an image of a repository at the same time or soon after each other: with the
    /// needs of all workloads that run one, so that the answer is whole for each.
    private func look(at repository: ImageRepository) async throws(RegistryError) -> Scan {
        let now = time.elapsed
        looks = looks.filter { _, look in look.endedAt.map { now - $0 < Self.lookAge } ?? true }
        if let known = looks[repository] { return try await known.scan.value.get() }
        var needs = needs(of: repository)
        for workload in byApplication.values.joined() where workload.policy.restraint != nil {
            for container in workload.containers where container.image.repository == repository {
                guard let policy = try? workload.policy.tagPolicy(of: container.name) else { continue }
                needs.append((workload, TagNeed(policy: policy, image: container.image)))
            }
        }
        // Of its own, because who asked first may go away while others wait; it ends by the client's own time limits.
        let scan = Task { [needs] in
            let result: Result<Scan, RegistryError>
            do throws(RegistryError) {
                result = .success(try await self.scan(repository, for: needs))
            } catch {
                result = .failure(error)
            }
            self.looks[repository]?.endedAt = self.time.elapsed
            return result
        }
        looks[repository] = Look(scan: scan)
        return try await scan.value.get()
    }

    /// Commits what a person asked for.
    ///
    /// - Parameter permission: nil where whoever asks may do everything.
    package func change(_ request: ChangeRequest, permission: ChangePermission? = nil) async throws(AutomationError) -> ChangeReport {
        if let reason = hold() { throw AutomationError(.push, reason, advice: "ask again when that is settled") }
        let workload = try workload(request.workload)
        var request = request
        var tags: [ImageRepository: Scan] = [:]
        if case .release(var image) = request.action {
            tags = try await lookedUp(&image, for: request, workload)
            request.action = .release(image)
        }
        return try await writer.perform(.request(request, application: workload.application, tags: tags), permission: permission)
    }

    /// Takes back a version that was tried and is worse.
    ///
    /// - Returns: The commit.
    package func revert(_ release: RejectedRelease) async throws(AutomationError) -> String {
        if let reason = hold() { throw AutomationError(.push, reason, advice: "revert it by hand", isTemporary: true) }
        let report = try await writer.perform(.revert(release))
        return report.commit.map { $0.short } ?? report.message
    }

    /// What the registry says of an image that a person wants: whether it is there, its digest where the workload's
    /// image is pinned, or all tags where the filter chooses.
    private func lookedUp(
        _ image: inout ImageReference, for request: ChangeRequest, _ workload: Workload
    ) async throws(AutomationError) -> [ImageRepository: Scan] {
        let repository = image.repository
        let meant = workload.containers.filter { request.container == $0.name || (request.container == nil && $0.image.repository == repository) }
        do throws(RegistryError) {
            guard let tag = image.tag else {
                guard image.digest == nil else { return [:] }
                var needs: [(Workload, TagNeed)] = []
                for container in meant {
                    if let policy = try? workload.policy.tagPolicy(of: container.name) {
                        needs.append((workload, TagNeed(policy: policy, image: container.image)))
                    }
                }
                return [repository: try await scan(repository, for: self.needs(of: repository) + needs)]
            }
            let digest = try await scanner.digest(of: repository, tag: tag, credential: await credentials(workload, repository))
            if image.digest == nil, meant.contains(where: { $0.image.digest != nil }) { image.digest = digest }
            return [:]
        } catch {
            // A registry that is away must not keep a person from a release that names its tag; but an image that is
            // pinned shall not lose its digest for it.
            let losesPin = image.digest == nil && meant.contains { $0.image.digest != nil }
            if image.tag != nil, request.force || (error.kind != .notFound && !losesPin) { return [:] }
            throw AutomationError(
                error.kind == .notFound ? .notFound : .registry, "\(image): \(error.message)",
                advice: error.kind == .notFound
                    ? "push the image first, or use --force" : losesPin ? "\(error.advice); or give the digest: \(image)@sha256:…" : error.advice)
        }
    }

    private func workload(_ key: ObjectKey) throws(AutomationError) -> Workload {
        let all = workloads()
        guard !all.isEmpty else {
            throw AutomationError(.notFound, "no application has been read yet", advice: "try again in a moment, and see \"martlet status\"")
        }
        if let found = all.first(where: { $0.key == key }) { return found }
        throw AutomationError(
            .notFound, "git has no \(key)", advice: "there are " + all.prefix(10).map(\.key.description).joined(separator: ", "))
    }

    // MARK: the loop

    /// Works until cancelled. A registry that is slow holds up none of the others.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for (repository, needs) in await takeDue() {
                    group.addTask {
                        _ = try? await self.scan(repository, for: needs)
                        self.bell.ring()
                    }
                }
                if isReadyToWrite { await write() }
                _ = await bell.wait(upTo: nextLook, time)
            }
            group.cancelAll()
        }
    }

    /// One round: scans what is due, waits for it, and writes what follows.
    ///
    /// - Returns: When to look again without being told.
    package func pass() async -> Duration {
        let due = await takeDue()
        await withDiscardingTaskGroup { group in
            for (repository, needs) in due { group.addTask { _ = try? await self.scan(repository, for: needs) } }
        }
        await write()
        return nextLook
    }

    /// What came in together goes into one commit, but nobody waits long for a slow registry.
    private static let gathering = Duration.seconds(2)
    /// While answers keep coming in, one commit for all is worth some more seconds.
    private static let pause = Duration.milliseconds(500)
    private static let longestGathering = Duration.seconds(10)

    private var isReadyToWrite: Bool {
        guard repositories.values.contains(where: \.isScanning), let since = changedAt else { return true }
        let waited = time.elapsed - since
        return waited >= Self.gathering && (time.elapsed - heardAt >= Self.pause || waited >= Self.longestGathering)
    }

    private var nextLook: Duration {
        let scans = repositories.values.filter { !$0.isScanning }.map(\.due)
        let next = (scans + [writeNotBefore, changedAt.map { max($0 + Self.gathering, heardAt + Self.pause) }].compactMap { $0 }).min()
        let now = time.elapsed
        return max(.milliseconds(100), min(settings.interval, (next ?? now + settings.interval) - now))
    }

    /// The repositories to ask now, and what for.
    private func takeDue() async -> [ImageRepository: [(workload: Workload, need: TagNeed)]] {
        takeNotes()
        let needed = needs()
        for repository in needed.keys where repositories[repository] == nil {
            let known = await scanner.remembered(repository)
            // Somebody may have asked while the store was read.
            if repositories[repository] == nil { repositories[repository] = State(known: known.map { Scan(list: $0) }, due: time.elapsed) }
        }
        for repository in repositories.keys where needed[repository] == nil { repositories[repository] = nil }
        await tidy()
        let now = time.elapsed
        let due = needed.filter { repository, _ in repositories[repository].map { $0.due <= now && !$0.isScanning } ?? false }
        if !due.isEmpty { turn &+= 1 }
        for repository in due.keys { repositories[repository]?.isScanning = true }
        return due
    }

    /// Forgets what registries told of images that no workload runs any more. Not in the first hour, in which some
    /// applications may not be known yet.
    private func tidy() async {
        let now = time.elapsed
        guard let last = tidiedAt else { return tidiedAt = now }
        guard now - last >= .seconds(3600), !byApplication.isEmpty else { return }
        tidiedAt = now
        await scanner.forget(except: Set(byApplication.values.joined().flatMap { $0.containers.map(\.image.repository) }))
    }

    private func takeNotes() {
        let notes = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return inbox
        }
        for (name, desired) in notes.rendered {
            let keys = Set((byApplication[name] ?? []).map(\.key))
            do throws(AutomationError) {
                byApplication[name] = try imageWorkloads(of: desired)
            } catch {
                logger.warning("an application's images are not followed", metadata: ["application": "\(name)", "error": "\(error)"])
                byApplication[name] = []
            }
            generations[name, default: 0] &+= 1
            settled = settled.filter { !keys.contains($0.key.workload) }
            problems = problems.filter { !keys.contains($0.key.workload) }
        }
        for repository in notes.due {
            repositories[repository]?.due = time.elapsed
            if looks[repository]?.endedAt != nil { looks[repository] = nil }
        }
    }

    /// What automated workloads need to know, by repository.
    private func needs() -> [ImageRepository: [(workload: Workload, need: TagNeed)]] {
        var needs: [ImageRepository: [(Workload, TagNeed)]] = [:]
        for workload in byApplication.values.joined() where workload.policy.restraint == nil {
            for container in workload.containers {
                do throws(AutomationError) {
                    let policy = try workload.policy.tagPolicy(of: container.name)
                    needs[container.image.repository, default: []].append((workload, TagNeed(policy: policy, image: container.image)))
                } catch {
                    problems[ContainerName(workload: workload.key, container: container.name)] = error
                }
            }
        }
        return needs
    }

    private func needs(of repository: ImageRepository) -> [(workload: Workload, need: TagNeed)] { needs()[repository] ?? [] }

    @discardableResult
    private func scan(
        _ repository: ImageRepository, for needs: [(workload: Workload, need: TagNeed)]
    ) async throws(RegistryError) -> Scan {
        let begin = time.elapsed
        // The first that may pull it lends its credentials.
        var credential: RegistryCredential?
        for (workload, _) in needs {
            credential = await credentials(workload, repository)
            if credential != nil { break }
        }
        do throws(RegistryError) {
            let scan = try await scanner.scan(repository, needs: needs.map(\.need), turn: turn, credential: credential)
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "ok")]).increment()
            guard var state = repositories[repository] else { return scan }
            heardAt = time.elapsed
            state.isScanning = false
            // New tags may change the mind about whoever runs an image of the repository.
            if state.known?.list.tags != scan.list.tags || state.known?.builds != scan.builds {
                unsettled.insert(repository)
                changedAt = changedAt ?? time.elapsed
            }
            state.known = scan
            state.error = nil
            state.backoff.reset()
            // Up to a tenth earlier, so that repositories do not stay in step.
            let next = time.elapsed + settings.interval * (1 - Double(random.next(below: 100)) / 1000)
            // What was marked as due meanwhile stays due: the answer may be older than the push.
            if state.due <= begin || state.due > next { state.due = next }
            repositories[repository] = state
            return scan
        } catch {
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "failed")]).increment()
            if var state = repositories[repository] {
                if state.error?.message != error.message {
                    logger.warning("a registry does not tell", metadata: ["image": "\(repository)", "error": "\(error)"])
                }
                state.isScanning = false
                state.error = error
                state.due = time.elapsed + pause(after: error, &state.backoff)
                repositories[repository] = state
            }
            throw error
        }
    }

    private func pause(after error: RegistryError, _ backoff: inout Backoff) -> Duration {
        if case .rateLimited(let until?) = error.kind {
            return max(.seconds(1), .milliseconds(until.milliseconds &- time.now.milliseconds))
        }
        // Credentials may be on their way to the cluster.
        return error.isTemporary || error.kind == .authentication ? backoff.next(random) : settings.interval
    }

    /// Hands the writer what the filters lead to: all that is due is one commit.
    private func write() async {
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
    private func followed(_ names: [ContainerName], _ tags: [ImageRepository: Scan]) async throws(AutomationError) -> ChangeReport {
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

/// A revert that git cannot take just now is tried again.
extension AutomationError: PassingError {}
