import Basics
import Delivery
import Document
import Kubernetes
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
private let api = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "api")
private let config = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "web")
private let (c0, c1, c2) = (String(repeating: "0", count: 40), String(repeating: "1", count: 40), String(repeating: "2", count: 40))

/// A look, in the words of a test.
private struct Look {
    var seconds: Int64
    var commit = c1
    var previous = c0
    var workloads: [WorkloadSight]
    var changes: [ObjectChange] = []
    var failures: [ObjectKey: ApplyFailure] = [:]
    var isRemoved = false

    var sight: ApplicationSight {
        var status = ApplicationStatus(application: "shop")
        status.revision = revision.description
        var sight = ApplicationSight(
            application: "shop", revision: revision, previousCommit: previous, status: status, workloads: workloads, changes: changes, files: ["web.yaml"])
        sight.failures = failures
        sight.isRemoved = isRemoved
        return sight
    }

    var revision: SourceRevision { SourceRevision(reference: "main", commit: commit) }
}

private func seen(
    _ key: ObjectKey = web, _ image: String = "web:2", live: String? = nil, former: String? = nil,
    health: ApplicationStatus.Health = .healthy, message: String = "", rollout: RolloutStatus? = nil
) -> WorkloadSight {
    var sight = WorkloadSight(
        key: key, images: ["web": image], liveImages: ["web": live ?? image], health: health, message: message, strategy: "RollingUpdate", rollout: rollout)
    if let former { sight.formerImages = ["web": former] }
    return sight
}

private func changed(_ key: ObjectKey = web, _ action: ObjectChange.Action = .changed) -> ObjectChange {
    var change = ObjectChange(key: key, action: action, fields: [.init(path: "spec.x", from: "1", to: "2")])
    if action == .corrected { change.manager = "kubectl-edit" }
    return change
}

private func rollout(_ phase: String, step: Int = 1, weight: Int = 0, commit: String = c1, message: String = "") -> RolloutStatus? {
    RolloutStatus(
        [
            "phase": .string(phase), "step": .int(Int64(step)), "steps": 3, "weight": .int(Int64(weight)), "message": .string(message),
            "strategy": "canary", "revision": .string("main@\(commit.prefix(7))"),
        ], of: web)
}

/// What the looks have made: each event's last form, in the order of their beginning; also how often each was told.
private struct Result {
    var journal: Journal
    var events: [DeployEvent] = []
    var told = 0

    init(_ looks: [Look], journal: Journal = Journal(), tickedAt: Int64? = nil) {
        self.journal = journal
        var next = 0
        for look in looks {
            take(
                self.journal.note(look.sight, at: Timestamp(milliseconds: look.seconds * 1000)) {
                    next += 1
                    return "e\(journal.open.count)\(next)"
                })
        }
        if let tickedAt { take(self.journal.tick(at: Timestamp(milliseconds: tickedAt * 1000))) }
    }

    private mutating func take(_ told: [DeployEvent]) {
        self.told += told.count
        for event in told {
            if let index = events.firstIndex(where: { $0.id == event.id }) { events[index] = event } else { events.append(event) }
        }
    }

    /// `web@1111111 succeeded`
    var lines: [String] {
        events.map { event in
            let by = event.cause.kind == .commit ? "" : " \(event.cause.kind.rawValue)"
            return "\(event.workload?.name ?? "-")@\(event.revision.commit.prefix(1)) \(event.outcome.rawValue)\(by)\(event.reason.isEmpty ? "" : ": \(event.reason)")"
        }
    }
}

