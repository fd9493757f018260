import Basics
@testable import Delivery
import Kubernetes
import Testing

/// What failed is tried again later and later, whatever else wakes the loop.
@Suite struct RetriesTests {
    private let random = RandomSource(seed: 3)
    private static let input = "input"

    private func changes(_ count: Int) async throws -> ChangeSet {
        let texts = (0..<count).map { configuration("c\($0)") }.joined(separator: "---\n")
        let desired = try await desired(["a.yaml": texts])
        let prepared = prepare(desired, resources: { _ in nil }, digest: FingerprintKey(random: random)).prepared
        #expect(prepared.count == count)
        var changes = ChangeSet()
        changes.changes = prepared.map { .init(.create, key: $0.key, prepared: $0) }
        return changes
    }

    private func digests(_ changes: ChangeSet) -> [ObjectKey: String] {
        Dictionary(changes.changes.compactMap { change in change.prepared.map { (change.key, $0.digest) } }) { first, _ in first }
    }

    private func failed(_ changes: ChangeSet, isTransient: Bool = true) -> [Outcome] {
        changes.changes.map { Outcome($0, .failed(ApplyFailure("busy", isTransient: isTransient))) }
    }

    @Test func manyObjectsAreOneFailure() async throws {
        let changes = try await changes(40)
        var retries = Retries()
        let first = retries.tried(failed(changes), digests: digests(changes), at: .zero, random) ?? .zero
        #expect(first > .zero && first <= .seconds(1))
        let early = retries.sortedByDue(changes, at: .zero)
        #expect(early.waiting.count == 40)
        let second = retries.tried(failed(changes), digests: digests(changes), at: .seconds(1), random) ?? .zero
        #expect(second > first && second <= .seconds(2))
        let due = retries.sortedByDue(changes, at: .seconds(1) + second)
        #expect(due.waiting.isEmpty && due.due.changes.count == 40 && due.wait == nil)
    }

    /// Another object's success says nothing of what still fails.
    @Test func aStandingFailureKeepsItsPause() async throws {
        let changes = try await changes(2)
        var retries = Retries()
        var (bad, good) = (changes, changes)
        bad.changes.removeLast()
        good.changes.removeFirst()
        var waits: [Duration] = []
        var now = Duration.zero
        for _ in 0..<5 {
            let wait = retries.tried(failed(bad), digests: digests(bad), at: now, random) ?? .zero
            waits.append(wait)
            _ = retries.tried([Outcome(good.changes[0], .superseded)], digests: digests(good), at: now, random)
            let standing = retries.sortedByDue(changes, at: now).waiting
            #expect(standing.count == 1)
            now += wait
        }
        #expect(waits[4] >= .seconds(8), "\(waits)")
        // As it should be, whoever did it; then the next failure is a first one.
        var kept = changes
        kept.changes[0].action = .keep
        let none = retries.sortedByDue(kept, at: now)
        #expect(none.waiting.isEmpty && none.due.changes.count == 2)
        _ = retries.tried([], digests: [:], at: now, random)
        let again = retries.tried(failed(good), digests: digests(good), at: now, random) ?? .zero
        #expect(again > .zero && again <= .seconds(1))
    }

    @Test func whatOnlyAPersonCanMend() async throws {
        let changes = try await changes(1)
        var retries = Retries()
        let wait = retries.tried(failed(changes, isTransient: false), digests: digests(changes), at: .zero, random)
        let late = retries.sortedByDue(changes, at: .seconds(299))
        #expect(wait == Retries.patience && late.wait == .seconds(1))
    }

    /// A looping hook is no load for the cluster: looks in between, with writes or without, do not run it.
    @Test func hooksHaveAPauseOfTheirOwn() async throws {
        let changes = try await changes(1)
        let outcome = try #require(failed(changes, isTransient: false).first)
        var retries = Retries()
        var (runs, now) = (0, Duration.zero)
        while now < .seconds(3600) {
            _ = retries.tried([], digests: [:], at: now, random)
            if retries.hookFailure(.postInstall, Self.input, at: now) == nil {
                runs += 1
                _ = retries.hookFailed(.postInstall, Self.input, outcome, at: now, random)
            }
            now += .milliseconds(500)
        }
        #expect((10..<40).contains(runs), "\(runs) runs")
        // Each moment and each input by itself.
        _ = retries.hookFailed(.postInstall, Self.input, outcome, at: now, random)
        #expect(retries.hookFailure(.postInstall, Self.input, at: now)?.wait ?? .zero > .seconds(100))
        #expect(retries.hookFailure(.preInstall, Self.input, at: now) == nil && retries.hookFailure(.postInstall, "other", at: now) == nil)
        retries.hookSucceeded(.postInstall)
        #expect(retries.hookFailure(.postInstall, Self.input, at: now) == nil)
    }

    @Test func hooksRunOncePerRelease() throws {
        var desired = Desired(spec: spec("shop", ""), revision: TextTree(texts: [:]).revision)
        desired.inputDigest = Self.input
        func hook(_ moments: Set<DesiredHook.Moment>) throws -> DesiredHook {
            DesiredHook(
                object: try object(configuration("hook")), origin: Origin(file: "a", line: 1), moments: moments, weight: 0,
                deletePolicies: [.beforeHookCreation])
        }
        var release = Inventory.Release()
        #expect(!desired.hasHooksToRun(release))
        desired.hooks = [try hook([.postUpgrade])]
        #expect(!desired.hasHooksToRun(release))
        desired.hooks = [try hook([.preInstall, .postUpgrade])]
        #expect(desired.hasHooksToRun(release))
        (release.revision, release.inputDigest) = (1, Self.input)
        #expect(desired.hasHooksToRun(release))
        release.finishedHooks = [DesiredHook.Moment.preInstall.rawValue]
        #expect(!desired.hasHooksToRun(release))
        desired.inputDigest = "next"
        #expect(desired.hasHooksToRun(release))
        (release.revision, release.inputDigest) = (2, "next")
        (release.finishedHooks, desired.hooks) = ([DesiredHook.Moment.postUpgrade.rawValue], [try hook([.postUpgrade])])
        #expect(!desired.hasHooksToRun(release))
    }
}
