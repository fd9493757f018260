import Basics
import Cluster
import Delivery
import History
import Kubernetes
import Prometheus
import Server

/// What the page shows of a daemon: its loop, its history, its repository's past and its cluster.
struct DaemonPage: Sendable {
    let board = OverviewBoard()
    var work: Applications
    var watcher: SourceWatcher
    /// The repository's address without credentials.
    var source: String
    /// Nil: none is kept.
    var history: DaemonHistory?
    var past: Past
    /// Nil: no server was named.
    var prometheus: PrometheusClient?
    var client: ClusterClient
    var cache: WatchCache
    var time: any TimeSource
    var random: RandomSource

    /// Lends the server what the page asks for.
    func show(in view: inout DaemonView) {
        view.overview = Overview(
            board: board, source: { [source, watcher] in sourceValue(source, watcher.state, fetched: true) }, statuses: { [work] in work.statuses },
            hasPrometheus: prometheus != nil, time: time)
        view.history = history.map { HistoryView(store: $0.store, recorder: $0.recorder) }
        view.sinks = history.map { SinksView($0.sinks) }
        view.past = PastView(past, client: client)
        view.pods = PodsView(client: client, time: time, random: random)
        view.liveObjects = { [work, cache] application in await live(application, of: work.statuses, in: cache) }
        guard let prometheus else { return }
        view.queryRange = { query, start, end, step async throws(PrometheusError) in
            try await prometheus.queryRange(query, from: start, to: end, step: step)
        }
    }
}

/// The live objects of an application, or of all of them.
private func live(_ application: String?, of statuses: [ApplicationStatus], in cache: WatchCache) async -> [Object] {
    var found: [ObjectKey: Object] = [:]
    for name in statuses.map(\.application) where application == nil || application == name {
        for object in await cache.objects(application: name) { found[object.key] = object }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
}
