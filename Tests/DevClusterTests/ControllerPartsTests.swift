import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// What all controllers stand on.
@Suite struct ControllerPartsTests {
    @Test(arguments: [
        ("{spec: {containers: [{name: a, image: b}]}}", "{metadata: {creationTimestamp: null, labels: {pod-template-hash: x}}, spec: {containers: [{image: b, name: a}]}}", true),
        ("{spec: {containers: [{name: a, resources: {limits: {cpu: 1000m, memory: 1Gi}}}]}}", "{spec: {containers: [{name: a, resources: {limits: {cpu: 1, memory: 1024Mi}}}]}}", true),
        ("{spec: {hostNetwork: false, volumes: [], nodeSelector: {}, containers: [{name: a, env: [{name: b, value: ''}]}]}}", "{spec: {containers: [{name: a, env: [{name: b}]}]}}", true),
        ("{spec: {containers: [{name: a}, {name: b}]}}", "{spec: {containers: [{name: b}, {name: a}]}}", false),
        ("{spec: {terminationGracePeriodSeconds: 0}}", "{spec: {}}", false),
        ("{spec: {enableServiceLinks: false}}", "{spec: {}}", false),
        ("{spec: {containers: [{name: a, image: 'b:1'}]}}", "{spec: {containers: [{name: a, image: 'b:2'}]}}", false),
        ("{metadata: {annotations: {a: b}}, spec: {}}", "{spec: {}}", false),
    ])
    func templatesCompareByMeaning(left: String, right: String, areEqual: Bool) throws {
        let a = CanonicalTemplate(try YAML.parse(left)), b = CanonicalTemplate(try YAML.parse(right))
        #expect((a == b) == areEqual)
        #expect((a.hash() == b.hash()) == areEqual)
    }

    @Test func hashesAreStableAndGiveWayToCollisions() throws {
        let template = CanonicalTemplate(try YAML.parse("{spec: {containers: [{name: web, image: 'web:1'}]}}"))
        // A literal: ReplicaSets made by an earlier run must be found again.
        #expect(template.hash() == "86b58fccf")
        #expect(template.hash(collisions: 1) != template.hash())
        #expect(template.hash().allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
    }

    @Test func thoseNobodyMissesGoFirst() throws {
        let pods = [
            try pod("old-ready", readyFor: 100, age: 100), try pod("new-ready", readyFor: 10, age: 10), try pod("waiting", ready: false),
            try pod("pending", ready: false, phase: "Pending"), try pod("unplaced", ready: false, phase: "Pending", node: ""),
        ]
        #expect(deletionOrder(pods).map(\.name) == ["unplaced", "pending", "waiting", "new-ready", "old-ready"])
        #expect(deletionOrder([try pod("a", node: "n1"), try pod("b", node: "n2")], crowd: ["n2": 2]).first?.name == "b")
        var cheap = try pod("z-cheap")
        cheap.annotations = ["controller.kubernetes.io/pod-deletion-cost": "-1"]
        #expect(deletionOrder([try pod("a"), cheap]).first?.name == "z-cheap")
    }

    @Test(arguments: [
        ("*/5 * * * *", "2026-01-01T12:00:00Z", "2026-01-01T12:05:00Z"), ("0 0 1 * *", "2026-01-01T12:00:00Z", "2026-02-01T00:00:00Z"),
        ("30 3 * * 1-5", "2026-01-02T12:00:00Z", "2026-01-05T03:30:00Z"), ("@hourly", "2026-01-01T12:00:00Z", "2026-01-01T13:00:00Z"),
        ("0 12 13 * fri", "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z"), ("0 0 29 feb *", "2026-01-01T12:00:00Z", "2028-02-29T00:00:00Z"),
        ("5,10 8-10/2 * * *", "2026-01-01T08:06:00Z", "2026-01-01T08:10:00Z"), ("0 0 * * 7", "2026-01-01T12:00:00Z", "2026-01-04T00:00:00Z"),
        ("0 0 30 2 *", "2026-01-01T12:00:00Z", ""), ("* * * *", "2026-01-01T12:00:00Z", ""), ("61 * * * *", "2026-01-01T12:00:00Z", ""),
        ("*/0 * * * *", "2026-01-01T12:00:00Z", ""),
    ])
    func schedules(line: String, from: String, next: String) throws {
        let start = try #require(Timestamp(from))
        #expect(CronSchedule(line)?.next(after: start)?.description ?? "" == next)
    }

    @Test func theQueueRunsNothingTwiceAtATime() {
        var queue = WorkQueue<String>()
        queue.add("a")
        queue.add("a")
        queue.add("b")
        #expect(queue.next() == "a" && queue.next() == "b" && queue.next() == nil)
        queue.add("a")
        #expect(queue.next() == nil)
        queue.finish("a")
        #expect(queue.next() == "a")
        queue.finish("a")
        queue.finish("b")
        #expect(queue.isIdle)
        queue.add("c", at: .seconds(5))
        queue.add("c", at: .seconds(9))
        #expect(queue.earliest == .seconds(5))
        queue.wake(at: .seconds(4))
        #expect(queue.next() == nil)
        queue.wake(at: .seconds(5))
        #expect(queue.next() == "c" && queue.earliest == nil)
    }

    @Test func ownersFindTheirDependents() throws {
        let owner = try object("{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}}}")
        let selector = try #require(owner.podSelector)
        let orphan = try pod("orphan"), mine = try pod("mine", of: owner), strayed = try pod("strayed", of: owner, labels: ["app": "x"])
        var observed = Observed([owner, orphan, mine, strayed, try pod("other", labels: ["app": "y"])])
        let claim = Claim(of: owner, selector: selector, .pod, in: observed)
        #expect(claim.dependents.map(\.name) == ["mine", "orphan"])
        #expect(claim.actions == [.update(strayed.released(by: owner)), .update(orphan.adopted(by: owner))])
        observed.insert(orphan.adopted(by: owner))
        observed.remove(mine.key)
        #expect(observed.owned(by: owner.uid, .pod).map(\.name) == ["orphan", "strayed"])
        #expect(observed.orphans(.pod, namespace: "shop").map(\.name) == ["other"])
    }
}
