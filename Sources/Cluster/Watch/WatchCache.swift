package import Basics
import Document
import HTTP
package import Kubernetes
package import Logging

/// The live objects of the resource types in use, kept up to date by list and watch: reading
/// from it costs no request.
///
/// Level-triggered: `changes()` says which keys to look at again, never how they changed.
/// An answer "not there" is only as good as `state(of:)`: a list that failed is never "nothing there".
package actor WatchCache {
    /// How far one list-and-watch can be trusted.
    package struct State: Sendable, Hashable {
        /// The first list was complete. Stays true: what is known only gets older when the server is away.
        package var isSynced = false
        /// The failure that keeps it from being up to date; nil while all is well.
        package var error: ClusterError?
        /// Up to where the server's changes are in the cache.
        package var resourceVersion = ""
        /// When the server was last heard, on `TimeSource.elapsed`.
        package var lastHeard: Duration?
        /// How often the server answered with a past older than what was seen: after one, plan anew and prune nothing.
        package var regressions = 0

        /// Complete and not known to be behind: what deleting needs.
        package var isCurrent: Bool { isSynced && error == nil }
    }

    struct Identifier: Sendable, Hashable {
        var groupKind: GroupKind
        var scope: ListScope
    }

    struct Part: Sendable {
        var resource: APIResource
        /// As it was asked for last: perhaps in another version. Both see the same objects, so it is taken only where the
        /// one that is watched has gone, or two applications that name two versions would draw the watch to and fro.
        var wanted: APIResource
        var dropped: [[String]]
        var index = ObjectIndex()
        var state = State()
        /// What is there is of another past, or in another version: the next list keeps none of it.
        var isForeign = false
        /// Since when the server has said nothing but that there is no such type.
        var missingSince: Duration?

        init(_ resource: APIResource, dropping dropped: [[String]]) { (self.resource, wanted, self.dropped) = (resource, resource, dropped) }
    }

    let client: ClusterClient
    let time: any TimeSource
    let random: RandomSource
    let logger: Logger
    let changeLimit: Int
    let hub = ChangeHub()
    var parts: [Identifier: Part] = [:]
    /// `run` has ended: nobody will list what is asked for from now on.
    private var isStopped = false
    private let starts: AsyncStream<Identifier>
    private let starter: AsyncStream<Identifier>.Continuation

    /// - Parameter changeLimit: keys kept for one subscriber before types are named instead.
    package init(
        client: ClusterClient, time: any TimeSource, random: RandomSource, logger: Logger, changeLimit: Int = 50_000
    ) {
        self.client = client
        self.time = time
        self.random = random
        self.logger = logger
        self.changeLimit = changeLimit
        (starts, starter) = AsyncStream.makeStream(of: Identifier.self)
    }

    /// Owns the watches: runs until its task is cancelled. Call it once.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await identifier in starts { group.addTask { await self.reflect(identifier) } }
        }
        isStopped = true
        hub.publish(CacheChanges(kinds: Set(parts.keys.map(\.groupKind))))
    }

    /// Begins to follow a type, and returns when its first list is in the cache. Asking again costs nothing.
    ///
    /// `run()` must be running, or begin to.
    /// - Parameter dropped: fields not kept, for types whose objects are big: `[["metadata", "managedFields"]]`.
    /// - Throws: why the first list failed, where trying again does not help (forbidden, no such type);
    ///   it is tried again all the same, so a later call may succeed.
    package func start(
        _ resource: APIResource, scope: ListScope = .all, dropping dropped: [[String]] = []
    ) async throws(ClusterError) {
        let identifier = Identifier(groupKind: resource.gvk.groupKind, scope: scope)
        var changes = changes { _ in false }.makeAsyncIterator()
        if parts[identifier] == nil {
            parts[identifier] = Part(resource, dropping: dropped)
            starter.yield(identifier)
        } else {
            parts[identifier]?.wanted = resource
        }
        while true {
            guard let state = parts[identifier]?.state else { break }
            if state.isSynced { return }
            if let error = state.error, !error.isTransient { throw error }
            if isStopped { break }
            if await changes.next(isolation: self) == nil { break }
        }
        throw ClusterError(.cancelled, message: "cancelled while \(resource.name) were being listed", transport: .cancelled)
    }

    /// Off the actor: reading answers is work that must not keep readers of the cache waiting.
    @concurrent
    private nonisolated func reflect(_ identifier: Identifier) async {
        guard let resource = await parts[identifier]?.resource else { return }
        let reflector = Reflector(client: client, resource: resource, scope: identifier.scope, time: time, random: random)
        await reflector.run(following: { await self.resourceToList(identifier) }) { effect in await self.take(effect, identifier) }
    }

    private func take(_ effect: WatchState.Effect, _ identifier: Identifier) {
        guard var part = parts.removeValue(forKey: identifier) else { return }
        var changes = CacheChanges()
        let before = part.state
        switch effect {
        case .replace(let objects, let version):
            let kept = objects.map { trimmed($0, part.dropped) }
            changes.keys = part.index.replace(kept, keepingNewerThan: part.isForeign ? nil : version)
            part.isForeign = false
            part.state.isSynced = true
            heard(&part, version)
        case .change(let events):
            for event in events {
                switch event {
                case .added(let object), .modified(let object):
                    if part.index.set(trimmed(object, part.dropped)) { changes.keys.insert(object.key) }
                case .deleted(let object): if part.index.remove(object) { changes.keys.insert(object.key) }
                case .bookmark: break
                }
            }
        case .opened(let version), .heard(let version): heard(&part, version)
        case .failed(let error):
            part.state.error = error
            part.missingSince = error.reason == .notFound ? part.missingSince ?? time.elapsed : nil
            if before.error?.reason != error.reason {
                logger.warning("watch failed", metadata: ["resource": "\(part.resource.name)", "error": "\(error)"])
            }
        case .regressed(let from, let to):
            part.state.regressions += 1
            part.isForeign = true
            logger.error(
                "the cluster went back in time",
                metadata: ["resource": "\(part.resource.name)", "from": "\(from)", "to": "\(to)"])
        case .pause, .list, .openWatch, .readWatch: break
        }
        let isNews =
            before.isSynced != part.state.isSynced || before.error?.reason != part.state.error?.reason
            || before.regressions != part.state.regressions
        if isNews { changes.kinds.insert(identifier.groupKind) }
        parts[identifier] = part
        hub.publish(changes)
    }

    private func heard(_ part: inout Part, _ version: String) {
        part.state.error = nil
        part.missingSince = nil
        part.state.resourceVersion = version
        part.state.lastHeard = time.elapsed
    }

    /// Takes in the answer to a write of our own, so that the writer sees it before the watch brings it.
    package func observe(_ object: Object) {
        var changes = CacheChanges()
        for (identifier, part) in parts where identifier.groupKind == object.groupKind {
            let scope = identifier.scope
            if let namespace = scope.namespace, !namespace.isEmpty, namespace != object.namespace { continue }
            let isKnown = part.index[object.key] != nil
            // Not there, and no newer than what the watch has told: it was deleted since.
            if !isKnown, isOlder(part.state.resourceVersion, than: object.resourceVersion) != true { continue }
            if !isKnown, scope.labelSelector != nil || scope.fieldSelector != nil { continue }
            if parts[identifier]?.index.set(trimmed(object, part.dropped)) == true { changes.keys.insert(object.key) }
        }
        hub.publish(changes)
    }

    private func trimmed(_ object: Object, _ dropped: [[String]]) -> Object {
        var object = object
        for path in dropped { object.value[path: path] = nil }
        return object
    }

    /// What changes from now on, for one reader; `isWanted` chooses keys, changes of a type's state always come.
    package nonisolated func changes(
        where isWanted: @escaping @Sendable (ObjectKey) -> Bool = { _ in true }
    ) -> CacheChangeStream {
        hub.subscribe(limit: changeLimit, isWanted: isWanted)
    }
}