@Suite struct JournalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        fileprivate var looks: [Look]
        var tick: Int64?
        var expected: [String]
        var testDescription: String { name }
    }

    private static let before = Look(seconds: 0, commit: c0, workloads: [seen(web, "web:1")])
    private static let begun = Look(
        seconds: 10, workloads: [seen(former: "web:1", health: .progressing)], changes: [changed()])
    private static let refused = ApplyFailure("spec.x is refused", isTransient: false)
    private static let away = ApplyFailure("the server is away", isTransient: true)

    static let cases: [Case] = [
        Case(name: "nothing is written", looks: [before, Look(seconds: 5, workloads: [seen(web, "web:1")])], expected: []),
        Case(name: "a change that gets healthy", looks: [before, begun, Look(seconds: 20, workloads: [seen()])], expected: ["web@1 succeeded"]),
        Case(name: "on its way", looks: [before, begun], expected: ["web@1 running"]),
        Case(
            name: "the same commit by another look doubles nothing",
            looks: [before, begun, begun, Look(seconds: 20, workloads: [seen()]), Look(seconds: 21, workloads: [seen()], changes: [changed()])],
            expected: ["web@1 succeeded"]),
        Case(
            name: "a newer commit in mid-way",
            looks: [
                before, begun, Look(seconds: 12, commit: c2, workloads: [seen(web, "web:3", former: "web:2", health: .progressing)], changes: [changed()]),
                Look(seconds: 20, commit: c2, workloads: [seen(web, "web:3")]),
            ], expected: ["web@1 superseded: main@2222222 came before it was done", "web@2 succeeded"]),
        Case(
            name: "a newer commit about something else",
            looks: [before, begun, Look(seconds: 12, commit: c2, workloads: [seen(health: .progressing)]), Look(seconds: 20, commit: c2, workloads: [seen()])],
            expected: ["web@1 succeeded"]),
        Case(
            name: "degraded for a minute",
            looks: [before, begun, Look(seconds: 20, workloads: [seen(health: .degraded, message: "ImagePullBackOff")])], tick: 80,
            expected: ["web@1 failed: ImagePullBackOff"]),
        Case(
            name: "degraded for less than a minute",
            looks: [before, begun, Look(seconds: 20, workloads: [seen(health: .degraded, message: "ImagePullBackOff")])], tick: 79, expected: ["web@1 running"]),
        Case(
            name: "degraded with a break",
            looks: [
                before, begun, Look(seconds: 20, workloads: [seen(health: .degraded)]), Look(seconds: 50, workloads: [seen(health: .progressing)]),
                Look(seconds: 60, workloads: [seen(health: .degraded)]),
            ], tick: 100, expected: ["web@1 running"]),
        Case(
            name: "recovered after it failed is no event",
            looks: [
                before, begun, Look(seconds: 20, workloads: [seen(health: .degraded, message: "no")]), Look(seconds: 80, workloads: [seen(health: .degraded, message: "no")]),
                Look(seconds: 90, workloads: [seen()]),
            ], expected: ["web@1 failed: no"]),
        Case(
            name: "refused, told once, and later a success of the same commit",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1")], failures: [web: refused]),
                Look(seconds: 12, workloads: [seen(live: "web:1")], failures: [web: refused]),
                Look(seconds: 30, workloads: [seen(former: "web:1")], changes: [changed()]),
            ], expected: ["web@1 failed: spec.x is refused", "web@1 succeeded"]),
        Case(
            name: "a refusal that stays is no event of the next commit",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1")], failures: [web: refused]),
                Look(seconds: 12, commit: c2, workloads: [seen(live: "web:1")], failures: [web: refused]),
            ], expected: ["web@1 failed: spec.x is refused"]),
        Case(
            name: "a server that is away for a moment",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1")], failures: [web: away]),
                Look(seconds: 12, workloads: [seen(former: "web:1")], changes: [changed()]),
            ], expected: ["web@1 succeeded"]),
        Case(
            name: "a server that is away", looks: [before, Look(seconds: 10, workloads: [seen(live: "web:1")], failures: [web: away])], tick: 70,
            expected: ["web@1 failed: the server is away"]),
        Case(
            name: "drift of a workload",
            looks: [before, Look(seconds: 10, commit: c0, workloads: [seen(web, "web:1", former: "web:9")], changes: [changed(web, .corrected)])],
            expected: ["web@0 succeeded drift"]),
        Case(
            name: "drift of something else",
            looks: [before, Look(seconds: 10, commit: c0, workloads: [seen(web, "web:1")], changes: [changed(config, .corrected)])],
            expected: ["-@0 succeeded drift"]),
        Case(
            name: "two who fight are one event",
            looks: [before] + (1...9).map { Look(seconds: $0 * 10, commit: c0, workloads: [seen(web, "web:1")], changes: [changed(web, .corrected)]) },
            expected: ["web@0 succeeded drift: put back 8 times"]),
        Case(
            name: "drift in mid-way belongs to what is under way",
            looks: [before, begun, Look(seconds: 12, workloads: [seen(health: .progressing)], changes: [changed(web, .corrected)])], expected: ["web@1 running"]),
        Case(
            name: "no workload", looks: [before, Look(seconds: 10, workloads: [seen(web, "web:1")], changes: [changed(config)])],
            expected: ["-@1 succeeded"]),
        Case(
            name: "what a commit changes beside workloads is theirs",
            looks: [before, Look(seconds: 10, workloads: [seen(former: "web:1")], changes: [changed(config), changed()])], expected: ["web@1 succeeded"]),
        Case(
            name: "no workload, refused, and later taken",
            looks: [
                before, Look(seconds: 10, workloads: [seen(web, "web:1")], failures: [config: refused]),
                Look(seconds: 11, workloads: [seen(web, "web:1")], failures: [config: refused]),
                Look(seconds: 20, workloads: [seen(web, "web:1")], changes: [changed(config)]),
            ], expected: ["-@1 failed: \(config): spec.x is refused", "-@1 succeeded"]),
        Case(
            name: "a deleted workload",
            looks: [before, Look(seconds: 10, workloads: [], changes: [changed(web, .deleted)]), Look(seconds: 11, workloads: [])],
            expected: ["web@1 succeeded: the workload was deleted"]),
        Case(
            name: "deleted in mid-way",
            looks: [before, begun, Look(seconds: 12, commit: c2, workloads: [], changes: [changed(web, .deleted)])],
            expected: ["web@1 superseded: the workload was deleted", "web@2 succeeded: the workload was deleted"]),
        Case(
            name: "left where it is in mid-way", looks: [before, begun, Look(seconds: 12, commit: c2, workloads: [])],
            expected: ["web@1 superseded: the workload is no longer in git"]),
        Case(
            name: "the application goes in mid-way", looks: [before, begun, Look(seconds: 12, commit: c2, workloads: [], isRemoved: true)],
            expected: ["web@1 superseded: the application was removed"]),
        Case(
            name: "everything is new",
            looks: [Look(seconds: 1, previous: "", workloads: [seen(api, health: .progressing), seen(health: .progressing)], changes: [changed(api, .created), changed(web, .created)])],
            expected: ["api@1 running", "web@1 running"]),
        Case(
            name: "applied by a daemon that was killed before it could tell", looks: [before, Look(seconds: 10, workloads: [seen()])],
            expected: ["web@1 succeeded"]),
        Case(
            name: "a rollout that is promoted",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1", health: .progressing, rollout: rollout("starting"))]),
                Look(seconds: 20, workloads: [seen(live: "web:1", health: .progressing, rollout: rollout("analysing", weight: 25))], changes: [changed(config)]),
                Look(seconds: 30, workloads: [seen(health: .progressing, rollout: rollout("promoting", step: 3, weight: 100))]),
                Look(seconds: 40, workloads: [seen()]), Look(seconds: 41, workloads: [seen()], changes: [changed(), changed(config)]),
            ], expected: ["web@1 succeeded"]),
        Case(
            name: "a rollout that is sent back, and tried again",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1", rollout: rollout("analysing", weight: 5))]),
                Look(seconds: 20, workloads: [seen(live: "web:1", rollout: rollout("aborting"))]),
                Look(seconds: 30, workloads: [seen(live: "web:1", rollout: rollout("rejected", message: "errors"))]),
                Look(seconds: 31, workloads: [seen(live: "web:1", rollout: rollout("rejected", message: "errors"))]),
                Look(seconds: 40, workloads: [seen(live: "web:1", rollout: rollout("starting"))]), Look(seconds: 50, workloads: [seen()]),
            ], expected: ["web@1 rolled-back: errors", "web@1 succeeded"]),
        Case(
            name: "a rollout that a newer commit ends",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1", rollout: rollout("analysing", weight: 5))]),
                Look(seconds: 20, commit: c2, workloads: [seen(web, "web:3", live: "web:1", rollout: rollout("aborting"))]),
                Look(seconds: 30, commit: c2, workloads: [seen(web, "web:3", live: "web:1")]),
                Look(seconds: 40, commit: c2, workloads: [seen(web, "web:3", live: "web:1", rollout: rollout("starting", commit: c2))]),
                Look(seconds: 50, commit: c2, workloads: [seen(web, "web:3")]),
            ], expected: ["web@1 superseded: main@2222222 came before it was done", "web@2 succeeded"]),
        Case(
            name: "a rollout that a commit about something else passes",
            looks: [
                before, Look(seconds: 10, workloads: [seen(live: "web:1", rollout: rollout("analysing", weight: 5))]),
                Look(seconds: 20, commit: c2, workloads: [seen(live: "web:1", rollout: rollout("promoting", weight: 100))]),
                Look(seconds: 30, commit: c2, workloads: [seen()]),
            ], expected: ["web@1 succeeded"]),
    ]

    @Test(arguments: cases) func whatLooksMake(_ one: Case) {
        #expect(Result(one.looks, tickedAt: one.tick).lines == one.expected)
    }

    @Test func aRolloutsStepsAreMarked() throws {
        let phases = [("starting", 1, 0), ("analysing", 1, 5), ("analysing", 1, 5), ("analysing", 2, 25), ("promoting", 3, 100)]
        let looks = phases.enumerated().map { index, mark in
            Look(
                seconds: Int64(index), workloads: [seen(live: "web:1", rollout: rollout(mark.0, step: mark.1, weight: mark.2, message: "m\(index)"))])
        }
        let event = try #require(Result([Look(seconds: 0, commit: c0, workloads: [seen(web, "web:1")])] + looks).events.first)
        #expect(event.steps.map { "\($0.phase) \($0.step) \($0.weight) \($0.message)" } == ["starting 1 0 m0", "analysing 1 5 m1", "analysing 2 25 m3", "promoting 3 100 m4"])
        #expect(event.strategy == "canary")
        #expect(event.images == [.init(container: "web", from: "web:1", to: "web:2")])
    }

    /// However long it goes on, how it ends is seen.
    @Test func aLongRolloutIsSentBack() throws {
        let marks = (0..<300).map { index in
            Look(seconds: Int64(index + 1), workloads: [seen(live: "web:1", rollout: rollout("analysing", step: 1, weight: index % 2))])
        }
        let looks =
            [Look(seconds: 0, commit: c0, workloads: [seen(web, "web:1")])] + marks + [
                Look(seconds: 400, workloads: [seen(live: "web:1", rollout: rollout("aborting", message: "errors"))]), Look(seconds: 401, workloads: [seen(live: "web:1")]),
            ]
        let result = Result(looks)
        #expect(result.lines == ["web@1 rolled-back: errors"])
        let event = try #require(result.events.first)
        #expect(event.steps.count == 200)
        #expect(event.steps.last?.phase == "aborting")
    }

    /// What stands in a full list is still brought up to date.
    @Test func manyChanges() throws {
        let others = (0..<60).map { ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "c\($0)") }
        var later = changed()
        later.fields = [.init(path: "spec.x", from: "2", to: "3"), .init(path: "spec.y", from: nil, to: "1")]
        let event = try #require(
            Result([
                Look(seconds: 1, workloads: [seen(former: "web:1", health: .progressing)], changes: [changed()] + others.map { changed($0) }),
                Look(seconds: 2, workloads: [seen(health: .progressing)], changes: [later]),
            ]).events.first)
        #expect(event.changes.count == 50)
        let own = try #require(event.changes.first { $0.key == web })
        #expect(own.fields == [.init(path: "spec.x", from: "1", to: "3"), .init(path: "spec.y", from: nil, to: "1")])
    }

    @Test func aDeletionSaysSo() throws {
        let events = Result([Self.before, Look(seconds: 10, workloads: [], changes: [changed(web, .deleted)])]).events
        #expect(events.map(\.isDeletion) == [true])
    }

    @Test func severalContainers() throws {
        var sight = seen()
        sight.images = ["web": "web:2", "log": "log:1", "new": "new:1"]
        sight.formerImages = ["web": "web:1", "log": "log:1", "old": "old:1"]
        let event = try #require(Result([Look(seconds: 1, workloads: [sight], changes: [changed()])]).events.first)
        #expect(
            event.images == [
                .init(container: "new", from: nil, to: "new:1"), .init(container: "old", from: "old:1", to: nil),
                .init(container: "web", from: "web:1", to: "web:2"),
            ])
        #expect(event.previousCommit == c0)
    }

    /// Whatever was open when the daemon ended goes on, and is not begun again.
    @Test(arguments: [ApplicationStatus.Health.progressing, .healthy, .degraded])
    func killedInMidWay(health: ApplicationStatus.Health) throws {
        let first = Result([Self.before, Self.begun])
        let open = try #require(first.events.first)
        var journal = Journal(open: [open])
        var moment = PastMoment.Application(
            application: "shop", revision: Self.begun.revision, since: Timestamp(milliseconds: 0), sync: .synced, health: .progressing, message: "")
        moment.workloads = [.init(seen(health: .progressing), since: Timestamp(milliseconds: 0))]
        journal.remember("shop", seen: moment, last: [open])
        let after = Result(
            [Look(seconds: 60, previous: c1, workloads: [seen(health: health)]), Look(seconds: 70, previous: c1, workloads: [seen()])], journal: journal)
        #expect(after.events.map(\.id) == [open.id])
        #expect(after.events.first?.outcome == .succeeded)
        #expect(after.events.first?.startedAt == open.startedAt)
    }

    /// A failure that was told is not told again by the next daemon.
    @Test func killedAfterTheEnd() throws {
        let failing = Look(seconds: 10, workloads: [seen(live: "web:1")], failures: [web: Self.refused])
        let first = try #require(Result([Self.before, failing]).events.first)
        var journal = Journal()
        journal.remember("shop", seen: nil, last: [first])
        #expect(Result([failing], journal: journal).events.isEmpty)
    }

    @Test func aStormStaysCheap() {
        let keys = (0..<500).map { ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "w\($0)") }
        let others = (0..<500).map { ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "c\($0)") }
        let looks = [
            Look(seconds: 1, workloads: keys.map { seen($0, former: "web:1", health: .progressing) }, changes: (keys + others).map { changed($0) }),
            Look(seconds: 2, workloads: keys.map { seen($0) }),
        ]
        var result = Result([])
        let took = ContinuousClock().measure { result = Result(looks) }
        #expect(result.events.count == 501)
        #expect(result.events.allSatisfy { $0.outcome == .succeeded })
        #expect(result.events.filter { $0.workload != nil }.allSatisfy { $0.changes.count == 1 })
        #expect(took < .seconds(30))
    }
}
