import Basics
import Cluster
@testable import Delivery
import Document
import Kubernetes
import Testing

/// Every action a plan can take, and above all those it must not.
@Suite struct PlanTests {
    /// A revision, what was applied before it, and the cluster.
    struct Situation {
        var spec = Delivery.ApplicationSpec(name: "shop", path: "", origin: Origin(file: "", line: nil))
        var wanted: [String] = []
        var known: [String] = []
        var live: [String: Live] = [:]
        var problems: [RenderProblem] = []
        var ignored: Set<ObjectKey> = []
        var inventorySource = "https://git/shop"
        var allowsDeletions = false
        /// Digests of what was applied are other than what is wanted.
        var isNew = false
        /// What the cluster has is other than what was applied.
        var isDrifted = false
        /// What a rollout under way needs.
        var companions: Set<ObjectKey> = []
        /// Workloads with a rollout under way, and what their pods are started with.
        var held: [ObjectKey: ChangeSet.Held] = [:]
        var needs: [ObjectKey: ObjectKey] = [:]
        var deferred: [ObjectKey: ObjectKey] = [:]

        static let key = FingerprintKey(random: RandomSource(seed: 1))

        static func live(_ name: String, owner: String? = "shop", uid: String? = nil, extra: Mapping = [:], deleting: Bool = false) -> Object {
            let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: name)
            var annotations = extra
            if let owner { annotations[MartletAnnotations.tracking] = .string(Tracking(application: owner, key: key).description) }
            var value: Value = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": .string(name), "namespace": "shop", "uid": .string(uid ?? "uid-\(name)"), "annotations": .mapping(annotations),
                ],
            ]
            if deleting { value[path: "metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" }
            return Object(value)!
        }

        func plan() throws -> ChangeSet {
            var desired = Desired(spec: spec, revision: SourceRevision(reference: "main", commit: "1"))
            desired.objects = try wanted.map {
                DesiredObject(object: try object(configuration($0)), origin: Origin(file: "\($0).yaml", line: 1), policy: ObjectPolicy())
            }
            desired.problems = problems
            desired.ignored = ignored
            let (prepared, more) = prepare(desired, resources: { _ in nil }, digest: Self.key)
            desired.problems += more
            var inventory = Inventory(application: "shop")
            inventory.source = inventorySource
            for name in known {
                let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: name)
                let digest = prepared.first { $0.key == key }?.digest ?? "old"
                inventory.entries[key] = .init(desired: isNew ? "other" : digest, owned: "owned", uid: "uid-\(name)")
            }
            inventory.deferred = deferred
            let live = live
            var input = PlanInput(
                desired: desired, prepared: prepared, inventory: inventory, fingerprint: Self.key, source: "https://git/shop",
                live: { live[$0.name] ?? .absent })
            (input.allowsDeletions, input.companions, input.held, input.needs) = (allowsDeletions, companions, held, needs)
            input.ownedDigest = { [isDrifted] _ in isDrifted ? "changed" : "owned" }
            return Delivery.plan(input)
        }

        func action(_ name: String) throws -> ChangeSet.Action? { try plan().changes.first { $0.key.name == name }?.action }
    }

    // MARK: What is wanted

    @Test func anAbsentObjectIsMade() throws {
        #expect(try Situation(wanted: ["a"]).action("a") == .create)
        #expect(try Situation(wanted: ["a"], known: ["a"]).action("a") == .create, "deleted by hand")
    }

    @Test func unknownIsNotAbsent() throws {
        let set = try Situation(wanted: ["a"], known: ["a", "b"], live: ["a": .unknown("the list failed"), "b": .unknown("the list failed")]).plan()
        #expect(set.changes.map(\.action) == [.hold, .hold] && set.writes.isEmpty)
        #expect(set.changes.allSatisfy { $0.reason == "the list failed" })
    }

    @Test func anObjectIsUpdatedWhenGitIsNew() throws {
        let live: [String: Live] = ["a": .present(Situation.live("a"))]
        #expect(try Situation(wanted: ["a"], known: ["a"], live: live, isNew: true).action("a") == .update)
        #expect(try Situation(wanted: ["a"], live: live).action("a") == .update, "ours, and not in the inventory")
        #expect(try Situation(wanted: ["a"], live: ["a": .present(Situation.live("a", owner: nil))]).action("a") == .update, "adopted")
        #expect(try Situation(wanted: ["a"], known: ["a"], live: live).action("a") == .keep)
        // Both: what git says goes first, whatever the policy for drift.
        var both = Situation(wanted: ["a"], known: ["a"], live: live, isNew: true, isDrifted: true)
        both.spec.drift = .ignore
        #expect(try both.action("a") == .update)
    }

    @Test(arguments: [
        (ApplicationSpec.Drift.correct, ChangeSet.Action.correct, ChangeSet.Action.create), (.warn, .drifted, .drifted), (.ignore, .keep, .keep),
    ]) func drift(_ policy: ApplicationSpec.Drift, _ changed: ChangeSet.Action, _ deleted: ChangeSet.Action) throws {
        var situation = Situation(wanted: ["a"], known: ["a"], live: ["a": .present(Situation.live("a"))], isDrifted: true)
        situation.spec.drift = policy
        #expect(try situation.action("a") == changed)
        situation.live = [:]
        #expect(try situation.action("a") == deleted)
        situation.known = []
        #expect(try situation.action("a") == .create, "never applied is no drift")
        // A rollout under way leads requests through it.
        situation.known = ["a"]
        situation.companions = [ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "a")]
        #expect(try situation.action("a") == .create)
        situation.live = ["a": .present(Situation.live("a"))]
        #expect(try situation.action("a") == .correct)
    }

    @Test func aForeignOwnerIsLeftAlone() throws {
        let situation = Situation(wanted: ["a"], known: ["a"], live: ["a": .present(Situation.live("a", owner: "other"))], isNew: true)
        let change = try #require(try situation.plan().changes.first)
        #expect(change.action == .hold && change.reason?.contains("\"other\"") == true)
    }

    @Test func aLiveObjectCanSayIgnore() throws {
        let live = Situation.live("a", extra: ["martlet.dev/ignore": "true"])
        #expect(try Situation(wanted: ["a"], known: ["a"], live: ["a": .present(live)], isNew: true).action("a") == .drifted)
        #expect(try Situation(wanted: ["b"], known: ["a"], live: ["a": .present(live)]).action("a") == .forget)
    }

    @Test func whatIsBeingDeletedIsWaitedFor() throws {
        let live: [String: Live] = ["a": .present(Situation.live("a", deleting: true))]
        #expect(try Situation(wanted: ["a"], known: ["a"], live: live, isNew: true).action("a") == .hold)
        #expect(try Situation(wanted: ["b"], known: ["a"], live: live).action("a") == .hold)
    }

    // MARK: What is no longer wanted

    private func withoutA(_ change: (inout Situation) -> Void = { _ in }) throws -> ChangeSet {
        var situation = Situation(
            wanted: ["b"], known: ["a", "b"], live: ["a": .present(Situation.live("a")), "b": .present(Situation.live("b"))])
        change(&situation)
        return try situation.plan()
    }

    @Test func itIsDeletedWithItsUID() throws {
        let change = try #require(try withoutA().changes.first { $0.key.name == "a" })
        #expect(change.action == .delete && change.uid == "uid-a")
    }

    @Test func anAbsentOneIsForgotten() throws {
        #expect(try withoutA { $0.live["a"] = .absent }.count(.forget) == 1)
    }

    @Test(arguments: ["other", "copied", "none", "prune", "keep"])
    func notOursToDelete(_ why: String) throws {
        let live =
            switch why {
            case "other": Situation.live("a", owner: "other")
            case "copied": Situation.live("a", owner: nil, extra: ["martlet.dev/tracking": "shop:/ConfigMap:shop/b"])
            case "none": Situation.live("a", owner: nil)
            case "prune": Situation.live("a", extra: ["martlet.dev/prune": "false"])
            default: Situation.live("a", extra: ["helm.sh/resource-policy": "keep"])
            }
        let set = try withoutA { $0.live["a"] = .present(live) }
        #expect(set.count(.delete) == 0 && set.count(.forget) == 1)
    }

    @Test(arguments: ["shop", ""])
    func ignoredInGitIsNotDeleted(_ namespace: String) throws {
        let set = try withoutA {
            $0.spec.namespace = "shop"
            $0.ignored = [ObjectKey(group: "", kind: "ConfigMap", namespace: namespace, name: "a")]
        }
        #expect(set.count(.delete) == 0 && set.count(.forget) == 1)
    }

    /// The old and the new group of an Ingress are one object.
    @Test func theSameObjectUnderAnotherNameIsNotDeleted() throws {
        let set = try withoutA { $0.live["a"] = .present(Situation.live("a", uid: "uid-b")) }
        #expect(set.count(.delete) == 0 && set.count(.forget) == 1)
    }

    @Test func anIncompleteRevisionDeletesNothing() throws {
        for allows in [false, true] {
            let set = try withoutA {
                $0.problems = [RenderProblem(RenderError(.invalid("x"), origin: nil), isBlocking: false)]
                $0.allowsDeletions = allows
            }
            #expect(set.count(.delete) == 0 && set.count(.hold) == 1 && set.heldDeletions.isEmpty)
            #expect(set.count(.keep) == 1, "the others go on")
        }
    }

    @Test func aBlockedRevisionDoesNothing() throws {
        let set = try withoutA {
            $0.problems = [RenderProblem(RenderError(.invalid("x"), origin: nil), isBlocking: true)]
            $0.allowsDeletions = true
        }
        #expect(set.changes.isEmpty && set.blocked.count == 1)
    }

    @Test func anEmptyRevisionWaits() throws {
        #expect(try withoutA { $0.wanted = [] }.heldDeletions.count == 2)
        #expect(try withoutA { $0.wanted = [] }.count(.delete) == 0)
        let agreed = try withoutA {
            $0.wanted = []
            $0.allowsDeletions = true
        }
        #expect(agreed.count(.delete) == 2)
    }

    @Test func pruneFalseHoldsEvenWhenAgreed() throws {
        let set = try withoutA {
            $0.spec.prunes = false
            $0.allowsDeletions = true
        }
        #expect(set.count(.delete) == 0 && set.count(.hold) == 1 && set.heldDeletions.isEmpty)
    }

    @Test func anotherSourceWaits() throws {
        #expect(try withoutA { $0.inventorySource = "https://git/other" }.heldDeletions.count == 1)
        #expect(try withoutA { $0.inventorySource = "" }.count(.delete) == 1)
        let agreed = try withoutA {
            $0.inventorySource = "https://git/other"
            $0.allowsDeletions = true
        }
        #expect(agreed.count(.delete) == 1)
    }

    @Test(arguments: [
        // Known, no longer wanted, deleted without asking.
        (10, 5, true), (10, 6, false), (30, 6, true), (29, 6, false), (5, 4, true), (6, 5, true), (100, 20, true), (100, 21, false),
    ]) func deletionBudget(_ known: Int, _ gone: Int, _ passes: Bool) throws {
        let names = (0..<known).map { "o\($0)" }
        var situation = Situation(wanted: Array(names.dropFirst(gone)), known: names)
        for name in names { situation.live[name] = .present(Situation.live(name)) }
        let set = try situation.plan()
        #expect(set.count(.delete) == (passes ? gone : 0) && set.heldDeletions.count == (passes ? 0 : gone))
        if !passes {
            #expect(set.changes.last?.reason?.contains("delete \(gone) of \(known) objects: agree with \"martlet sync shop --allow-deletions\"") == true)
            situation.allowsDeletions = true
            #expect(try situation.plan().count(.delete) == gone)
        }
    }

    private static func configMap(_ name: String) -> ObjectKey { ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: name) }
    private static let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    @Test(arguments: [false, true]) func whatPodsOfARolloutNeedIsKept(_ isProblem: Bool) throws {
        let kept = try withoutA {
            $0.needs = [Self.configMap("a"): Self.web]
            $0.held = [Self.web: .init(reason: "at 10 %", isProblem: isProblem)]
        }
        let change = try #require(kept.changes.first { $0.key.name == "a" })
        #expect(change.action == (isProblem ? .hold : .rollOut) && kept.writes.isEmpty && kept.heldDeletions.isEmpty)
        #expect(change.reason?.contains("deployment.apps/web") == true && !kept.summary.contains("rolling out"), "\(change.reason ?? "") \(kept.summary)")
        #expect(try withoutA { $0.needs = [Self.configMap("a"): Self.web] }.count(.delete) == 1, "the rollout is over")
    }

    /// A commit drops more than may go without asking; that half of it goes later makes it no less.
    @Test func whatGoesLaterCountsNow() throws {
        let names = (0..<30).map { "o\($0)" }
        var situation = Situation(wanted: Array(names.dropFirst(12)), known: names)
        for name in names { situation.live[name] = .present(Situation.live(name)) }
        let later = names.prefix(6).map { Self.configMap($0) }
        for key in later { situation.needs[key] = Self.web }
        situation.held = [Self.web: .init(reason: "at 10 %", isProblem: false)]
        let set = try situation.plan()
        #expect(set.count(.delete) == 0 && set.heldDeletions.count == 12)
        #expect(set.changes.contains { $0.reason?.contains("delete 12 of 30 objects") == true })
        // A person agrees; the rest goes with the rollout's end, without another question.
        situation.allowsDeletions = true
        let agreed = try situation.plan()
        #expect(agreed.count(.delete) == 6 && agreed.count(.rollOut) == 6 && agreed.heldDeletions.isEmpty)
        #expect(set.deferred.isEmpty && Set(agreed.deferred.keys) == Set(later))
        (situation.allowsDeletions, situation.held, situation.needs) = (false, [:], [:])
        situation.known = Array(names.prefix(6) + names.dropFirst(12))
        #expect(try situation.plan().count(.delete) == 0)
        situation.deferred = agreed.deferred
        #expect(try situation.plan().count(.delete) == 6)
    }

    /// Each of three commits drops what it may, and the rollouts overlap.
    @Test func eachCommitHasItsBudget() throws {
        let names = (0..<20).map { "o\($0)" }
        var situation = Situation(known: names)
        situation.held = [Self.web: .init(reason: "at 10 %", isProblem: false)]
        for name in names { situation.live[name] = .present(Situation.live(name)) }
        for commit in 1...3 {
            situation.wanted = Array(names.dropFirst(commit * 3))
            for name in names.prefix(commit * 3) { situation.needs[Self.configMap(name)] = Self.web }
            let set = try situation.plan()
            #expect(set.count(.rollOut) == commit * 3 && set.heldDeletions.isEmpty, "\(commit)")
            situation.deferred.merge(set.deferred) { $1 }
        }
        // The last is taken back and dropped again.
        var inventory = Inventory(application: "shop")
        inventory.deferred = situation.deferred
        situation.wanted = Array(names.dropFirst(6))
        inventory.put(off: try situation.plan())
        #expect(inventory.deferred.count == 6)
    }

    @Test(arguments: [("0", 1, 100, false), ("3", 3, 3, true), ("3", 4, 100, false), ("0%", 5, 5, true), ("0%", 6, 100, false), ("100%", 9, 9, true)])
    func writtenBudgets(_ text: String, _ count: Int, _ total: Int, _ passes: Bool) throws {
        #expect(try #require(DeletionBudget(text)).allows(count, of: total) == passes)
    }

    @Test func summary() throws {
        #expect(try withoutA().summary == "1 to delete, 1 unchanged")
        #expect(ChangeSet().summary == "nothing")
    }

    /// Told to leave a change, and later to correct it: the change is still one, also for who remembers digests.
    @Test func driftIsNotForgotten() async throws {
        let key = FingerprintKey(random: RandomSource(seed: 1))
        let wanted = try await desired(["a.yaml": configuration("a", "data: {a: one}\n")])
        let prepared = try #require(prepare(wanted, resources: { _ in nil }, digest: key).prepared.first)
        var live = prepared.object
        live.value[path: "metadata", "uid"] = "1"
        live.value[path: "metadata", "resourceVersion"] = "7"
        live.value[path: "metadata", "managedFields"] = [[
            "manager": "martlet", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": ["f:data": ["f:a": [:]]],
        ]]
        var inventory = Inventory(application: "shop")
        inventory.source = "https://git/shop"
        inventory.entries[prepared.key] = .init(desired: prepared.digest, owned: key.ownedDigest(live), uid: "1")
        live.value[path: "data", "a"] = "two"
        live.value[path: "metadata", "resourceVersion"] = "8"
        var digests = OwnedDigests()
        let seen: [ObjectKey: Live] = [prepared.key: .present(live)]
        for (drift, action) in [(ApplicationSpec.Drift.ignore, ChangeSet.Action.keep), (.correct, .correct), (.warn, .drifted), (.correct, .correct)] {
            var revision = wanted
            revision.spec.drift = drift
            var input = PlanInput(
                desired: revision, prepared: [prepared], inventory: inventory, fingerprint: key, source: "https://git/shop", live: { seen[$0] ?? .absent })
            input.ownedDigest = { [digests] in digests.digest(of: $0, by: key) }
            let changes = Delivery.plan(input)
            #expect(changes.changes.map(\.action) == [action])
            digests.note(changes, seen)
        }
        #expect(digests.digest(of: live, by: FingerprintKey(random: RandomSource(seed: 2))) == key.ownedDigest(live))
    }
}
