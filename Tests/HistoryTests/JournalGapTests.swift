import Basics
import Delivery
import Document
import Kubernetes
import Testing

@testable import History

private let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
private let config = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "web")
private let other = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "other")
private let route = ObjectKey(group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop", name: "web")
private let arm = ObjectKey(group: "", kind: "Service", namespace: "shop", name: "web-next")
private let (c0, c1, c2) = (String(repeating: "0", count: 40), String(repeating: "1", count: 40), String(repeating: "2", count: 40))

private func look(
    _ commit: String, _ workloads: [WorkloadSight], _ changes: [ObjectChange] = [], failures: [ObjectKey: ApplyFailure] = [:], previous: String = c0,
    isPartial: Bool = false
) -> ApplicationSight {
    var sight = ApplicationSight(
        application: "shop", revision: SourceRevision(reference: "main", commit: commit), previousCommit: previous,
        status: ApplicationStatus(application: "shop"), workloads: workloads, changes: changes)
    (sight.failures, sight.isPartial) = (failures, isPartial)
    return sight
}

private func seen(_ image: String, live: String? = nil, health: ApplicationStatus.Health = .healthy, rollout phase: String? = nil) -> WorkloadSight {
    let rollout = phase.flatMap {
        RolloutStatus(["phase": .string($0), "step": 1, "steps": 2, "weight": 10, "message": "", "strategy": "canary", "revision": .string("main@\(c1.prefix(7))")], of: web)
    }
    return WorkloadSight(key: web, images: ["web": image], liveImages: ["web": live ?? image], health: health, rollout: rollout)
}

private func wrote(_ key: ObjectKey, _ action: ObjectChange.Action = .changed, _ path: String = "spec.x", of rollout: ObjectKey? = nil) -> ObjectChange {
    var change = ObjectChange(key: key, action: action, fields: [.init(path: path, from: "1", to: "2")])
    change.rollout = rollout
    return change
}

/// What is not seen, or seen late, makes no event and ends none.
@Suite struct JournalGapTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var looks: [ApplicationSight]
        var expected: [String]
        var testDescription: String { name }
    }

    private static let begun = look(c1, [seen("web:2", health: .progressing)], [wrote(web)])
    private static let refused: [ObjectKey: ApplyFailure] = [config: ApplyFailure("no", isTransient: false)]
    private static let rolling = look(c1, [seen("web:2", live: "web:1", rollout: "analysing")])

    static let cases: [Case] = [
        Case(name: "an unreadable commit after a restart ends nothing", looks: [begun, look(c2, [], isPartial: true)], expected: ["web@1 running"]),
        Case(
            name: "and what goes on later is the same event",
            looks: [begun, look(c2, [], isPartial: true), look(c1, [seen("web:2")])], expected: ["web@1 succeeded"]),
        Case(
            name: "an event of what is no workload is not ended by it",
            looks: [
                look(c1, [seen("web:1")], [wrote(config)], failures: [other: ApplyFailure("away", isTransient: true)]), look(c1, [], isPartial: true),
            ], expected: ["-@1 running"]),
        Case(name: "a whole look without the workload does end it", looks: [begun, look(c2, [])], expected: ["web@1 superseded"]),
        Case(
            name: "what stays refused is told once, whatever commits come",
            looks: [look(c0, [seen("web:1")], failures: refused), look(c1, [seen("web:1")], failures: refused), look(c2, [seen("web:1")], failures: refused)],
            expected: ["-@0 failed"]),
        Case(
            name: "and is no failure of what another commit changes",
            looks: [
                look(c0, [seen("web:1")], failures: refused), look(c1, [seen("web:1")], [wrote(other)], failures: refused),
                look(c2, [seen("web:1")], failures: refused),
            ], expected: ["-@0 failed", "-@1 succeeded"]),
        Case(
            name: "another reason is another failure",
            looks: [look(c0, [seen("web:1")], failures: refused), look(c1, [seen("web:1")], failures: [config: ApplyFailure("not so", isTransient: false)])],
            expected: ["-@0 failed", "-@1 failed"]),
        Case(
            name: "a commit in mid-rollout gets no event of what the rollout writes",
            looks: [
                look(c0, [seen("web:1")]), rolling,
                look(c2, [seen("web:2", live: "web:1", rollout: "analysing")], [wrote(route, of: web), wrote(arm, .created, of: web)]),
                look(c2, [seen("web:2", rollout: "promoting")], [wrote(route, of: web)]), look(c2, [seen("web:2")], [wrote(web, .changed, "spec.replicas")]),
                look(c2, [seen("web:2")], [wrote(arm, .deleted, of: web)]),
            ], expected: ["web@1 succeeded"]),
        Case(
            name: "nor of what was held, when it is written after the end",
            looks: [
                look(c0, [seen("web:1")]), rolling, look(c2, [seen("web:2", rollout: "promoting")]), look(c2, [seen("web:2")]),
                look(c2, [seen("web:2")], [wrote(web, .changed, "spec.strategy.type")]),
            ], expected: ["web@1 succeeded"]),
        Case(
            name: "but of what it changes itself",
            looks: [
                look(c0, [seen("web:1")]), rolling, look(c2, [seen("web:2", rollout: "promoting")]), look(c2, [seen("web:2")]),
                look(c2, [seen("web:2")], [wrote(web, .changed, "spec.template.spec.priorityClassName")]),
            ], expected: ["web@1 succeeded", "web@2 succeeded"]),
        Case(
            name: "and what it changes beside a rollout that was sent back",
            looks: [look(c0, [seen("web:1")]), rolling, look(c1, [seen("web:2", live: "web:1", rollout: "rejected")]),
                look(c2, [seen("web:2", live: "web:1", rollout: "rejected")], [wrote(route, of: web)])],
            expected: ["web@1 rolled-back", "-@2 succeeded"]),
    ]

    @Test(arguments: cases) func whatLooksMake(_ one: Case) {
        #expect(events(one.looks).map { "\($0.workload?.name ?? "-")@\($0.revision.commit.prefix(1)) \($0.outcome.rawValue)" } == one.expected)
    }

    private func events(_ looks: [ApplicationSight], _ journal: Journal = Journal()) -> [DeployEvent] {
        var journal = journal
        var events: [DeployEvent] = []
        var next = 0
        for (index, look) in looks.enumerated() {
            let told = journal.note(look, at: Timestamp(milliseconds: Int64(index) * 1000)) {
                next += 1
                return "e\(next)"
            }
            for event in told {
                if let index = events.firstIndex(where: { $0.id == event.id }) { events[index] = event } else { events.append(event) }
            }
        }
        return events
    }

    /// The inventory knows of the commit, and nobody was told of it.
    @Test(arguments: [(c1, c0), (c0, c0), ("", "")]) func whatWasThereBefore(inventory: String, expected: String) {
        let told = events([look(c0, [seen("web:1")]), look(c1, [seen("web:2")], previous: inventory)])
        #expect(told.map(\.previousCommit) == [expected])
    }

    /// What cannot be listed after a restart runs as it was last seen to.
    @Test func whatCannotBeSeen() {
        var journal = Journal()
        _ = journal.note(look(c0, [seen("web:1")]), at: Timestamp(milliseconds: 0)) { "e" }
        var unseen = seen("web:2", health: .unknown)
        unseen.liveImages = [:]
        #expect(journal.completed(look(c1, [unseen])).workloads.first?.liveImages == ["web": "web:1"])
        #expect(journal.completed(look(c1, [seen("web:2")])).workloads.first?.liveImages == ["web": "web:2"])
    }

    /// A fight over a field is counted on by the next daemon.
    @Test func aFightGoesOn() throws {
        let corrected = look(c0, [seen("web:1")], [wrote(web, .corrected)])
        let last = try #require(events(Array(repeating: corrected, count: 4)).last)
        #expect(last.reason == "put back 4 times")
        var journal = Journal()
        journal.remember("shop", seen: nil, last: [last])
        #expect(events(Array(repeating: corrected, count: 4), journal).last?.reason == "put back 8 times")
    }

    /// A look that names few is joined to one that named all.
    @Test func waitingLooksAreJoined() {
        var queue = SightQueue()
        for _ in 0..<SightQueue.limit { queue.add(look(c1, [seen("web:1")]), at: Timestamp(milliseconds: 0)) }
        queue.add(look(c2, [], isPartial: true), at: Timestamp(milliseconds: 1))
        let last = queue.waiting.last?.sight
        #expect(last?.workloads.map(\.key) == [web])
        #expect(last?.isPartial == false)
        #expect(last?.revision.commit == c2)
    }
}
