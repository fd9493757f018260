import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Prometheus
import Rollout
import TestKit

@testable import History
@testable import Server

/// A daemon with something to see: two applications, their history, pods and metrics. Bob of `AutomationStage` may
/// look into the namespace "shop" only.
struct PageStage: Sendable {
    let automation = AutomationStage()
    let time: any TimeSource
    let board = OverviewBoard()
    let statuses = Locked<[ApplicationStatus]>([])
    let events = Locked<[DeployEvent]>([])
    let listeners = Locked<[AsyncStream<DeployEvent>.Continuation]>([])
    let queries = Locked<[String]>([])
    let text: String

    static let revision = SourceRevision(reference: "main", commit: String(repeating: "4f", count: 20))
    static let began = Timestamp("2026-11-21T05:12:33.250Z")!

    /// - Parameter text: stands wherever somebody else's words do.
    init(text: String = "as it should be", time: any TimeSource = SystemTime()) {
        (self.text, self.time) = (text, time)
        see("shop", [Self.sight("front-end", text: text)], message: text)
        see("both", [Self.sight("cart", text: text), Self.sight("orders", namespace: "back", text: text)], message: "waits for orders in back")
        see("hidden", [Self.sight("ledger", namespace: "back", text: text)], message: "secret plans")
        see("plain", [], message: "config only")
        let made = [
            Self.event("01KAK0000000000000000000A1", "front-end", text: text), Self.event("01KAK0000000000000000000A2", "orders", namespace: "back", text: text),
            Self.event("01KAK0000000000000000000A3", nil, text: text), Self.event("01KAK0000000000000000000A4", "cart", text: text),
        ]
        events.withLock { $0 = made }
    }

    static func sight(_ name: String, namespace: String = "shop", text: String, health: ApplicationStatus.Health = .degraded) -> WorkloadSight {
        WorkloadSight(
            key: AutomationStage.key(name, namespace: namespace), images: ["web": text], liveImages: ["web": "b:1"], health: health, message: text,
            wanted: 3, ready: 2, strategy: "canary")
    }

    func see(_ application: String, _ workloads: [WorkloadSight], message: String) {
        var status = ApplicationStatus(application: application)
        (status.revision, status.appliedRevision, status.message) = ("main@4f4f4f4", "main@4f4f4f4", message)
        (status.sync, status.health, status.objects, status.changedAt) = (.synced, .degraded, 7, Self.began)
        status.problems = [
            .init(place: "deploy/a.yaml:3", object: "deployment.apps/cart -n shop", message: text),
            .init(place: "deploy/b.yaml:9", object: "deployment.apps/orders -n back", message: "hidden trouble"),
        ]
        let made = status
        statuses.withLock { statuses in
            statuses.removeAll { $0.application == application }
            statuses.append(made)
            statuses.sort { $0.application < $1.application }
        }
        board.note(.observed(ApplicationSight(application: application, revision: Self.revision, previousCommit: "", status: made, workloads: workloads)))
    }

    static func event(_ id: String, _ name: String?, namespace: String = "shop", text: String) -> DeployEvent {
        var event = DeployEvent(
            id: id, application: name == nil ? "plain" : "shop", workload: name.map { AutomationStage.key($0, namespace: namespace) }, startedAt: began,
            revision: revision, previousCommit: "", cause: .init(.commit, by: text))
        event.commits = [.init(id: revision.commit, author: text, subject: text, time: began)]
        event.images = [.init(container: text, from: text, to: nil)]
        (event.outcome, event.reason, event.strategy, event.endedAt) = (.failed, text, "canary", began.adding(.seconds(60)))
        event.steps = [.init(at: began, phase: "stepping", step: 1, weight: 5, message: text)]
        event.changes = [
            ObjectChange(key: AutomationStage.key("front-end"), action: .changed, fields: [.init(path: text, from: text, to: nil)]),
            ObjectChange(key: ObjectKey(group: "", kind: "Secret", namespace: "back", name: "ledger-key"), action: .created),
        ]
        return event
    }

    var history: HistoryView {
        HistoryView(
            events: { [events] query async throws(HistoryError) in
                var found = events.withLock { $0 }.sorted { $0.id > $1.id }.filter { event in
                    (query.application.map { $0 == event.application } ?? true) && (query.name.map { $0 == event.workload?.name } ?? true)
                        && (query.outcomes.isEmpty || query.outcomes.contains(event.outcome)) && (query.to.map { event.startedAt <= $0 } ?? true)
                }
                if let before = query.before { found = found.filter { $0.id < before } }
                return Array(found.prefix(query.limit))
            },
            event: { [events] id async throws(HistoryError) in events.withLock { $0 }.first { $0.id == id } },
            moment: { [text] at async throws(HistoryError) in
                var moment = PastMoment(time: at, knownSince: Self.began)
                for (name, namespaces) in [("both", ["shop", "back"]), ("hidden", ["back"])] {
                    var application = PastMoment.Application(
                        application: name, revision: Self.revision, since: Self.began, sync: .synced, health: .healthy, message: "secret plans")
                    application.workloads = namespaces.map { .init(Self.sight("x", namespace: $0, text: text), since: Self.began) }
                    moment.applications.append(application)
                }
                return moment
            },
            knownSince: { () async throws(HistoryError) in Self.began },
            updates: { [listeners] in
                let (stream, continuation) = AsyncStream.makeStream(of: DeployEvent.self)
                listeners.withLock { $0.append(continuation) }
                return stream
            })
    }

