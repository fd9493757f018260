import Basics
import Cluster
import Delivery
import Git
import History
import HTTP
import Logging
import Metrics

/// The parts of a daemon that keep what was deployed, and tell others of it.
struct DaemonHistory: Sendable {
    let store: EventStore
    let recorder: History.Recorder
    let sinks: Sinks

    struct Parts {
        /// Of the repository that is followed; nil where there is none.
        var mirror: SharedMirror?
        /// Who writes notes to it; nil where nobody does.
        var notes: NoteKeeper?
        /// Martlet's own namespace, where sinks' secrets are.
        var namespace: String
        var client: ClusterClient
        var time: any TimeSource
        var random: RandomSource
        var logger: Logger
    }

    /// - Parameter file: nil keeps everything in memory.
    init(file: String?, options: HistoryOptions, parts: Parts) throws(HistoryError) {
        let database = try HistoryDatabase(path: file)
        if database.wasDamaged {
            parts.logger.warning("the history was damaged: it is put aside, and begun anew", metadata: ["file": "\(file ?? "")"])
        }
        store = EventStore(database)
        recorder = History.Recorder(
            store: store, mirror: parts.mirror, time: parts.time, random: parts.random, logger: parts.logger, retention: options.retention,
            notes: parts.notes, inventories: InventoryStore(client: parts.client, namespace: parts.namespace))
        sinks = Sinks(
            store: SinkStore(database), cluster: options.clusterName,
            secret: Sinks.secrets(of: parts.client, namespace: parts.namespace),
            transport: CurlTransport(userAgent: "martlet/\(MartletVersion.current)"), time: parts.time, random: parts.random, logger: parts.logger,
            links: options.links)
    }

    /// Takes note of what the loop does; returns at once.
    func note(_ event: ProgressEvent) {
        recorder.note(event)
        sinks.note(event)
    }

    /// Works until cancelled.
    func run() async {
        let (updates, counted) = (recorder.updates(), recorder.updates())
        await withDiscardingTaskGroup { group in
            group.addTask { await recorder.run() }
            group.addTask { await sinks.run() }
            group.addTask { await sinks.follow(updates, history: store) }
            group.addTask {
                let metrics = DeployMetrics(factory: MetricsSystem.factory)
                metrics.begin((try? await store.events(EventQuery(limit: EventQuery.maxLimit))) ?? [])
                for await event in counted { metrics.note(event) }
            }
        }
    }
}
