package import Kubernetes

/// Where the list-and-watch of one resource type stands: what was heard last, and what to ask next.
///
/// kube-rs' watcher as a table: Empty → InitPage → InitListed → Watching, and back to Empty when
/// the server has forgotten our place (410). Pure: `step` takes what happened and says what to do,
/// so that every way through it is a row of a test. What was listed before stays good until the
/// next list is complete; a list that failed says nothing about what is there.
package struct WatchState: Sendable, Hashable {
    package enum Phase: Sendable, Hashable {
        /// No list; `isPaged` is false after a page expired, for then the list comes in one piece.
        case empty(isPaged: Bool)
        /// Some pages of a list.
        case initPage(items: [Object], resourceVersion: String, continue: String)
        /// A whole list, and no word from its watch yet.
        case initListed(resourceVersion: String)
        /// Events, or a bookmark, up to here.
        case watching(resourceVersion: String)
    }

    package var phase: Phase
    /// The highest resourceVersion seen, to notice an answer that is older.
    package var newest: String

    package init() {
        phase = .empty(isPaged: true)
        newest = ""
    }

    /// What happened.
    package enum Input: Sendable, Hashable {
        case listed(ObjectPage)
        case listFailed(ClusterError)
        case watchOpened
        case events([WatchEvent])
        /// The server ended the watch, as it does after `timeoutSeconds`. `isShort`: at once, and without a word.
        case watchEnded(isShort: Bool)
        case watchFailed(ClusterError)
    }

    /// What to do, in this order; the last one brings the next input.
    package enum Effect: Sendable, Hashable {
        /// These are all there are; everything else is gone.
        case replace([Object], resourceVersion: String)
        /// Added, modified and deleted, no bookmarks.
        case change([WatchEvent])
        /// The server follows on from here: nothing is known to be missing. It may be long until it has news.
        case opened(resourceVersion: String)
        /// Events or a bookmark came: all is known up to here.
        case heard(resourceVersion: String)
        case failed(ClusterError)
        /// The cluster answers with a past older than what was seen: restored from a backup, or a stale server.
        case regressed(from: String, to: String)
        /// Wait, longer after each failure in a row, at least as long as the server says.
        case pause(ClusterError?)
        case list(continue: String?, isPaged: Bool)
        case openWatch(from: String)
        case readWatch
    }

    /// The first thing to do.
    package static let start: [Effect] = [.list(continue: nil, isPaged: true)]

    package mutating func step(_ input: Input) -> [Effect] {
        switch input {
        case .listed(let page): listed(page)
        case .listFailed(let error): listFailed(error)
        case .watchOpened: [.opened(resourceVersion: resourceVersion), .readWatch]
        case .events(let events): received(events)
        case .watchEnded(let isShort): reopen(isShort ? [.pause(nil)] : [])
        case .watchFailed(let error): watchFailed(error)
        }
    }

    private mutating func listed(_ page: ObjectPage) -> [Effect] {
        var items = page.items
        var version = page.resourceVersion
        if case .initPage(let before, let first, _) = phase {
            items = before + items
            version = first
        }
        if let token = page.continue {
            phase = .initPage(items: items, resourceVersion: version, continue: token)
            return [.list(continue: token, isPaged: true)]
        }
        phase = .initListed(resourceVersion: version)
        var effects: [Effect] = []
        if isOlder(version, than: newest) == true { effects.append(.regressed(from: newest, to: version)) }
        newest = version
        return effects + [.replace(items, resourceVersion: version), .openWatch(from: version)]
    }

    private mutating func listFailed(_ error: ClusterError) -> [Effect] {
        if case .initPage = phase, error.reason == .expired {
            phase = .empty(isPaged: false)
            return [.list(continue: nil, isPaged: false)]
        }
        var isPaged = true
        if case .empty(let was) = phase { isPaged = was }
        phase = .empty(isPaged: isPaged)
        return [.failed(error), .pause(error), .list(continue: nil, isPaged: isPaged)]
    }

    private mutating func received(_ events: [WatchEvent]) -> [Effect] {
        var version = resourceVersion
        for event in events {
            let next: String
            switch event {
            case .bookmark(let bookmark): next = bookmark
            case .added(let object), .modified(let object), .deleted(let object): next = object.resourceVersion
            }
            if !next.isEmpty, isOlder(next, than: version) != true { version = next }
        }
        phase = .watching(resourceVersion: version)
        if isOlder(version, than: newest) != true { newest = version }
        let changes = events.filter { $0.object != nil }
        return (changes.isEmpty ? [] : [.change(changes)]) + [.heard(resourceVersion: version), .readWatch]
    }

    private mutating func watchFailed(_ error: ClusterError) -> [Effect] {
        let isNew = if case .initListed = phase { true } else { false }
        switch error.reason {
        case .expired:
            phase = .empty(isPaged: true)
            // A place lost right after the list would be lost again: not at full speed.
            return (isNew ? [.failed(error), .pause(error)] : []) + [.list(continue: nil, isPaged: true)]
        case .timeout:
            return [.failed(error)] + reopen([])
        case .malformed, .notFound, .unknownKind:
            // The same event would come again; a list goes around it, or says that the type is gone.
            phase = .empty(isPaged: true)
            return [.failed(error), .pause(error), .list(continue: nil, isPaged: true)]
        default:
            return [.failed(error)] + reopen([.pause(error)])
        }
    }

    private func reopen(_ before: [Effect]) -> [Effect] { before + [.openWatch(from: resourceVersion)] }

    /// The place a watch goes on from; "" before the first list.
    package var resourceVersion: String {
        switch phase {
        case .empty, .initPage: ""
        case .initListed(let version), .watching(let version): version
        }
    }
}
