import Basics
import Delivery
import FoundationEssentials
import Glibc
import History
import Kubernetes
import TestKit

/// A history of a million deploy events: what the questions that people ask of it cost, and how large it is.
///
/// MARTLET_HISTORY_EVENTS takes another number of events.
enum HistoryBenchmark {
    private static let applications = 50
    private static let perApplication = 40
    /// A year of milliseconds, over which everything is spread.
    private static let year: Int64 = 365 * 86_400_000
    private static let begin: Int64 = 1_760_000_000_000

    @Sendable static func run() async throws {
        let count = getenv("MARTLET_HISTORY_EVENTS").flatMap { Int(String(cString: $0)) } ?? 1_000_000
        let sights = max(1, count / 10)
        let folder = try TemporaryFolder("martlet-history")
        let path = folder.file("history.sqlite")
        let store = EventStore(try HistoryDatabase(path: path))
        let random = RandomSource(seed: 6)

        var start = ContinuousClock.now
        for batch in stride(from: 0, to: count, by: 2000) {
            try await store.save((batch..<min(count, batch + 2000)).map { event($0, of: count, random) })
        }
        let written = ContinuousClock.now - start
        let eventBytes = size(path)
        start = ContinuousClock.now
        var seen = (0..<applications).map { sight($0) }
        for number in 0..<sights {
            let index = number % applications
            change(&seen[index], number, random)
            try await store.record(seen[index], at: time(number, of: sights))
        }
        let recorded = ContinuousClock.now - start

        print("history: \(count) events of \(applications * perApplication) workloads, \(sights) looks that saw something new; medians")
        print("  written in bulk           \((written / .seconds(1)).rounded(toPlaces: 1)) s, \((Double(count) / (written / .seconds(1))).rounded(toPlaces: 0)) events a second")
        print("  a look recorded           \((recorded / .milliseconds(1) / Double(sights)).rounded(toPlaces: 3)) ms (mean)")
        print("  on disk                   \(megabytes(eventBytes)) MB of events (\(eventBytes / Int64(count)) bytes each), \(megabytes(size(path))) MB in all")
        let key = { (number: Int) in workload(number % applications, number / applications % perApplication) }
        try await ask("last 50 of a workload") { number in
            let key = key(number * 7)
            let found = try await store.events(EventQuery(namespace: key.namespace, kind: "deployment", name: key.name))
            guard found.count == 50 || count < 200_000 else { throw SubprocessError("\(found.count) events instead of 50") }
        }
        try await ask("    those that failed") { number in
            let key = key(number * 7)
            var query = EventQuery(namespace: key.namespace, kind: "deployment", name: key.name)
            query.outcomes = [.failed]
            _ = try await store.events(query)
        }
        try await ask("last 50 of an application") { _ = try await store.events(EventQuery(application: "app-\($0 % applications)")) }
        try await ask("last 50 of all") { _ in _ = try await store.events(EventQuery()) }
        try await ask("last 50 of a namespace") { _ = try await store.events(EventQuery(namespace: "space-\($0 % 10)")) }
        try await ask("last 50 failed of all") { _ in
            var query = EventQuery()
            query.outcomes = [.failed]
            _ = try await store.events(query)
        }
        try await ask("a day of all, 1000") { number in
            var query = EventQuery(limit: 1000)
            (query.from, query.to) = (time(number * 50, of: 1500), time(number * 50 + 4, of: 1500))
            _ = try await store.events(query)
        }
        try await ask("a moment") { number in
            let moment = try await store.moment(time(number + 10, of: 40))
            guard moment.applications.count == applications else { throw SubprocessError("\(moment.applications.count) applications") }
        }
        var save = Rounds()
        for number in 0..<101 {
            let one = event(count + number, of: count, random)
            try await save.measure { try await store.save([one]) }
        }
        print("  one event saved           \(save.milliseconds)")
    }

    private static func ask(_ what: String, _ question: (Int) async throws -> Void) async throws {
        var rounds = Rounds()
        for number in 0..<21 { try await rounds.measure { try await question(number) } }
        let slowest = ((rounds.durations.max() ?? .zero) / .milliseconds(1)).rounded(toPlaces: 1)
        print("  \(what.padded(to: 26))\(rounds.milliseconds)  (slowest \(slowest) ms)")
    }

    private static func time(_ number: Int, of count: Int) -> Timestamp {
        Timestamp(milliseconds: begin + Int64(Double(number) / Double(count) * Double(year)))
    }

