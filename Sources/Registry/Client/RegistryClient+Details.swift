internal import Basics
internal import HTTP

extension RegistryClient {
    /// What an image is made for and when it was built.
    ///
    /// A tag costs one HEAD while its digest is known; the rest is asked for once per digest: a
    /// HEAD does not count against the pull limits of Docker Hub, a GET of a manifest does.
    ///
    /// - Parameter reference: a tag or a digest.
    package func details(
        of repository: ImageRepository, reference: String, credential: RegistryCredential?
    ) async throws(RegistryError) -> ImageDetails {
        var digest = reference
        if !ImageReference.isDigest(reference) { digest = try await self.digest(of: repository, tag: reference, credential: credential) }
        if let known = await store.details(of: digest, in: repository) { return known }
        let found = try await inspect(digest, of: repository, credential: credential, isNested: false)
        let details = ImageDetails(digest: digest, builtAt: found.created, platforms: Set(found.platforms).sorted())
        await store.save(details, of: repository)
        return details
    }

    private struct Found {
        var created: Timestamp?
        var platforms: [String]
    }

    /// - Parameter isNested: an index inside an index is not looked into: nobody's registry has one, and it might have no end.
    private func inspect(
        _ digest: String, of repository: ImageRepository, credential: RegistryCredential?, isNested: Bool
    ) async throws(RegistryError) -> Found {
        let address = try address(of: repository, "manifests/\(digest)")
        let answer = try await fetch(
            "GET", address, headers: ["Accept": ImageManifest.accepted], repository: repository, credential: credential, limit: Limit.manifest)
        guard answer.status == 200 else { throw failure(answer, repository) }
        guard let manifest = ImageManifest.parse(answer.body) else { throw badAnswer("the manifest of \"\(digest)\" is none", repository) }
        switch manifest {
        case .schema1(let created, let platform):
            // Its digest is of the text without the signatures in it.
            return Found(created: created, platforms: platform.map { [$0] } ?? [])
        case .image(let config, let annotated):
            try check(answer.body, digest, repository)
            let (created, platform) = try await configuration(config, of: repository, credential: credential)
            return Found(created: created ?? annotated, platforms: platform.map { [$0] } ?? [])
        case .index(let entries, let annotated):
            try check(answer.body, digest, repository)
            var found = Found(created: nil, platforms: entries.compactMap(\.platform))
            for entry in isNested ? [] : entries.prefix(Limit.platforms) {
                let one = try await inspect(entry.digest, of: repository, credential: credential, isNested: true)
                if let created = one.created { found.created = max(found.created ?? created, created) }
                if entry.platform == nil { found.platforms += one.platforms }
            }
            found.created = found.created ?? annotated
            return found
        }
    }

    private func configuration(
        _ config: ImageManifest.Descriptor, of repository: ImageRepository, credential: RegistryCredential?
    ) async throws(RegistryError) -> (created: Timestamp?, platform: String?) {
        let address = try address(of: repository, "blobs/\(config.digest)")
        let answer = try await fetch(
            "GET", address, headers: [:], repository: repository, credential: credential, limit: Limit.configuration)
        guard answer.status == 200 else { throw failure(answer, repository) }
        try check(answer.body, config.digest, repository)
        // A chart or another artifact: its configuration is not an image's, and need not be JSON.
        return ImageManifest.configuration(answer.body) ?? (nil, nil)
    }

    private func check(_ body: [UInt8], _ digest: String, _ repository: ImageRepository) throws(RegistryError) {
        guard ContentDigest.matches(body, digest) else { throw badAnswer("what it sent for \"\(digest)\" has another digest", repository) }
    }
}
