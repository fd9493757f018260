package import Basics
package import Delivery
internal import Git
internal import Kubernetes
package import Logging
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
    let settings: Settings
    let credentials: Credentials
    let time: any TimeSource
    let random: RandomSource
    let logger: Logger
    /// Why nothing may be written now; nil where it may.
    let hold: @Sendable () -> String?

    nonisolated let bell = Doorbell()
    nonisolated let inbox = Locked(Inbox())
    var byApplication: [String: [Workload]] = [:]
    var repositories: [ImageRepository: State] = [:]
    /// Containers that were handed to the writer with what is known now: again when git or the registry says something
    /// new, or after a while.
    var settled: [ContainerName: Duration] = [:]
    /// Counts what git said of an application.
    var generations: [String: Int] = [:]
    /// Whose tags are other ones than when their containers were settled.
    var unsettled = Set<ImageRepository>()
    /// When tags changed that no commit took up yet.
    var changedAt: Duration?
    /// When a registry last answered.
    var heardAt = Duration.zero
    /// Why a container's image is not followed, as far as the last try told.
    var problems: [ContainerName: AutomationError] = [:] {
        didSet { told.withLock { [problems] in $0 = problems } }
    }
    nonisolated let told = Locked<[ContainerName: AutomationError]>([:])
    var writeBackoff = Backoff(base: .seconds(2), limit: .seconds(600))
    var writeNotBefore: Duration?
    var turn = 0
    /// What people look at, as registries told it a moment ago or are telling it now.
    var looks: [ImageRepository: Look] = [:]
    /// When what no workload runs any more was last forgotten, or when that was first thought of.
    var tidiedAt: Duration?

    struct Inbox {
        var rendered: [String: Desired] = [:]
        var due = Set<ImageRepository>()
    }

    /// What is known of one repository.
    struct State {
        var known: Scan?
        var due: Duration
        var isScanning = false
        var backoff = Backoff(base: .seconds(5), limit: .seconds(600))
        var error: RegistryError?
    }

    /// A scan that somebody who looks is waiting for; kept for a while, so that looking again asks nobody.
    struct Look {
        var scan: Task<Result<Scan, RegistryError>, Never>
        var endedAt: Duration?
    }

    static let lookAge = Duration.seconds(10)

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

    /// Takes in what it was told since.
    func takeNotes() {
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

    // MARK: what it tells

    package func workloads() -> [Workload] {
        takeNotes()
        return byApplication.values.joined().sorted { ($0.key, $0.application) < ($1.key, $1.application) }
    }

    /// Why images of automated workloads are not followed.
    package nonisolated var currentProblems: [ContainerName: AutomationError] { told.withLock { $0 } }

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
    static let gathering = Duration.seconds(2)
    /// While answers keep coming in, one commit for all is worth some more seconds.
    static let pause = Duration.milliseconds(500)
    static let longestGathering = Duration.seconds(10)

    var isReadyToWrite: Bool {
        guard repositories.values.contains(where: \.isScanning), let since = changedAt else { return true }
        let waited = time.elapsed - since
        return waited >= Self.gathering && (time.elapsed - heardAt >= Self.pause || waited >= Self.longestGathering)
    }

    var nextLook: Duration {
        let scans = repositories.values.filter { !$0.isScanning }.map(\.due)
        let next = (scans + [writeNotBefore, changedAt.map { max($0 + Self.gathering, heardAt + Self.pause) }].compactMap { $0 }).min()
        let now = time.elapsed
        return max(.milliseconds(100), min(settings.interval, (next ?? now + settings.interval) - now))
    }
}
