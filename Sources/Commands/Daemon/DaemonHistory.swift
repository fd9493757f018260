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
    private let events: KubernetesEvents
    private let metrics: DeployMetrics
    private let begun: Timestamp
    private let time: any TimeSource
    private let logger: Logger

    struct Parts {
        /// Of the repository that is followed; nil where there is none.
        var mirror: SharedMirror?
        /// Who writes notes to it; nil where nobody does.
        var notes: NoteKeeper?
        /// Martlet's own namespace, where sinks' secrets are.
        var namespace: String
        /// What the repository is called there.
        var source: String
        var client: ClusterClient
        var time: any TimeSource
        var random: RandomSource
        var logger: Logger
        /// Where deploys are counted.
        var metrics: any MetricsFactory
    }

    /// - Parameter file: nil keeps everything in memory.
    init(file: String?, options: HistoryOptions, parts: Parts) throws(HistoryError) {
        let database = try HistoryDatabase(path: file)
        if database.wasDamaged {
            parts.logger.warning("the history was damaged: it is put aside, and begun anew", metadata: ["file": "\(file ?? "")"])
        }
        (time, logger, begun) = (parts.time, parts.logger, parts.time.now)
        metrics = DeployMetrics(factory: parts.metrics)
        store = EventStore(database)
        let inventories = InventoryStore(client: parts.client, namespace: parts.namespace)
        recorder = History.Recorder(
            store: store, mirror: parts.mirror, time: parts.time, random: parts.random, logger: parts.logger, retention: options.retention,
            notes: parts.notes, inventories: inventories)
        events = KubernetesEvents(
            client: parts.client, inventories: inventories, source: parts.source, time: parts.time, random: parts.random, logger: parts.logger)
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
        // After the recorder, by whose clock events begin.
        if case .observed(let sight) = event { metrics.note(sight, at: time.now) }
    }

    /// Works until cancelled.
    func run() async {
        let (updates, counted, told) = (recorder.updates(), recorder.updates(), recorder.updates())
        await withDiscardingTaskGroup { group in
            group.addTask { await recorder.run() }
            group.addTask { await sinks.run() }
            group.addTask { await sinks.follow(updates, history: store) }
            group.addTask { await events.run(told) }
            group.addTask { for await event in counted { metrics.note(event) } }
            group.addTask { await metrics.follow(store, refills: recorder.refills, since: begun, time: time, logger: logger) }
        }
    }
}
