internal import Basics
internal import Cluster
internal import Kubernetes
internal import Logging

/// The applications of one source: takes each new revision apart and gives every
/// application its part.
package actor Applications {
    /// What makes this source's applications its own.
    package struct Settings: Sendable {
        /// The address without credentials, or the folder.
        package var source: String
        /// Only what is below is used; "" is the whole tree.
        package var root: String
        /// Of the application that plain manifests belong to.
        package var name: String

        package init(source: String, root: String, name: String) {
            self.source = source
            self.root = root
            self.name = name
        }
    }

    private let settings: Settings
    private var environment: WorkEnvironment
    private let board: StatusBoard
    private var reconcilers: [String: Reconciler] = [:]
    private var specs: [String: ApplicationSpec] = [:]
    /// Applications of which an inventory says that git said not to prune them.
    private var kept: Set<String> = []
    private let starts = AsyncStream.makeStream(of: Reconciler.self)
    private var hasLoaded = false
    private var hasDelivered = false

    package init(settings: Settings, environment: WorkEnvironment) {
        self.settings = settings
        let board = StatusBoard()
        self.board = board
        self.environment = environment
        let listener = environment.progress
        self.environment.progress = Progress { event in
            switch event {
            case .status(let status, _): board.set(status)
            case .observed(let sight) where sight.isRemoved: board.remove(sight.application)
            case .observed(let sight): board.looked(sight.application)
            default: break
            }
            listener.report(event)
        }
    }

    /// Works until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [cache = environment.cache] in await cache.run() }
            for await reconciler in starts.stream { group.addTask { await reconciler.run() } }
            group.cancelAll()
        }
    }

    /// Every application's state, by name.
    package nonisolated var statuses: [ApplicationStatus] { board.all }

    /// Whether every application has been looked at in this process, is at the revision, and stays as it is unless somebody
    /// changes something: one that waits for another that has become well meanwhile does not.
    package nonisolated func isSettled(at revision: String) -> Bool { board.isSettled(at: revision) }

    /// The revision every application of the source is to be brought to.
    ///
    /// - Throws: `RenderError` or `SourceError` when the tree cannot be divided; then
    ///   everything stays as the revision before it says.
    package func deliver(_ tree: any SourceTree) async throws {
        let layout = try await scan(tree, root: settings.root, name: settings.name)
        try await loadKnown()
        // Before the first of its objects is applied: a sink that the revision brings hears of the revision.
        environment.progress.report(.notifications(layout.notifications))
        var wanted = Set<String>()
        for part in layout.parts {
            wanted.insert(part.spec.name)
            specs[part.spec.name] = part.spec
            await reconciler(part.spec.name).assign(
                Assignment(part: part, tree: tree, source: settings.source, problems: layout.problems[part.spec.name] ?? []))
        }
        for (name, problems) in layout.problems where !wanted.contains(name) {
            wanted.insert(name)
            let spec = specs[name] ?? ApplicationSpec(name: name, path: "", origin: problems.first?.origin ?? Origin(file: settings.root, line: nil))
            await reconciler(name).assign(
                Assignment(part: Layout.Part(spec: spec, form: .manifests, files: []), tree: tree, source: settings.source, problems: problems))
        }
        // What git no longer mentions: its objects wait for a person's word.
        for (name, reconciler) in reconcilers where !wanted.contains(name) && board.status(of: name) != nil {
            var spec = specs[name] ?? ApplicationSpec(name: name, path: "", origin: Origin(file: settings.root, line: nil))
            if specs[name] == nil { spec.prunes = !kept.contains(name) }
            spec.origin = Origin(file: "\(tree.revision)", line: nil)
            var assignment = Assignment(
                part: Layout.Part(spec: spec, form: .manifests, files: []), tree: tree, source: settings.source)
            assignment.isRemoval = true
            await reconciler.assign(assignment)
        }
        if !hasDelivered {
            hasDelivered = true
            environment.progress.report(.applications(Set(reconcilers.keys)))
        }
    }

    /// Applications with an inventory from this source, so that one that left git is not forgotten.
    private func loadKnown() async throws {
        guard !hasLoaded else { return }
        for (name, record) in try await environment.store.loadAll() where record.inventory.source == settings.source {
            if reconcilers[name] == nil { start(Reconciler(name: name, environment: environment, record: record, statusOf: { [board] in board.status(of: $0) })) }
            if let status = ApplicationStatus(record.status) { board.set(status) }
            // What git said of one that it has forgotten since.
            if record.inventory.keepsAll { kept.insert(name) }
        }
        hasLoaded = true
    }

    private func reconciler(_ name: String) async -> Reconciler {
        if let known = reconcilers[name] {
            // It may have been gone.
            board.add(known)
            return known
        }
        return start(Reconciler(name: name, environment: environment, statusOf: { [board] in board.status(of: $0) }))
    }

    @discardableResult
    private func start(_ reconciler: Reconciler) -> Reconciler {
        reconcilers[reconciler.name] = reconciler
        board.add(reconciler)
        starts.continuation.yield(reconciler)
        return reconciler
    }
}

/// Where applications look each other up, without waiting for each other.
final class StatusBoard: Sendable {
    /// A reconciler reaches the board through its environment: held strongly, neither would ever go.
    private struct Known {
        weak var reconciler: Reconciler?
    }

    private struct State {
        var statuses: [String: ApplicationStatus] = [:]
        var reconcilers: [String: Known] = [:]
        /// Whose status is this process's own: what stands in the cluster may be of another day.
        var looked: Set<String> = []
    }

    private let state = Locked(State())

    var all: [ApplicationStatus] {
        state.withLock { state in state.statuses.values.sorted { $0.application < $1.application } }
    }

    func add(_ reconciler: Reconciler) {
        state.withLock { state in
            state.reconcilers[reconciler.name] = Known(reconciler: reconciler)
            if state.statuses[reconciler.name] == nil { state.statuses[reconciler.name] = ApplicationStatus(application: reconciler.name) }
        }
    }

    /// Takes note, and wakes those that may have waited for it.
    func set(_ status: ApplicationStatus) {
        let others = state.withLock { state -> [Reconciler] in
            // One that is gone is not brought back by what its last look tells late.
            guard state.reconcilers[status.application] != nil else { return [] }
            state.statuses[status.application] = status
            return state.reconcilers.values.compactMap(\.reconciler).filter { $0.name != status.application }
        }
        for other in others { other.dependencyChanged(status.application) }
    }

    func looked(_ name: String) { state.withLock { _ = $0.looked.insert(name) } }

    func isSettled(at revision: String) -> Bool {
        state.withLock { state in
            !state.statuses.isEmpty
                && state.statuses.values.allSatisfy { status in
                    guard state.looked.contains(status.application), status.isFinal(at: revision) else { return false }
                    guard let other = state.statuses[status.waitsFor] else { return true }
                    return other.sync != .synced || other.health != .healthy
                }
        }
    }

    /// Git has forgotten it, and nothing of it is left.
    func remove(_ name: String) {
        let others = state.withLock { state -> [Reconciler] in
            (state.statuses[name], state.reconcilers[name]) = (nil, nil)
            return state.reconcilers.values.compactMap(\.reconciler)
        }
        for other in others { other.dependencyChanged(name) }
    }

    func status(of name: String) -> ApplicationStatus? { state.withLock { $0.statuses[name] } }
}
