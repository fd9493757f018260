package import Basics
package import Registry

/// Brings what is known of a repository's tags up to date.
package struct Scanner: Sendable {
    private let client: RegistryClient
    private let store: TagStore
    private let time: any TimeSource
    /// A registry's own budget is in the client; this bounds the tasks.
    private static let concurrency = 16

    package init(client: RegistryClient, store: TagStore, time: any TimeSource) {
        (self.client, self.store, self.time) = (client, store, time)
    }

    /// What was known when a registry answered last; nil for one never asked.
    package func remembered(_ repository: ImageRepository) async -> TagList? { await store.list(of: repository) }

    /// Forgets what registries told of other repositories than these.
    package func forget(except repositories: Set<ImageRepository>) async { await store.dropRepositories(except: repositories) }

    /// Asks the registry. Only a whole answer counts: after a failure the list before stays what is known.
    package func scan(
        _ repository: ImageRepository, needs: [TagNeed], turn: Int, credential: RegistryCredential?
    ) async throws(RegistryError) -> Scan {
        let names = try await client.tagNames(of: repository, credential: credential)
        let known = await store.list(of: repository)?.tags ?? []
        let inquiries = ScanPlan.inquiries(names: names, known: known, needs: needs, turn: turn)
        let answers = try await asked(inquiries.builds, of: repository, credential: credential)
        var tags: [ImageTag] = []
        for tag in inquiries.tags {
            switch answers[tag.name] {
            case nil: tags.append(tag)
            case .found(let found): tags.append(found)
            // Deleted since it was listed.
            case .gone: continue
            }
        }
        let list = TagList(repository: repository, tags: tags, fetchedAt: time.now)
        await store.save(list)
        var builds: [String: Timestamp] = [:]
        for digest in inquiries.pinned { builds[digest] = try await built(digest, repository, credential) }
        if !inquiries.builds.isEmpty {
            await store.dropDetails(of: repository, except: Set(tags.compactMap(\.digest)).union(inquiries.pinned))
        }
        return Scan(list: list, builds: builds)
    }

    /// Whether the registry has a tag, and its digest.
    package func digest(of repository: ImageRepository, tag: String, credential: RegistryCredential?) async throws(RegistryError) -> String {
        try await client.digest(of: repository, tag: tag, credential: credential)
    }

    private enum Answer: Sendable {
        case found(ImageTag)
        case gone
    }

    private func asked(
        _ tags: Set<String>, of repository: ImageRepository, credential: RegistryCredential?
    ) async throws(RegistryError) -> [String: Answer] {
        let answers = try await gathered(tags.sorted(), atOnce: Self.concurrency) { (name: String) async throws(RegistryError) in
            (name, try await answer(name, repository, credential))
        }
        return Dictionary(answers) { first, _ in first }
    }

    private func answer(
        _ name: String, _ repository: ImageRepository, _ credential: RegistryCredential?
    ) async throws(RegistryError) -> Answer {
        do throws(RegistryError) {
            let digest = try await client.digest(of: repository, tag: name, credential: credential)
            return .found(ImageTag(name, digest: digest, builtAt: try await built(digest, repository, credential)))
        } catch {
            if error.kind == .notFound { return .gone }
            throw error
        }
    }

    /// When an image was built; nil where it does not say, or the registry has it no more, or keeps just this one back:
    /// one image that cannot be read must not hold up what follows the others. It is asked for again with the next scan.
    private func built(
        _ digest: String, _ repository: ImageRepository, _ credential: RegistryCredential?
    ) async throws(RegistryError) -> Timestamp? {
        if let known = await store.details(of: digest, in: repository) { return known.builtAt }
        do throws(RegistryError) {
            let details = try await client.details(of: repository, reference: digest, credential: credential)
            await store.save(details, of: repository)
            return details.builtAt
        } catch {
            if error.isOfOneImage { return nil }
            throw error
        }
    }
}

/// What a scan found.
package struct Scan: Sendable {
    package var list: TagList
    /// When images that git pins by digest were built.
    package var builds: [String: Timestamp]

    package init(list: TagList, builds: [String: Timestamp] = [:]) { (self.list, self.builds) = (list, builds) }
}

extension RegistryError {
    /// Whether it tells of the image that was asked for, and nothing of the registry.
    fileprivate var isOfOneImage: Bool {
        switch kind {
        case .notFound: true
        case .badAnswer, .tooLarge: (status ?? 0) < 500
        case .authentication, .rateLimited, .unreachable, .configuration, .cancelled: false
        }
    }
}
