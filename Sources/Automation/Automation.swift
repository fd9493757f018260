package import Basics
package import Delivery
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
    /// Told of a commit that is on the branch.
    private let onCommit: @Sendable () -> Void

    private nonisolated let bell = Doorbell()
    private nonisolated let inbox = Locked(Inbox())
    private var byApplication: [String: [Workload]] = [:]
    private var repositories: [ImageRepository: State] = [:]
    /// Containers that were handed to the writer with what is known now: again only when git or the registry says something new.
    private var settled = Set<ContainerName>()
    /// Whose tags are other ones than when their containers were settled.
    private var unsettled = Set<ImageRepository>()
    /// Why a container's image is not followed, as far as the last try told.
    private var problems: [ContainerName: AutomationError] = [:] {
        didSet { told.withLock { [problems] in $0 = problems } }
    }
    private nonisolated let told = Locked<[ContainerName: AutomationError]>([:])
    private var writeBackoff = Backoff(base: .seconds(2), limit: .seconds(600))
    private var writeNotBefore: Duration?
    private var turn = 0

    private struct Inbox {
        var rendered: [String: Desired] = [:]
        var due = Set<ImageRepository>()
    }

    /// What is known of one repository.
    private struct State {
        var list: TagList?
        var due: Duration
        var backoff = Backoff(base: .seconds(5), limit: .seconds(600))
        var error: RegistryError?
    }

    package init(
        writer: BranchWriter, scanner: Scanner, settings: Settings, credentials: @escaping Credentials, time: any TimeSource,
        random: RandomSource, logger: Logger, onCommit: @escaping @Sendable () -> Void = {}
    ) {
        (self.writer, self.scanner, self.settings, self.credentials) = (writer, scanner, settings, credentials)
        (self.time, self.random, self.logger, self.onCommit) = (time, random, logger, onCommit)
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
    /// - Parameter refresh: ask the registry also where it was asked a moment ago.
    package func images(of key: ObjectKey, refresh: Bool) async throws(AutomationError) -> WorkloadImages {
        let workload = try workload(key)
        var containers: [WorkloadImages.Container] = []
        for container in workload.containers {
            let policy = try workload.policy.tagPolicy(of: container.name)
            var (list, error) = (repositories[container.image.repository]?.list, RegistryError?.none)
            if list == nil || refresh {
                do throws(RegistryError) {
                    list = try await scan(
                        container.image.repository,
                        for: needs(of: container.image.repository) + [(workload, TagNeed(policy: policy, image: container.image))])
                } catch let failure {
                    error = failure
                }
            }
            var told = WorkloadImages.Container(
                of: workload, container, policy: policy, tags: list?.tags ?? [], error: error.map { "\($0)" })
            if let problem = problems[ContainerName(workload: workload.key, container: container.name)] {
                told.verdict += ", but the commit was not made: \(problem)"
            }
            containers.append(told)
        }
        return WorkloadImages(workload: workload, containers: containers)
    }

    /// Commits what a person asked for.
    package func change(_ request: ChangeRequest) async throws(AutomationError) -> ChangeReport {
        let workload = try workload(request.workload)
        var request = request
        var tags: [ImageRepository: [ImageTag]] = [:]
        if case .release(var image) = request.action {
            tags = try await lookedUp(&image, for: request, workload)
            request.action = .release(image)
        }
        let report = try await writer.perform(.request(request, application: workload.application, tags: tags))
        if report.commit != nil { onCommit() }
        return report
    }

    /// What the registry says of an image that a person wants: whether it is there, its digest where the workload's
    /// image is pinned, or all tags where the filter chooses.
    private func lookedUp(
        _ image: inout ImageReference, for request: ChangeRequest, _ workload: Workload
    ) async throws(AutomationError) -> [ImageRepository: [ImageTag]] {
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
                return [repository: try await scan(repository, for: self.needs(of: repository) + needs).tags]
            }
            let digest = try await scanner.digest(of: repository, tag: tag, credential: await credentials(workload, repository))
            if image.digest == nil, meant.contains(where: { $0.image.digest != nil }) { image.digest = digest }
            return [:]
        } catch {
            // A registry that is away must not keep a person from a release that names its tag.
            if image.tag != nil, error.kind != .notFound || request.force { return [:] }
            throw AutomationError(
                error.kind == .notFound ? .notFound : .registry, "\(image): \(error.message)",
                advice: error.kind == .notFound ? "push the image first, or use --force" : error.advice)
        }
    }

    private func workload(_ key: ObjectKey) throws(AutomationError) -> Workload {
        let all = workloads()
        if let found = all.first(where: { $0.key == key }) { return found }
        throw AutomationError(
            .notFound, "git has no \(key)", advice: "there are " + all.prefix(10).map(\.key.description).joined(separator: ", "))
    }

    // MARK: the loop

    /// Works until cancelled.
    package func run() async {
        while !Task.isCancelled {
            let wait = await pass()
            _ = await bell.wait(upTo: wait, time)
        }
    }

    /// Scans what is due and writes what follows.
    ///
    /// - Returns: When to look again without being told.
    package func pass() async -> Duration {
        takeNotes()
        let needed = needs()
        for repository in needed.keys where repositories[repository] == nil {
            // Spread over the interval, but not the first look.
            repositories[repository] = State(list: await scanner.remembered(repository), due: time.elapsed)
        }
        for repository in repositories.keys where needed[repository] == nil { repositories[repository] = nil }
        let now = time.elapsed
        let due = needed.filter { (repositories[$0.key]?.due ?? now) <= now }
        if !due.isEmpty {
            turn &+= 1
            // A registry that is slow holds up none of the others.
            await withDiscardingTaskGroup { group in
                for (repository, needs) in due { group.addTask { _ = try? await self.scan(repository, for: needs) } }
            }
        }
        await write()
        let next = (repositories.values.map(\.due) + [writeNotBefore].compactMap { $0 }).min()
        return max(.milliseconds(100), min(settings.interval, (next ?? now + settings.interval) - time.elapsed))
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
            settled = settled.filter { !keys.contains($0.workload) }
            problems = problems.filter { !keys.contains($0.key.workload) }
        }
        for repository in notes.due { repositories[repository]?.due = time.elapsed }
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
    ) async throws(RegistryError) -> TagList {
        let begin = time.elapsed
        // The first that may pull it lends its credentials.
        var credential: RegistryCredential?
        for (workload, _) in needs {
            credential = await credentials(workload, repository)
            if credential != nil { break }
        }
        do throws(RegistryError) {
            let list = try await scanner.scan(repository, needs: needs.map(\.need), turn: turn, credential: credential)
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "ok")]).increment()
            guard var state = repositories[repository] else { return list }
            // New tags may change the mind about whoever runs an image of the repository.
            if state.list?.tags != list.tags { unsettled.insert(repository) }
            state.list = list
            state.error = nil
            state.backoff.reset()
            // Up to a tenth earlier, so that repositories do not stay in step.
            let next = time.elapsed + settings.interval * (1 - Double(random.next(below: 100)) / 1000)
            // What was marked as due meanwhile stays due: the answer may be older than the push.
            if state.due <= begin || state.due > next { state.due = next }
            repositories[repository] = state
            return list
        } catch {
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "failed")]).increment()
            if var state = repositories[repository] {
                if state.error?.message != error.message {
                    logger.warning("a registry does not tell", metadata: ["image": "\(repository)", "error": "\(error)"])
                }
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
        writeNotBefore = nil
        let changed = unsettled
        unsettled = []
        var wanted: [ContainerName] = []
        var applications = Set<String>()
        let tags = repositories.compactMapValues { $0.list?.tags }
        for workload in byApplication.values.joined() where workload.policy.restraint == nil {
            for container in workload.containers {
                let name = ContainerName(workload: workload.key, container: container.name)
                let repository = container.image.repository
                if changed.contains(repository) { settled.remove(name) }
                guard !settled.contains(name), let known = tags[repository],
                    case .take? = try? workload.policy.decide(container: container.name, image: container.image, tags: known)
                else { continue }
                wanted.append(name)
                applications.insert(workload.application)
            }
        }
        guard !wanted.isEmpty else { return }
        do throws(AutomationError) {
            let report = try await writer.perform(.follow(wanted, applications: applications, tags: tags))
            settled.formUnion(wanted)
            writeBackoff.reset()
            for name in wanted { problems[name] = nil }
            for problem in report.problems {
                let name = ContainerName(workload: problem.workload, container: problem.container ?? "")
                problems[name] = problem.error
                logger.warning("an image is not followed", metadata: ["container": "\(name)", "error": "\(problem.error)"])
            }
            if report.commit != nil {
                Counter(label: "martlet_image_bumps_total").increment(by: report.bumps.count)
                onCommit()
            }
        } catch {
            logger.warning("images are not committed", metadata: ["error": "\(error)"])
            for name in wanted { problems[name] = error }
            writeNotBefore = time.elapsed + writeBackoff.next(random)
        }
    }
}
