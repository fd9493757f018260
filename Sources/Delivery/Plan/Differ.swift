package import Basics
package import Cluster
internal import Document
internal import Kubernetes

/// What applying an application would change, by the server's own dry run.
package struct Differ: Sendable {
    let client: ClusterClient
    private let store: InventoryStore
    private let time: any TimeSource

    package init(client: ClusterClient, store: InventoryStore, time: any TimeSource) {
        self.client = client
        self.store = store
        self.time = time
    }

    package struct Report: Sendable {
        /// Unified diffs, secrets masked, in the order of applying.
        package var texts: [String] = []
        /// What could not be compared.
        package var problems: [String] = []
    }

    /// Asks the server about every object of a part.
    package func report(_ part: Layout.Part, tree: any SourceTree) async throws -> Report {
        let resources = try await client.resources()
        let record = try await store.load(part.spec.name)
        let key = record?.key ?? FingerprintKey(random: RandomSource())
        let release = record?.inventory.release ?? Inventory.Release()
        let context = try await renderContext(
            part, release: release, isNew: release.inputDigest != inputDigest(part, reads: release.reads), client: client, resources: resources,
            now: time.now)
        let desired = render(part, bytes: try await tree.read(part.files), revision: tree.revision, context: context)
        var report = Report(problems: desired.problems.map { $0.error.description })
        guard !desired.isBlocked else { return report }
        let (git, problems) = prepare(desired, resources: { gvk in resources.first { $0.gvk == gvk } }, digest: key)
        report.problems += problems.map { $0.error.description }
        let released = try await released(git, of: part, resources: resources, digest: key)
        report.problems += released.problems

        let byKey = Dictionary(released.prepared.map { ($0.key, $0) }) { first, _ in first }
        let ordered = applyOrder(released.prepared.map(\.object)).joined().compactMap { released.held.contains($0.key) ? nil : byKey[$0.key] }
        var answers: [ObjectKey: Result<String, ApplyFailure>] = [:]
        await withTaskGroup(of: (ObjectKey, Result<String, ApplyFailure>).self) { group in
            // The client lets only so many requests out at once; more tasks would only wait there.
            for item in ordered { group.addTask { (item.key, await difference(item, key)) } }
            for await (key, answer) in group { answers[key] = answer }
        }
        for item in ordered {
            switch answers[item.key] {
            case .success(let text)?: if !text.isEmpty { report.texts.append(text) }
            case .failure(let failure)?: report.problems.append("\(item.origin): \(item.key): \(failure)")
            case nil: break
            }
        }
        if part.spec.prunes, desired.isComplete {
            for gone in (record?.inventory.entries.keys.sorted() ?? []) where byKey[gone] == nil && !released.needs.contains(gone) {
                if let text = await deletion(gone, application: part.spec.name, key) { report.texts.append(text) }
            }
        }
        return report
    }

    private func difference(_ item: Prepared, _ key: FingerprintKey) async -> Result<String, ApplyFailure> {
        guard let resource = item.resource else {
            return .success(text(nil, item.object, item.key, key))
        }
        do {
            let live = try await client.getIfPresent(resource, namespace: item.key.namespace, name: item.key.name)
            let applied: Object
            do {
                applied = try await client.apply(resource, item.object, fieldManager: fieldManager, force: true, dryRun: true).object
            } catch where error.reason == .notFound && live == nil {
                // Its namespace would be made first; a dry run makes none.
                applied = item.object
            }
            return .success(text(live, applied, item.key, key))
        } catch {
            return .failure(ApplyFailure(error, about: item.key, item.object))
        }
    }

    private func deletion(_ gone: ObjectKey, application: String, _ key: FingerprintKey) async -> String? {
        guard let resource = try? await client.resource(for: gone.groupKind),
            let live = try? await client.get(resource, namespace: gone.namespace, name: gone.name), owner(of: live) == application,
            (try? policy(of: live))?.prunes == true
        else { return nil }
        return text(live, nil, gone, key)
    }

    private func text(_ live: Object?, _ wanted: Object?, _ key: ObjectKey, _ fingerprint: FingerprintKey) -> String {
        unifiedDiff(
            live.map { shown($0, fingerprint) } ?? "", wanted.map { shown($0, fingerprint) } ?? "",
            fromName: live == nil ? "/dev/null" : "live/\(key)", toName: wanted == nil ? "/dev/null" : "git/\(key)")
    }

    /// Without what the server keeps for itself, and with secrets masked.
    private func shown(_ object: Object, _ fingerprint: FingerprintKey) -> String {
        var object = masked(object) { String(fingerprint.digest(.string($0)).prefix(8)) }
        object.dropServerFields()
        return YAML.write(object.value)
    }
}
