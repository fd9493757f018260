import Basics
import Chart
@testable import Delivery
import Document
import Kubernetes
import Testing

/// The only ground on which anything is deleted: nothing of it may get lost.
@Suite struct InventoryTests {
    private let key = FingerprintKey(random: RandomSource(seed: 1))

    private func inventory(_ count: Int, _ owned: String = "owned") -> Inventory {
        var inventory = Inventory(application: "shop")
        inventory.source = "https://git/shop"
        inventory.appliedCommit = "1234"
        inventory.release.revision = 3
        inventory.release.inputDigest = "input"
        inventory.release.finishedHooks = ["b", "a"]
        var reads = ReadSet()
        (reads.files, reads.patterns) = (["conf/a"], ["dashboards/*.json"])
        inventory.release.reads = count == 1 ? nil : reads
        for number in 0..<count {
            let key = ObjectKey(group: number % 2 == 0 ? "" : "apps", kind: "Kind\(number % 3)", namespace: "n\"s", name: "name-\(number)")
            inventory.entries[key] = .init(desired: "desired", owned: owned, uid: "uid-\(number)", commit: number % 4 == 1 ? "c\(number % 3)" : "")
            if number % 5 == 2 { inventory.deferred[key] = ObjectKey(group: "apps", kind: "Deployment", namespace: "n\"s", name: "web") }
        }
        return inventory
    }

    private func encoding(_ limit: Int) -> InventoryEncoding {
        var encoding = InventoryEncoding()
        encoding.pieceLimit = limit
        return encoding
    }

    @Test(arguments: [0, 1, 7, 500]) func roundTrip(_ count: Int) throws {
        for limit in [600_000, 2000] {
            let secrets = encoding(limit).secrets(for: inventory(count), key: key, status: ["a": 1], namespace: "martlet-system")
            #expect(count < 500 || limit > 2000 || secrets.count > 8)
            let read = try #require(InventoryEncoding.inventory(from: secrets.shuffled()))
            #expect(read.inventory == inventory(count) && read.key.bytes == key.bytes && read.status == ["a": 1])
        }
    }

    @Test func piecesStayBelowTheLimit() {
        let secrets = encoding(2000).secrets(for: inventory(500), key: key, status: .null, namespace: "n")
        #expect(secrets.allSatisfy { ($0.value[path: "data", "entries"]?.string?.utf8.count ?? 0) <= 2000 * 4 / 3 + 4 })
        #expect(secrets.first?.name == "martlet-inventory-shop" && secrets.last?.name == "martlet-inventory-shop.\(secrets.count - 1)")
        #expect(secrets.count & (secrets.count - 1) == 0)
    }

    /// Between any two writes of a save, last piece first, every entry is there; and the next save ends well.
    @Test(arguments: [(1, 40), (10, 40), (10, 300), (40, 500), (0, 500)])
    func growth(_ before: Int, _ after: Int) throws {
        let encoding = encoding(2000)
        var cluster: [String: Object] = [:]
        let old = inventory(before, "old")
        for secret in encoding.secrets(for: old, key: key, status: .null, namespace: "n") { cluster[secret.name] = secret }
        let new = inventory(after, "new")
        let wanted = encoding.secrets(for: new, key: key, status: .null, namespace: "n", atLeast: cluster.count)
        for secret in wanted.reversed() {
            cluster[secret.name] = secret
            let read = try #require(InventoryEncoding.inventory(from: cluster.values.sorted { $0.name < $1.name }))
            #expect(Set(old.entries.keys).isSubset(of: read.inventory.entries.keys))
            // After the crash something is forgotten, and the next save must not bring it back.
            var next = read.inventory
            let gone = try #require(new.entries.keys.min())
            next.entries[gone] = nil
            let highest = cluster.values.map { InventoryEncoding.piece($0, "shop")?.number ?? 0 }.max() ?? 0
            var later = cluster
            for secret in encoding.secrets(for: next, key: key, status: .null, namespace: "n", atLeast: highest + 1) { later[secret.name] = secret }
            #expect(InventoryEncoding.inventory(from: Array(later.values))?.inventory == next)
        }
        #expect(InventoryEncoding.inventory(from: Array(cluster.values))?.inventory == new)
    }

    /// A record that somebody damaged still lists what is ours.
    @Test func aLostFirstPiece() throws {
        var secrets = encoding(2000).secrets(for: inventory(300), key: key, status: .null, namespace: "n")
        let first = secrets.removeFirst()
        let read = try #require(InventoryEncoding.inventory(from: secrets, random: RandomSource(seed: 9)))
        #expect(read.inventory.application == "shop" && read.inventory.entries.count > 200 && read.key.bytes != key.bytes)
        var broken = first
        broken.value[path: "data", "head"] = "bm8ganNvbg=="
        let again = try #require(InventoryEncoding.inventory(from: [broken] + secrets))
        #expect(again.inventory.entries.count == 300)
        #expect(InventoryEncoding.inventory(from: []) == nil)
    }

    @Test(arguments: ["not base64!", "WzEsMl0K", "e30K", "W10KCgo=", "/////w==", ""])
    func brokenLines(_ entries: String) throws {
        var secret = try #require(encoding(600_000).secrets(for: inventory(2), key: key, status: .null, namespace: "n").first)
        secret.value[path: "data", "entries"] = .string(entries)
        let read = try #require(InventoryEncoding.inventory(from: [secret]))
        #expect(read.inventory.entries.isEmpty && read.inventory.source == "https://git/shop")
    }

    @Test func pruningIsRemembered() throws {
        var inventory = inventory(2)
        for keeps in [true, false] {
            inventory.keepsAll = keeps
            let secrets = encoding(600_000).secrets(for: inventory, key: key, status: .null, namespace: "n")
            #expect(InventoryEncoding.inventory(from: secrets)?.inventory == inventory)
        }
    }

    @Test func regressions() {
        var regressions = Regressions()
        let (one, two) = (GroupKind(group: "", kind: "Secret"), GroupKind(group: "apps", kind: "Deployment"))
        let looks: [([GroupKind: Int], Bool)] = [
            // What was before the first look says nothing, and neither does a kind that is followed anew.
            ([one: 1], false), ([one: 1, two: 3], false), ([one: 1, two: 4], true), ([one: 1, two: 4], false), ([one: 0], false),
        ]
        for (counts, hasGrown) in looks {
            let grown = regressions.haveGrown(to: counts)
            #expect(grown == hasGrown, "\(counts)")
        }
    }

    @Test func intentions() {
        var inventory = inventory(2)
        let known = inventory.entries
        let new = ObjectKey(group: "", kind: "Secret", namespace: "a", name: "b")
        #expect(!inventory.intend(known.keys) && inventory.entries == known)
        #expect(inventory.intend(Array(known.keys) + [new]) && inventory.entries.count == 3 && inventory.entries[new] == .init())
    }

    @Test(arguments: ["id", "id allow-deletions", "id force-conflicts", "id allow-deletions force-conflicts", "id allow-deletions at=main@1a2b3c4"])
    func requests(_ text: String) {
        #expect(SyncRequest(text)?.text == text)
        #expect(SyncRequest("  \(text)  x ")?.text == text)
        #expect(SyncRequest("") == nil && SyncRequest("  ") == nil)
    }
}
