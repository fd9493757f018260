internal import Chart
package import Document
package import Basics
package import Kubernetes

/// An inventory as Secrets, in pieces that each stay under the API server's limit of 1 MiB.
///
/// Which piece an entry is in depends on its key alone while the number of pieces
/// stays; it only doubles, and higher pieces are written first. So a crash between
/// two writes leaves an entry in one piece or in both, never in none.
package struct InventoryEncoding: Sendable {
    static let label = "martlet.dev/inventory"
    /// Bytes of one piece before Secret's base64.
    var pieceLimit = 600_000

    package init() {}

    /// More pieces are never made; a Secret that claims to be a later one is not ours.
    static let maxPieces = 1024

    /// The name of a piece's Secret. No application's name has a dot, and so no piece has another application's name.
    package static func secretName(_ application: String, piece: Int) -> String {
        piece == 0 ? "martlet-inventory-\(application)" : "martlet-inventory-\(application).\(piece)"
    }

    /// The name that pieces had at first: piece 1 of `shop` was in the way of an application `shop-1`.
    static func formerName(_ application: String, piece: Int) -> String { "martlet-inventory-\(application)-\(piece)" }

    /// The pieces, first to last; at least as many as were there before.
    package func secrets(for inventory: Inventory, key: FingerprintKey, status: Value, namespace: String, atLeast: Int = 1) -> [Object] {
        var count = 1
        while count < min(atLeast, Self.maxPieces) { count *= 2 }
        var pieces = split(inventory, into: count)
        while count < Self.maxPieces, pieces.contains(where: { $0.count > pieceLimit }) {
            count *= 2
            pieces = split(inventory, into: count)
        }
        return pieces.enumerated().compactMap { index, bytes in
            var data: Mapping = ["entries": .string(Base64.encode(bytes))]
            if index == 0 {
                var head: Value = [
                    "application": .string(inventory.application), "source": .string(inventory.source),
                    "appliedCommit": .string(inventory.appliedCommit), "pieces": .int(Int64(count)),
                    "release": [
                        "revision": .int(Int64(inventory.release.revision)), "inputDigest": .string(inventory.release.inputDigest),
                        "finishedHooks": .sequence(inventory.release.finishedHooks.sorted().map(Value.string)),
                        "generated": .mapping(Mapping(inventory.release.generated.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                        "reads": encoded(inventory.release.reads),
                    ],
                    "versions": versions(of: inventory),
                ]
                if inventory.keepsAll { head["prune"] = false }
                if !inventory.deferred.isEmpty { head["deferred"] = deferred(of: inventory) }
                data["head"] = .string(Base64.encode(JSON.write(head)))
                data["key"] = .string(Base64.encode(key.bytes))
                data["status"] = .string(Base64.encode(JSON.write(status)))
            }
            return Object([
                "apiVersion": "v1", "kind": "Secret", "type": "martlet.dev/inventory",
                "metadata": [
                    "name": .string(Self.secretName(inventory.application, piece: index)), "namespace": .string(namespace),
                    "labels": .mapping([Self.label: .string(inventory.application)]),
                ],
                "data": .mapping(data),
            ])
        }
    }

    /// The commits that workloads are at, not in their lines: a Martlet of before reads lines of seven fields only.
    private func versions(of inventory: Inventory) -> Value {
        let entries = inventory.entries.filter { !$0.value.commit.isEmpty }.sorted { $0.key < $1.key }.prefix(Self.maxVersions)
        return .mapping(Mapping(Dictionary(grouping: entries, by: \.value.commit).sorted { $0.key < $1.key }.map { commit, entries in
            (commit, .sequence(entries.map { .sequence([$0.key.group, $0.key.kind, $0.key.namespace, $0.key.name].map(Value.string)) }))
        }))
    }

    private func deferred(of inventory: Inventory) -> Value {
        .sequence(inventory.deferred.sorted { $0.key < $1.key }.prefix(Self.maxVersions).map { key, workload in
            .sequence([key, workload].flatMap { [$0.group, $0.kind, $0.namespace, $0.name] }.map(Value.string))
        })
    }

    /// They all stand in the first Secret.
    private static let maxVersions = 2000

    private func encoded(_ reads: ReadSet?) -> Value {
        guard let reads else { return .null }
        return [
            "files": .sequence(reads.files.sorted().map(Value.string)), "patterns": .sequence(reads.patterns.sorted().map(Value.string)),
        ]
    }

    /// One line of JSON an entry: `[group, kind, namespace, name, desired, owned, uid]`.
    private func split(_ inventory: Inventory, into count: Int) -> [[UInt8]] {
        var pieces = [[UInt8]](repeating: [], count: count)
        for (key, entry) in inventory.entries.sorted(by: { $0.key < $1.key }) {
            let fields = [key.group, key.kind, key.namespace, key.name, entry.desired, entry.owned, entry.uid]
            let index = Int(truncatingIfNeeded: stableHash(key) % UInt64(count))
            pieces[index] += JSON.write(.sequence(fields.map(Value.string)))
            pieces[index].append(UInt8(ascii: "\n"))
        }
        return pieces
    }

    /// No name holds the byte that stands between them.
    private func stableHash(_ key: ObjectKey) -> UInt64 {
        Basics.stableHash([key.group, key.kind, key.namespace, key.name].flatMap { Array($0.utf8) + [0xff] })
    }

    /// What the pieces of one application say together; nil without any.
    ///
    /// Where the first piece is missing or cannot be read, what the others list is still ours:
    /// it gets a new key, with which everything is looked at anew.
    package static func inventory(
        from secrets: [Object], random: RandomSource = RandomSource()
    ) -> (inventory: Inventory, key: FingerprintKey, status: Value)? {
        guard let application = secrets.lazy.compactMap({ $0.label(label) }).first else { return nil }
        let first = secrets.first { $0.name == secretName(application, piece: 0) }
        let head = first.flatMap { decoded($0, "head") }.flatMap { try? JSON.parse($0) } ?? .null
        let key = first.flatMap { decoded($0, "key") }.flatMap { $0.isEmpty ? nil : FingerprintKey(bytes: $0) }
        var inventory = Inventory(application: application)
        inventory.source = head["source"]?.string ?? ""
        inventory.appliedCommit = head["appliedCommit"]?.string ?? ""
        inventory.keepsAll = head["prune"]?.bool == false
        // One is added to it at each release.
        inventory.release.revision = Int(min(max(0, head[path: "release", "revision"]?.int ?? 0), Int64(Int32.max)))
        inventory.release.inputDigest = head[path: "release", "inputDigest"]?.string ?? ""
        inventory.release.finishedHooks = Set((head[path: "release", "finishedHooks"]?.sequence ?? []).compactMap(\.string))
        for entry in head[path: "release", "generated"]?.mapping ?? [:] {
            inventory.release.generated[entry.key] = entry.value.string
        }
        inventory.release.reads = reads(from: head[path: "release", "reads"])
        // The order of writing: after a crash between two pieces the higher one is newer, and of two names the one of today.
        let pieces = secrets.compactMap { secret in piece(secret, application).map { ($0, secret) } }
            .sorted { ($0.0.number, $0.0.isFormer ? 0 : 1) < ($1.0.number, $1.0.isFormer ? 0 : 1) }
        guard !pieces.isEmpty else { return nil }
        for (_, secret) in pieces {
            for line in (decoded(secret, "entries") ?? []).split(separator: UInt8(ascii: "\n")) {
                guard let fields = (try? JSON.parse(Array(line)))?.sequence?.compactMap(\.string), fields.count == 7 else { continue }
                let key = ObjectKey(group: fields[0], kind: fields[1], namespace: fields[2], name: fields[3])
                inventory.entries[key] = Inventory.Entry(desired: fields[4], owned: fields[5], uid: fields[6])
            }
        }
        for version in head["versions"]?.mapping ?? [:] {
            for fields in version.value.sequence ?? [] {
                guard let names = fields.sequence?.compactMap(\.string), names.count == 4 else { continue }
                inventory.entries[ObjectKey(group: names[0], kind: names[1], namespace: names[2], name: names[3])]?.commit = version.key
            }
        }
        for fields in head["deferred"]?.sequence ?? [] {
            guard let names = fields.sequence?.compactMap(\.string), names.count == 8 else { continue }
            let key = ObjectKey(group: names[0], kind: names[1], namespace: names[2], name: names[3])
            guard inventory.entries[key] != nil else { continue }
            inventory.deferred[key] = ObjectKey(group: names[4], kind: names[5], namespace: names[6], name: names[7])
        }
        let status = first.flatMap { decoded($0, "status") }.flatMap { try? JSON.parse($0) } ?? .null
        return (inventory, key ?? FingerprintKey(random: random), status)
    }

    private static func reads(from value: Value?) -> ReadSet? {
        guard let value, value.mapping != nil else { return nil }
        var reads = ReadSet()
        reads.files = Set((value["files"]?.sequence ?? []).compactMap(\.string))
        reads.patterns = Set((value["patterns"]?.sequence ?? []).compactMap(\.string))
        return reads
    }

    /// Which piece a Secret is, by its name; nil for one that was never written as such.
    static func piece(_ secret: Object, _ application: String) -> (number: Int, isFormer: Bool)? {
        let first = secretName(application, piece: 0)
        if secret.name == first { return (0, false) }
        guard secret.name.hasPrefix(first), let number = Int(secret.name.dropFirst(first.count + 1)), (1..<maxPieces).contains(number) else { return nil }
        if secret.name == secretName(application, piece: number) { return (number, false) }
        return secret.name == formerName(application, piece: number) ? (number, true) : nil
    }

    private static func decoded(_ secret: Object, _ name: String) -> [UInt8]? {
        secret.value[path: "data", name]?.string.flatMap { Base64.decode($0) }
    }
}
