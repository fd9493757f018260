import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Testing

/// What stands stays until what is to replace it is there, and until somebody who may say so has said so.
@Suite struct DeletionTests {
    private func numbered(_ range: Range<Int>, _ value: String = "1") -> [String: String] {
        Dictionary(uniqueKeysWithValues: range.map { ("\($0).yaml", LoopBench.configuration("c\($0)", value)) })
    }

    @Test(.timeLimit(.minutes(10))) func theOldObjectStaysWhileItsReplacementFails() async throws {
        try await LoopBench.run { bench in
            let work = bench.follow()
            try await bench.deliver(["a.yaml": LoopBench.configuration("old"), "b.yaml": LoopBench.configuration("other")], 1, to: work)
            try await bench.synced(at: 1)
            // Renamed, and refused by the server.
            let refused = LoopBench.configuration("new").replacing("data:", with: "dat:")
            try await bench.deliver(["a.yaml": refused, "b.yaml": LoopBench.configuration("other")], 2, to: work)
            try await bench.status(at: 2, "failed") { $0.sync == .failed }
            // Looks for other reasons.
            let maps = try await bench.client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"))
            for number in 0..<3 {
                try await bench.time.sleep(for: .milliseconds(300))
                _ = try await bench.client.patch(maps, namespace: "default", name: "other", ["data": ["value": .string("by hand \(number)")]], fieldManager: "hand")
            }
            try await bench.eventually("the drift to be corrected") {
                try await bench.object("ConfigMap", "other")?.value[path: "data", "value"]?.string == "1" ? true : nil
            }
            try await bench.time.sleep(for: .milliseconds(500))
            #expect(try await bench.has("old"), "the old object is gone, and the new one is not there")
            try await bench.deliver(["a.yaml": LoopBench.configuration("new"), "b.yaml": LoopBench.configuration("other")], 3, to: work)
            try await bench.synced(at: 3)
            try await bench.eventually("the old one to go") { try await bench.has("old") ? nil : true }
            #expect(try await bench.has("new", "other"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func anotherSourceDeletesNothingUntilSomebodyAgrees() async throws {
        try await LoopBench.run { bench in
            let first = bench.follow("https://git/a")
            try await bench.deliver(["a.yaml": LoopBench.configuration("one"), "b.yaml": LoopBench.configuration("two")], 1, to: first)
            try await bench.synced(at: 1)
            await bench.stop()
            let second = bench.follow("https://git/b")
            try await bench.deliver(["a.yaml": LoopBench.configuration("one", "new")], 2, to: second)
            try await bench.status(at: 2, "held") { $0.heldDeletions.count == 1 && $0.sync == .outOfSync }
            try await bench.deliver(["a.yaml": LoopBench.configuration("one", "newer")], 3, to: second)
            try await bench.status(at: 3, "held") { $0.sync == .outOfSync }
            try await bench.time.sleep(for: .milliseconds(500))
            #expect(try await bench.has("one", "two"))
            #expect(try await bench.store.load("shop")?.inventory.source == "https://git/a")
            try await bench.store.request(SyncRequest(id: "yes", allowsDeletions: true, revision: LoopBench.revision(3).description), of: "shop")
            try await bench.eventually("the other to go") { try await bench.has("two") ? nil : true }
            try await bench.synced(at: 3)
            #expect(try await bench.store.load("shop")?.inventory.source == "https://git/b")
        }
    }

    @Test(.timeLimit(.minutes(10))) func anotherSourceWithNothingLessIsTakenNoteOf() async throws {
        try await LoopBench.run { bench in
            let first = bench.follow("https://git/a")
            try await bench.deliver(numbered(0..<2), 1, to: first)
            try await bench.synced(at: 1)
            await bench.stop()
            let second = bench.follow("https://git/b")
            try await bench.deliver(numbered(0..<3), 2, to: second)
            try await bench.synced(at: 2)
            #expect(try await bench.store.load("shop")?.inventory.source == "https://git/b")
        }
    }

    /// What one application gives up, the other takes, however late.
    @Test(.timeLimit(.minutes(10))) func movedFromOneApplicationToAnother() async throws {
        try await LoopBench.run { bench in
            func tree(_ owner: String) -> [String: String] {
                var texts = ["keep.yaml": LoopBench.configuration("keep")]
                for name in ["a", "b"] {
                    texts["\(name)/martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\n"
                    texts["\(name)/own.yaml"] = LoopBench.configuration("own-\(name)")
                }
                for (file, text) in numbered(0..<8) { texts["\(owner)/\(file)"] = text }
                return texts
            }
            let work = bench.follow()
            try await bench.deliver(tree("a"), 1, to: work)
            try await bench.synced("a", at: 1)
            try await bench.synced("b", at: 1)
            try await bench.deliver(tree("b"), 2, to: work)
            try await bench.status("a", at: 2, "held") { $0.heldDeletions.count == 8 }
            try await bench.status("b", at: 2, "held") { $0.message.contains("belongs to application \"a\"") }
            try await bench.time.sleep(for: .milliseconds(300))
            try await bench.store.request(SyncRequest(id: "yes", allowsDeletions: true), of: "a")
            try await bench.synced("a", at: 2)
            try await bench.synced("b", at: 2)
            #expect(try await bench.has("c0", "c7", "own-a", "own-b"))
        }
    }

    /// Two applications that change places do not wait for each other.
    @Test(.timeLimit(.minutes(10))) func exchangedByTwoApplications() async throws {
        try await LoopBench.run { bench in
            func tree(_ x: String, _ y: String) -> [String: String] {
                var texts = ["keep.yaml": LoopBench.configuration("keep")]
                for name in ["a", "b"] {
                    texts["\(name)/martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\n"
                    texts["\(name)/own.yaml"] = LoopBench.configuration("own-\(name)")
                }
                texts["\(x)/one.yaml"] = LoopBench.configuration("one")
                texts["\(y)/two.yaml"] = LoopBench.configuration("two")
                return texts
            }
            let work = bench.follow()
            try await bench.deliver(tree("a", "b"), 1, to: work)
            for name in ["a", "b"] { try await bench.synced(name, at: 1) }
            try await bench.deliver(tree("b", "a"), 2, to: work)
            for name in ["a", "b"] { try await bench.synced(name, at: 2) }
            #expect(try await bench.has("one", "two", "own-a", "own-b"))
            #expect(try await bench.object("ConfigMap", "one").flatMap { owner(of: $0) } == "b")
        }
    }

    @Test(.timeLimit(.minutes(10))) func agreementIsForTheRevisionThatWasSeen() async throws {
        try await LoopBench.run { bench in
            let work = bench.follow()
            try await bench.deliver(numbered(0..<10), 1, to: work)
            try await bench.synced(at: 1)
            try await bench.deliver(numbered(0..<2), 2, to: work)
            try await bench.status(at: 2, "held") { $0.heldDeletions.count == 8 }
            try await bench.store.request(SyncRequest(id: "of-before", allowsDeletions: true).seen(at: LoopBench.revision(1).description), of: "shop")
            let status = try await bench.status(at: 2, "answered") { $0.handledRequest == "of-before" }
            #expect(status.heldDeletions.count == 8)
            try await bench.time.sleep(for: .milliseconds(300))
            let later = try await bench.status(at: 2, "held") { $0.sync == .outOfSync }
            #expect(later.message.contains("it was given for main@0000001"), "\(later.message)")
            #expect(try await bench.has("c2", "c9"))
            try await bench.store.request(SyncRequest(id: "of-now", allowsDeletions: true).seen(at: later.revision), of: "shop")
            try await bench.synced(at: 2)
            try await bench.eventually("the others to go") { try await bench.object("ConfigMap", "c9") == nil ? true : nil }
            #expect(try await bench.has("c0", "c1"))
        }
    }

    /// The plan's view is minutes old, and somebody has said meanwhile that the object is to stay.
    @Test(.timeLimit(.minutes(10)), arguments: [nil, "martlet.dev/prune", MartletAnnotations.tracking]) func whatWasSaidSinceTheLookIsHeard(_ annotation: String?) async throws {
        try await LoopBench.run { bench in
            let maps = try await bench.client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"))
            let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "default", name: "a")
            var made = try object("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n")
            made.value[path: "metadata", "annotations", MartletAnnotations.tracking] = .string(Tracking(application: "shop", key: key).description)
            made = try await bench.client.create(maps, made)
            var changes = ChangeSet()
            changes.changes = [ChangeSet.Change(.delete, key: key, uid: made.uid)]
            if let annotation {
                let value = annotation == MartletAnnotations.tracking ? Tracking(application: "other", key: key).description : "false"
                _ = try await bench.client.patch(
                    maps, namespace: "default", name: "a", ["metadata": ["annotations": .mapping([annotation: .string(value)])]])
            }
            let outcomes = await Applier(client: bench.client, time: bench.time).delete(changes, of: "shop", isCurrent: { true }, done: { _ in })
            #expect(outcomes.map(\.isSuccess) == [annotation == nil])
            #expect(try await bench.has("a") == (annotation != nil))
        }
    }

    /// Git said that nothing of it is to be pruned, forgot it, and the daemon started anew.
    @Test(.timeLimit(.minutes(10))) func pruneFalseOutlivesTheApplication() async throws {
        try await LoopBench.run { bench in
            let rest = ["keep.yaml": LoopBench.configuration("keep")]
            var texts = rest
            texts["web/martlet.yaml"] = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {prune: false}\n"
            texts["web/a.yaml"] = LoopBench.configuration("a")
            var work = bench.follow()
            try await bench.deliver(texts, 1, to: work)
            try await bench.synced("web", at: 1)
            await bench.stop()
            work = bench.follow()
            try await bench.deliver(rest, 2, to: work)
            try await bench.status("web", at: 2, "held") { $0.sync == .outOfSync }
            try await bench.store.request(SyncRequest(id: "all", allowsDeletions: true), of: "web")
            try await bench.status("web", at: 2, "answered") { $0.handledRequest == "all" }
            try await bench.time.sleep(for: .milliseconds(500))
            #expect(try await bench.has("a", "keep"))
        }
    }

    /// A chart that asks for kinds of another application, which are made after it was rendered.
    @Test(.timeLimit(.minutes(10))) func chartsSeeTheKindsThatHaveCome() async throws {
        try await LoopBench.run { bench in
            let work = bench.follow()
            try await bench.deliver(
                [
                    "things.yaml": """
                        apiVersion: apiextensions.k8s.io/v1
                        kind: CustomResourceDefinition
                        metadata: {name: things.example.dev}
                        spec:
                          group: example.dev
                          scope: Namespaced
                          names: {kind: Thing, plural: things, singular: thing, listKind: ThingList}
                          versions:
                          - name: v1
                            served: true
                            storage: true
                            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}

                        """,
                    "martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {path: web, dependsOn: [shop]}\n",
                    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
                    "web/templates/a.yaml": LoopBench.configuration("{{ if .Capabilities.APIVersions.Has \"example.dev/v1\" }}with{{ else }}without{{ end }}"),
                ], 1, to: work)
            try await bench.synced("web", at: 1)
            #expect(try await bench.has("with"))
            #expect(try await bench.object("ConfigMap", "without") == nil)
        }
    }

    @Test func requestsNameTheRevision() {
        let request = SyncRequest(id: "id", allowsDeletions: true).seen(at: "main@1a2b3c4")
        #expect(request.text == "id allow-deletions at=main@1a2b3c4")
        #expect(SyncRequest(request.text) == request)
        #expect(request.allowsDeletions(at: SourceRevision(reference: "main", commit: "1a2b3c4d")))
        #expect(!request.allowsDeletions(at: SourceRevision(reference: "main", commit: "1a2b3c5d")))
        let folder = SyncRequest(id: "id", allowsDeletions: true).seen(at: "my shop")
        #expect(SyncRequest(folder.text)?.allowsDeletions(at: SourceRevision(reference: "my shop", commit: "")) == true)
        let nothing = SyncRequest(id: "id", allowsDeletions: true).seen(at: "")
        #expect(SyncRequest(nothing.text)?.allowsDeletions(at: SourceRevision(reference: "main", commit: "1")) == false)
        #expect(SyncRequest("id allow-deletions")?.allowsDeletions(at: SourceRevision(reference: "main", commit: "1")) == true)
        #expect(SyncRequest("id at=main")?.allowsDeletions(at: SourceRevision(reference: "main", commit: "")) == false)
    }

    /// The mistake was in another file than the application's own.
    @Test(.timeLimit(.minutes(10))) func aProblemOfTheLayoutGoesWithTheLayout() async throws {
        try await LoopBench.run { bench in
            func tree(stray: Bool, _ value: String = "1") -> [String: String] {
                var texts = [
                    "shop/martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: shop}\n",
                    "shop/a.yaml": LoopBench.configuration("a", value),
                ]
                if stray { texts["debug.yaml"] = LoopBench.configuration("debug") }
                return texts
            }
            let work = bench.follow()
            try await bench.deliver(tree(stray: true), 1, to: work)
            try await bench.status(at: 1, "blocked") { $0.sync == .failed && $0.message.contains("--name") }
            try await bench.deliver(tree(stray: false), 2, to: work)
            try await bench.synced(at: 2)
            try await bench.deliver(tree(stray: true), 3, to: work)
            try await bench.status(at: 3, "blocked") { $0.sync == .failed }
        }
    }
}