    var past: PastView {
        @Sendable func revision(_ moment: Moment) throws(HistoryError) -> PastRevision {
            if case .revision("nothing") = moment { throw HistoryError(.notFound, "there is no \"nothing\"", advice: "name another") }
            return PastRevision(revision: Self.revision, committedAt: Self.began, time: nil)
        }
        return PastView(
            sight: { [text] application, moment async throws(HistoryError) in
                let objects = ["shop", "back"].map { namespace -> Object in
                    Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "x", "namespace": .string(namespace), "annotations": ["said": .string(text)]]])!
                }
                let policy = PastPolicy(isAutomated: true, isLocked: true, lockedBy: text, lockedReason: text)
                return PastSight(
                    meant: PastObjects(
                        revision: try revision(moment),
                        objects: objects.map { PastObject(application: application ?? "", object: $0, origin: Origin(file: "a.yaml", line: 1), policy: policy) },
                        problems: ["of hidden"], revisions: ["both": try revision(moment)]), notes: [text])
            },
            compare: { [text] from, to, application async throws(HistoryError) in
                let keys = [AutomationStage.key("x"), AutomationStage.key("x", namespace: "back")]
                return Comparison(
                    from: try revision(from), to: try revision(to),
                    objects: keys.map { ObjectDifference(key: $0, application: "shop", action: .changed, fields: [.init(path: "spec", from: text, to: nil)], diff: text) },
                    problems: ["of hidden"])
            },
            blame: { [text] key, moment async throws(HistoryError) in
                BlameReport(
                    workload: key, application: "shop", revision: Self.revision,
                    fields: [.init(path: "spec.replicas", text: text, commit: .init(id: Self.revision.commit, author: text, subject: text, time: Self.began), origin: "a.yaml")],
                    notes: moment.map { ["at \($0)"] } ?? [])
            })
    }

    var pods: PodsView {
        PodsView(
            pods: { [text] key async throws(ClusterError) in
                if key.name == "gone" { throw ClusterError(.notFound, code: 404, message: "no") }
                let pod: Value = [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": ["name": "front-end-1", "namespace": "shop", "labels": ["pod-template-hash": "bbb"]],
                    "spec": ["containers": [["name": "web", "image": .string(text)]]],
                    "status": [
                        "phase": "Running", "conditions": [["type": "Ready", "status": "False"]],
                        "containerStatuses": [["name": "web", "ready": false, "restartCount": 4, "state": ["waiting": ["reason": "CrashLoopBackOff", "message": .string(text)]]]],
                    ],
                ]
                return PodsView.Found(pods: [Object(pod)!], arms: ["aaa": .stable, "bbb": .next])
            },
            logs: { [text] pod, query async throws(ClusterError) in "\(query.lines) \(query.isPrevious) \(query.container ?? "")\n\(text)\r\n" })
    }

    func daemon() -> DaemonView {
        var view = automation.daemon()
        view.overview = Overview(
            board: board, source: { [text] in ["url": "https://git.example.com/shop.git", "revision": .string(text)] }, statuses: { [statuses] in statuses.withLock { $0 } },
            hasPrometheus: true, time: time)
        (view.history, view.past, view.pods) = (history, past, pods)
        let retries = queries
        view.sinks = SinksView(
            states: { [text] in
                [
                    SinkState(
                        name: "team", kind: "slack", origin: "martlet.yaml:3", waiting: 2, lastError: text, nextTry: nil, dropped: 0,
                        deadLetters: [.init(id: "d1", application: "shop", workload: text, outcome: "failed", reason: text, at: Self.began, attempts: 3)], deadLetterCount: 1)
                ]
            },
            retry: { (name: String, id: String?) async throws(HistoryError) in
                if name == "full" { throw HistoryError(.store, "the queue cannot be written", advice: "see its disk") }
                guard name == "team" else { return nil }
                retries.withLock { $0.append("retry \(id ?? "all")") }
                return 1
            })
        view.liveObjects = { _ in TopologyTests.objects }
        view.queryRange = { [queries, text] query, start, end, step async throws(PrometheusError) in
            queries.withLock { $0.append("\(query) \(start) \(end) \(step)") }
            if query == "broken" { throw PrometheusError(.query, "refused") }
            if query == "down" { throw PrometheusError(.unavailable, "down") }
            let series = (0..<60).map { QueryValue.Series(labels: ["pod": "\($0)", "said": text], points: [.init(at: start, value: 1.5), .init(at: end, value: .nan)]) }
            return QueryAnswer(.matrix(series))
        }
        view.time = time
        return view
    }

    var call: RouterCall { RouterCall(daemon()) }
}
