import Basics
import Cluster
@testable import Delivery
import DevCluster
import Document
import Kubernetes
import Testing

/// Inventories in a cluster: nothing is lost or doubled whatever happened to an answer, and whatever names its pieces have.
@Suite struct InventoryStoreTests {
    private let client: ClusterClient
    private let store: InventoryStore
    private let secrets = InventoryStore.secrets
    private static let namespace = "martlet-system"

    init() async throws {
        let (time, random) = (SystemTime(), RandomSource(seed: 5))
        client = ClusterClient(
            configuration: ClusterConfiguration(server: "http://embedded.invalid"), transport: APIServer(time: time, random: random), time: time,
            random: random)
        store = InventoryStore(client: client, namespace: Self.namespace)
        try await store.ensureNamespace(Self.namespace)
    }

    private func inventory(_ application: String, _ count: Int) -> Inventory {
        var inventory = Inventory(application: application)
        inventory.source = "https://git/shop"
        inventory.release.revision = 3
        for number in 0..<count {
            inventory.entries[ObjectKey(group: "", kind: "ConfigMap", namespace: application, name: "c\(number)")] = .init(
                desired: "desired", owned: "owned", uid: "uid-\(number)")
        }
        return inventory
    }

    /// As the version before wrote it, in as many pieces.
    private func former(_ inventory: Inventory, limit: Int, key: FingerprintKey) async throws -> Int {
        var encoding = InventoryEncoding()
        encoding.pieceLimit = limit
        let all = encoding.secrets(for: inventory, key: key, status: ["sync": "synced"], namespace: Self.namespace)
        for (index, secret) in all.enumerated() {
            var secret = secret
            if index > 0 { secret.value[path: "metadata", "name"] = .string("martlet-inventory-\(inventory.application)-\(index)") }
            _ = try await client.create(secrets, secret)
        }
        return all.count
    }

    private func names() async throws -> [String] { try await client.list(secrets, namespace: Self.namespace).items.map(\.name).sorted() }

    private func put(_ name: String, application: String?) async throws {
        var metadata: Value = ["name": .string(name), "namespace": .string(Self.namespace)]
        if let application { metadata["labels"] = .mapping([InventoryEncoding.label: .string(application)]) }
        let data: Value = ["entries": "WyIiLCJDb25maWdNYXAiLCJhIiwiYiIsIiIsIiIsIiJdCg=="]
        _ = try await client.create(
            secrets, try #require(Object(["apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data])))
    }

    @Test(arguments: [1, 300]) func piecesUnderTheirFormerNames(_ count: Int) async throws {
        let key = FingerprintKey(random: RandomSource(seed: 1))
        let old = inventory("shop", count)
        let pieces = try await former(old, limit: 2000, key: key)
        #expect((pieces > 4) == (count > 1))
        // Read as it was, each entry once.
        let loaded = try #require(try await store.load("shop"))
        #expect(loaded.inventory == old && loaded.key.bytes == key.bytes && loaded.status == ["sync": "synced"])
        let saved = try await store.save(loaded)
        let moved = try await names()
        #expect(moved == (0..<pieces).map { InventoryEncoding.secretName("shop", piece: $0) }.sorted())
        #expect(try await store.load("shop")?.inventory == old)
        // The name is free for the application that it may belong to.
        let other = try await store.save(InventoryStore.Record(inventory: inventory("shop-1", 2), key: key))
        #expect(other.inventory.entries.count == 2)
        #expect(try await store.loadAll().mapValues(\.inventory) == ["shop": old, "shop-1": inventory("shop-1", 2)])
        // Nothing is written for nothing.
        let versions = try await client.list(secrets, namespace: Self.namespace).items.map(\.resourceVersion).sorted()
        _ = try await store.save(saved)
        #expect(try await client.list(secrets, namespace: Self.namespace).items.map(\.resourceVersion).sorted() == versions)
        try await store.remove(saved)
        #expect(try await names() == ["martlet-inventory-shop-1"])
    }

    /// Ended between writing the new names and deleting the old ones, with something forgotten meanwhile.
    @Test func halfMoved() async throws {
        let key = FingerprintKey(random: RandomSource(seed: 1))
        let old = inventory("shop", 300)
        let pieces = try await former(old, limit: 2000, key: key)
        var encoding = InventoryEncoding()
        encoding.pieceLimit = 2000
        var newer = old
        for entry in old.entries.keys { newer.entries[entry]?.owned = "newer" }
        for (index, secret) in encoding.secrets(for: newer, key: key, status: .null, namespace: Self.namespace).enumerated() where index > pieces / 2 {
            _ = try await client.create(secrets, secret)
        }
        let loaded = try #require(try await store.load("shop"))
        #expect(Set(loaded.inventory.entries.keys) == Set(old.entries.keys))
        #expect(loaded.inventory.entries.values.contains { $0.owned == "newer" } && loaded.inventory.entries.values.contains { $0.owned == "owned" })
        _ = try await store.save(loaded)
        #expect(try await names().count == pieces)
        #expect(try await store.load("shop")?.inventory == loaded.inventory)
        // Removed while pieces of both names are there.
        _ = try await former(inventory("web", 300), limit: 2000, key: key)
        try await store.remove(try #require(try await store.load("web")))
        #expect(try await names().count == pieces)
    }

    /// Numbers and names that were never written are nobody's piece, and end nothing.
    @Test(arguments: [
        "martlet-inventory-shop-9223372036854775807", "martlet-inventory-shop.9223372036854775807", "martlet-inventory-shop-99999999999999999999",
        "martlet-inventory-shop-1024", "martlet-inventory-shop-0", "martlet-inventory-shop-01", "martlet-inventory-shop--1", "a-copy", "martlet-inventory-shop-x",
    ])
    func namesThatAreNoPiece(_ name: String) async throws {
        try await put(name, application: "shop")
        #expect(try await store.load("shop") == nil)
        let saved = try await store.save(
            InventoryStore.Record(inventory: inventory("shop", 3), key: FingerprintKey(random: RandomSource(seed: 1))))
        #expect(try await store.load("shop")?.inventory == saved.inventory)
        #expect(try await names() == ["martlet-inventory-shop", name].sorted())
    }

    @Test func aHugeRevision() async throws {
        var huge = inventory("shop", 1)
        huge.release.revision = .max
        _ = try await store.save(InventoryStore.Record(inventory: huge, key: FingerprintKey(random: RandomSource(seed: 1))))
        #expect(try await store.load("shop")?.inventory.release.revision == Int(Int32.max))
    }

    /// The answer to a write was lost: what is there is ours, and decides.
    @Test func alreadyThere() async throws {
        let record = InventoryStore.Record(inventory: inventory("shop", 3), key: FingerprintKey(random: RandomSource(seed: 1)))
        _ = try await store.save(record)
        await #expect { try await store.save(record) } throws: { ($0 as? ClusterError)?.reason == .conflict }
        // Somebody else's is in the way for good, and that is said.
        try await put("martlet-inventory-web", application: nil)
        let web = InventoryStore.Record(inventory: inventory("web", 1), key: record.key)
        await #expect { try await store.save(web) } throws: {
            let error = $0 as? ClusterError
            return error?.reason == .alreadyExists && error?.message.contains("martlet-inventory-web") == true
        }
    }
}
