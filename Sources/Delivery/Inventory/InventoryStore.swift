package import Cluster
package import Document
internal import Kubernetes

/// Keeps inventories in the cluster, each write a compare-and-swap.
package struct InventoryStore: Sendable {
    private let client: ClusterClient
    /// Martlet's own namespace.
    package let namespace: String
    private let encoding = InventoryEncoding()

    package init(client: ClusterClient, namespace: String) {
        self.client = client
        self.namespace = namespace
    }

    static let secrets = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "Secret"), name: "secrets", isNamespaced: true,
        verbs: ["get", "list", "watch", "create", "update", "patch", "delete"])
    static let namespaces = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "Namespace"), name: "namespaces", isNamespaced: false,
        verbs: ["get", "list", "watch", "create"])

    /// One application's record, with the versions that the next write must still find.
    package struct Record: Sendable {
        package var inventory: Inventory
        package var key: FingerprintKey
        package var status: Value
        /// The Secrets as they are in the cluster, by the number of the piece.
        fileprivate var pieces: [Int: Object] = [:]
        /// Pieces under the names they had at first: removed when all is written under those of today.
        fileprivate var former: [Object] = []
        /// How many pieces the entries were divided into, at least.
        fileprivate var pieceCount = 1
        /// Annotations of the first piece: where requests arrive.
        package var annotations: Mapping = [:]

        package init(inventory: Inventory, key: FingerprintKey) {
            self.inventory = inventory
            self.key = key
            status = .null
        }
    }

    /// Everything there is, by application.
    package func loadAll() async throws(ClusterError) -> [String: Record] {
        let list = try await client.list(Self.secrets, namespace: namespace, labelSelector: InventoryEncoding.label)
        var groups: [String: [Object]] = [:]
        for secret in list.items {
            if let application = secret.label(InventoryEncoding.label) { groups[application, default: []].append(secret) }
        }
        return groups.compactMapValues(record)
    }

    /// Nil where the application has none yet.
    package func load(_ application: String) async throws(ClusterError) -> Record? {
        let list = try await client.list(
            Self.secrets, namespace: namespace, labelSelector: "\(InventoryEncoding.label)=\(application)")
        return record(list.items)
    }

    private func record(_ secrets: [Object]) -> Record? {
        guard let (inventory, key, status) = InventoryEncoding.inventory(from: secrets) else { return nil }
        var record = Record(inventory: inventory, key: key)
        record.status = status
        for secret in secrets {
            guard let piece = InventoryEncoding.piece(secret, inventory.application) else { continue }
            record.pieceCount = max(record.pieceCount, piece.number + 1)
            if piece.isFormer { record.former.append(secret) } else { record.pieces[piece.number] = secret }
        }
        record.annotations = record.pieces[0]?.annotations ?? [:]
        return record
    }

    /// Writes what differs from the record's Secrets, the last piece first.
    ///
    /// - Returns: The record to give to the next save.
    /// - Throws: `.conflict` when someone else wrote since; load again and decide anew.
    package func save(_ record: Record) async throws(ClusterError) -> Record {
        var record = record
        let wanted = encoding.secrets(
            for: record.inventory, key: record.key, status: record.status, namespace: namespace, atLeast: record.pieceCount)
        record.pieceCount = wanted.count
        if record.pieces.isEmpty { try await ensureNamespace(namespace) }
        for (index, secret) in wanted.enumerated().reversed() {
            do throws(ClusterError) {
                if var piece = record.pieces[index] {
                    if piece.value["data"] == secret.value["data"] { continue }
                    piece.value["data"] = secret.value["data"]
                    record.pieces[index] = try await client.replace(Self.secrets, piece, fieldManager: fieldManager)
                } else {
                    record.pieces[index] = try await client.create(Self.secrets, secret, fieldManager: fieldManager)
                }
            } catch {
                if error.reason == .alreadyExists { throw try await taken(secret) }
                // What charts made up, passwords too, is in there.
                var shown = error.withoutValues(of: secret.key, secret)
                if shown.message != error.message { shown.message = "\(secret.key): \(shown.message)" }
                throw shown
            }
        }
        // Only now that every entry is under a name of today.
        for piece in record.former {
            _ = try await client.delete(Self.secrets, namespace: namespace, name: piece.name, uid: piece.uid)
        }
        record.former = []
        record.annotations = record.pieces[0]?.annotations ?? [:]
        return record
    }

    /// A piece to be made is there already: our own, of which the answer was lost, or what only a person can move.
    private func taken(_ secret: Object) async throws(ClusterError) -> ClusterError {
        let there = try await client.get(Self.secrets, namespace: namespace, name: secret.name)
        let application = secret.label(InventoryEncoding.label)
        if there.label(InventoryEncoding.label) == application {
            return ClusterError(.conflict, message: "\(secret.key) was made meanwhile")
        }
        return ClusterError(
            .alreadyExists, message: "\(secret.key) is in the way of the inventory of \"\(application ?? "")\" and is not a part of it: delete or rename it")
    }

    private static let configurations = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"), name: "configmaps", isNamespaced: true,
        verbs: ["get", "list", "watch", "create", "patch"])
    private static let sourceLabel = "martlet.dev/source"

    private static func sourceName(_ name: String) -> String { "martlet-source-\(name)" }

    /// What events of a whole application are about: its inventory's first piece.
    package func subject(of application: String) -> ClusterEvent.Subject {
        .init(apiVersion: "v1", kind: "Secret", namespace: namespace, name: InventoryEncoding.secretName(application, piece: 0))
    }

    /// What events of several applications of a source are about.
    package func subject(ofSource name: String) -> ClusterEvent.Subject {
        .init(apiVersion: "v1", kind: "ConfigMap", namespace: namespace, name: Self.sourceName(name))
    }

    /// The same with the uid that the object has in the cluster, by which `kubectl describe` finds its events.
    package func known(_ subject: ClusterEvent.Subject) async throws(ClusterError) -> ClusterEvent.Subject {
        var subject = subject
        do throws(ClusterError) {
            subject.uid = try await client.get(subject.kind == "Secret" ? Self.secrets : Self.configurations, namespace: namespace, name: subject.name).uid
        } catch {
            guard error.reason == .notFound else { throw error }
        }
        return subject
    }

    /// Records how a source is, for `martlet status`; `value` holds nothing secret.
    package func note(source name: String, _ value: Value) async throws(ClusterError) {
        try await ensureNamespace(namespace)
        guard
            let record = Object([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": .string(Self.sourceName(name)), "namespace": .string(namespace),
                    "labels": .mapping([Self.sourceLabel: .string(name)]),
                ],
                "data": ["status": .string(JSON.text(value))],
            ])
        else { return }
        _ = try await client.apply(Self.configurations, record, fieldManager: fieldManager, force: true)
    }

    /// What `note` recorded, by name.
    package func sources() async throws(ClusterError) -> [String: Value] {
        let list = try await client.list(Self.configurations, namespace: namespace, labelSelector: Self.sourceLabel)
        var all: [String: Value] = [:]
        for item in list.items {
            guard let name = item.label(Self.sourceLabel), let text = item.value[path: "data", "status"]?.string else { continue }
            all[name] = try? JSON.parse(text)
        }
        return all
    }

    /// Leaves a person's request on an application's record, where the daemon sees it. Who may do
    /// that is a matter of Kubernetes' own rules on Secrets of this namespace.
    package func request(_ request: SyncRequest, of application: String) async throws(ClusterError) {
        _ = try await client.patch(
            Self.secrets, namespace: namespace, name: InventoryEncoding.secretName(application, piece: 0),
            ["metadata": ["annotations": .mapping([SyncRequest.annotation: .string(request.text)])]], type: .merge)
    }

    /// Forgets an application of which nothing is left. The first piece goes last: it is what makes the others known.
    package func remove(_ record: Record) async throws(ClusterError) {
        for piece in record.former + record.pieces.sorted(by: { $0.key > $1.key }).map(\.value) {
            _ = try await client.delete(Self.secrets, namespace: namespace, name: piece.name, uid: piece.uid)
        }
    }

    /// Makes a namespace that is missing; one that is there stays as it is.
    package func ensureNamespace(_ name: String) async throws(ClusterError) {
        guard let object = Object(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]) else { return }
        do {
            _ = try await client.get(Self.namespaces, namespace: "", name: name)
        } catch where error.reason == .notFound {
            do {
                _ = try await client.create(Self.namespaces, object, fieldManager: fieldManager)
            } catch where error.reason == .alreadyExists {}
        }
    }
}