    private static func workload(_ application: Int, _ index: Int) -> ObjectKey {
        ObjectKey(group: "apps", kind: "Deployment", namespace: "space-\(application % 10)", name: "app-\(application)-\(index)")
    }

    private static func hexadecimal(_ digits: Int, _ random: RandomSource) -> String {
        var text = ""
        while text.count < digits { text += String(random.next(), radix: 16) }
        return String(text.prefix(digits))
    }

    /// As they are: most get through at once, some step by step, some fail; a message, an author, a few fields.
    private static func event(_ number: Int, of count: Int, _ random: RandomSource) -> DeployEvent {
        let application = Int(random.next(below: UInt64(applications)))
        let key = workload(application, Int(random.next(below: UInt64(perApplication))))
        let at = time(number, of: count)
        let (commit, previous) = (hexadecimal(40, random), hexadecimal(40, random))
        var event = DeployEvent(
            id: ULID(at: at, random: random).description, application: "app-\(application)", workload: key, startedAt: at,
            revision: SourceRevision(reference: "main", commit: commit), previousCommit: previous,
            cause: .init(number % 3 == 0 ? .commit : .automation, by: "Ada Lovelace <ada\(number % 40)@example.com>"))
        let (from, to) = ("registry.example.com/shop/\(key.name):1.\(number % 900).\(number % 13)", "registry.example.com/shop/\(key.name):1.\(number % 900 + 1).0")
        event.images = [.init(container: "main", from: from, to: to)]
        event.commits = [
            .init(id: commit, author: event.cause.by, subject: "Release \(key.namespace)/\(key.name) 1.\(number % 900).\(number % 13) → 1.\(number % 900 + 1).0", time: at)
        ]
        event.strategy = number % 5 == 0 ? "canary" : "RollingUpdate"
        if number % 5 == 0 {
            for (index, phase) in ["starting", "stepping", "verifying", "analysing", "promoting"].enumerated() {
                event.steps.append(
                    .init(at: at.adding(.seconds(index * 30)), phase: phase, step: 1 + index / 2, weight: index * 25, message: "step \(index) of 3: \(index * 25)% for 2m"))
            }
        }
        event.outcome = number % 25 == 1 ? .failed : number % 40 == 2 ? .rolledBack : .succeeded
        if event.outcome != .succeeded { event.reason = "not healthy after 5m: 1 of 3 replicas updated: pod \(key.name)-x: ImagePullBackOff" }
        event.endedAt = at.adding(.seconds(40 + number % 200))
        event.changes = [
            .init(
                key: key, action: .changed,
                fields: [
                    .init(path: "metadata.labels[app.kubernetes.io/version]", from: "\"1.\(number % 900)\"", to: "\"1.\(number % 900 + 1)\""),
                    .init(path: "spec.template.spec.containers[0].image", from: "\"\(from)\"", to: "\"\(to)\""),
                ])
        ]
        return event
    }

    private static func sight(_ application: Int) -> ApplicationSight {
        var status = ApplicationStatus(application: "app-\(application)")
        (status.sync, status.health, status.message) = (.synced, .healthy, "40 objects")
        return ApplicationSight(
            application: "app-\(application)", revision: SourceRevision(reference: "main", commit: String(repeating: "0", count: 40)), previousCommit: "",
            status: status,
            workloads: (0..<perApplication).map { index in
                let image = ["main": "registry.example.com/shop/app-\(application)-\(index):1.0.0"]
                return WorkloadSight(
                    key: workload(application, index), images: image, liveImages: image, health: .healthy, wanted: 3, ready: 3, strategy: "RollingUpdate")
            })
    }

    private static func change(_ sight: inout ApplicationSight, _ number: Int, _ random: RandomSource) {
        sight.revision.commit = hexadecimal(40, random)
        for _ in 0..<2 {
            let index = Int(random.next(below: UInt64(perApplication)))
            sight.workloads[index].images = ["main": "registry.example.com/shop/app:1.\(number).0"]
            sight.workloads[index].liveImages = sight.workloads[index].images
            sight.workloads[index].ready = number % 4
        }
    }

    private static func size(_ path: String) -> Int64 {
        ["", "-wal"].reduce(0) { sum, suffix in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
            return sum + Int64(clamping: (attributes?[.size] as? UInt64) ?? 0)
        }
    }

    private static func megabytes(_ bytes: Int64) -> String { (Double(bytes) / 1e6).rounded(toPlaces: 0) }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
