import Basics
import Delivery
import Document
import Kubernetes
import Testing

@Suite struct StatusTests {
    private var full: ApplicationStatus {
        var status = ApplicationStatus(application: "shop")
        status.revision = "main@1234567"
        status.appliedRevision = "main@7654321"
        status.sync = .failed
        status.health = .degraded
        status.message = "a \"message\""
        status.problems = [.init(place: "a.yaml:1", object: "service/a -n b", message: "m"), .init(message: "n")]
        status.objects = 7
        status.heldDeletions = ["service/a"]
        status.handledRequest = "id"
        status.changedAt = Timestamp(milliseconds: 1_700_000_000_000)
        return status
    }

    @Test func roundTrip() throws {
        #expect(ApplicationStatus(full.value) == full)
        #expect(ApplicationStatus(try JSON.parse(JSON.write(full.value))) == full)
        let empty = ApplicationStatus(application: "a")
        #expect(ApplicationStatus(empty.value) == empty)
    }

    @Test(arguments: [.null, [], "text", [:], ["application": 7]] as [Value])
    func noStatus(_ value: Value) { #expect(ApplicationStatus(value) == nil) }

    @Test func oddities() throws {
        let status = try #require(
            ApplicationStatus(["application": "a", "sync": "New", "health": 7, "objects": 9.5, "problems": ["x", [:]], "changedAt": "never"]))
        #expect(status.sync == .unknown && status.health == .unknown && status.objects == 0 && status.changedAt == nil)
        #expect(status.problems.count == 2)
    }

    @Test func manyProblemsAreCounted() throws {
        var status = full
        status.problems = (0..<60).map { .init(message: "\($0)") }
        let read = try #require(ApplicationStatus(status.value))
        #expect(read.problems.count == 51 && read.problems.last?.message == "and 10 more")
    }

    @Test(arguments: [
        (ApplicationStatus.Sync.unknown, ApplicationStatus.Health.healthy, false), (.syncing, .healthy, false), (.failed, .progressing, true),
        (.outOfSync, .unknown, true), (.suspended, .unknown, true), (.synced, .healthy, true), (.synced, .progressing, false),
        (.synced, .degraded, true), (.synced, .unknown, false), (.synced, .missing, false), (.synced, .suspended, true),
    ]) func finality(_ sync: ApplicationStatus.Sync, _ health: ApplicationStatus.Health, _ isFinal: Bool) {
        var status = full
        (status.sync, status.health) = (sync, health)
        #expect(status.isFinal == isFinal && status.isFinal(at: "main@1234567") == isFinal && !status.isFinal(at: "main@0"))
    }

    @Test func theWorstHealthWins() {
        let key = ObjectKey(group: "", kind: "Service", namespace: "n", name: "a")
        let steps: [(Kubernetes.Health, ApplicationStatus.Health)] = [
            (.healthy, .healthy), (.suspended("s"), .suspended), (.progressing("p"), .progressing), (.suspended("s"), .progressing),
            (.unknown("u"), .unknown), (.progressing("p"), .unknown), (.missing, .missing), (.unknown("u"), .missing), (.degraded("d"), .degraded),
            (.missing, .degraded), (.healthy, .degraded),
        ]
        var assessment = Assessment()
        for (health, wanted) in steps {
            assessment.add(key, origin: Origin(file: "a.yaml", line: 3), health: health, reasons: ["r", "q"])
            #expect(assessment.health == wanted)
        }
        #expect(assessment.problems == [.init(place: "a.yaml:3", object: "service/a -n n", message: "d (r; q)")])
        #expect(assessment.waiting.first == "service/a -n n: s" && assessment.waiting.contains("service/a -n n is not there"))
        #expect(assessment.waiting.contains("service/a -n n: p (r; q)"))
    }

    @Test func problemsOfARender() {
        let duplicate = RenderError(.duplicate(ObjectKey(group: "", kind: "Service", namespace: "n", name: "a"), other: Origin(file: "b.yaml", line: 2)), origin: Origin(file: "a.yaml", line: 1))
        #expect(ApplicationStatus.Problem(duplicate) == .init(place: "a.yaml:1", message: "service/a -n n is written twice, the other time in b.yaml:2: keep one"))
    }
}
