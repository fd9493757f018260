internal import Basics
package import Delivery
internal import Git
package import Kubernetes
internal import Registry

/// What people ask: to see a workload's images, and to change it.
extension Automation {
    /// A workload's images and the tags there are.
    ///
    /// - Parameter refresh: ask the registry also where the loop asked it; not again within ten seconds, though.
    package func images(of key: ObjectKey, refresh: Bool) async throws(AutomationError) -> WorkloadImages {
        let workload = try workload(key)
        var containers: [WorkloadImages.Container] = []
        for container in workload.containers {
            let policy = try workload.policy.tagPolicy(of: container.name)
            let state = repositories[container.image.repository]
            var (known, error) = (state?.known, state?.error)
            if known == nil || refresh {
                do throws(RegistryError) {
                    known = try await look(at: container.image.repository)
                    error = nil
                } catch let failure {
                    error = failure
                }
            }
            var told = WorkloadImages.Container(
                of: workload, container, policy: policy, known: known, error: error.map { "\($0)" })
            if let problem = problems[ContainerName(workload: workload.key, container: container.name)] {
                told.verdict += ", but the commit was not made: \(problem)"
            }
            containers.append(told)
        }
        return WorkloadImages(workload: workload, containers: containers)
    }

    /// What a registry says, for all who look at an image of a repository at the same time or soon after each other: with the
    /// needs of all workloads that run one, so that the answer is whole for each.
    func look(at repository: ImageRepository) async throws(RegistryError) -> Scan {
        let now = time.elapsed
        looks = looks.filter { _, look in look.endedAt.map { now - $0 < Self.lookAge } ?? true }
        if let known = looks[repository] { return try await known.scan.value.get() }
        var needs = needs(of: repository)
        for workload in byApplication.values.joined() where workload.policy.restraint != nil {
            for container in workload.containers where container.image.repository == repository {
                guard let policy = try? workload.policy.tagPolicy(of: container.name) else { continue }
                needs.append((workload, TagNeed(policy: policy, image: container.image)))
            }
        }
        // Of its own, because who asked first may go away while others wait; it ends by the client's own time limits.
        let scan = Task { [needs] in
            let result: Result<Scan, RegistryError>
            do throws(RegistryError) {
                result = .success(try await self.scan(repository, for: needs))
            } catch {
                result = .failure(error)
            }
            self.looks[repository]?.endedAt = self.time.elapsed
            return result
        }
        looks[repository] = Look(scan: scan)
        return try await scan.value.get()
    }

    /// Commits what a person asked for.
    ///
    /// - Parameter permission: nil where whoever asks may do everything.
    package func change(_ request: ChangeRequest, permission: ChangePermission? = nil) async throws(AutomationError) -> ChangeReport {
        if let reason = hold() { throw AutomationError(.push, reason, advice: "ask again when that is settled") }
        let workload = try workload(request.workload)
        var tags: [ImageRepository: Scan] = [:]
        if case .release(let image) = request.action { tags = try await lookedUp(image, for: request, workload) }
        return try await writer.perform(.request(request, application: workload.application, tags: tags), permission: permission)
    }

    /// Takes back a version that was tried and is worse.
    ///
    /// - Returns: The commit, and what it could not bring back.
    package func revert(_ release: RejectedRelease) async throws(AutomationError) -> String {
        if let reason = hold() { throw AutomationError(.push, reason, advice: "revert it by hand", isTemporary: true) }
        let report = try await writer.perform(.revert(release))
        return ([report.commit.map { $0.short } ?? report.message] + report.problems.map(\.error.description)).joined(separator: "; ")
    }

    /// What the registry says of an image that a person wants: whether it is there, the tag's digest for containers whose
    /// image is pinned, or all tags where the filter chooses.
    func lookedUp(
        _ image: ImageReference, for request: ChangeRequest, _ workload: Workload
    ) async throws(AutomationError) -> [ImageRepository: Scan] {
        let repository = image.repository
        let meant = workload.containers.filter { request.container == $0.name || (request.container == nil && $0.image.repository == repository) }
        do throws(RegistryError) {
            guard let tag = image.tag else {
                guard image.digest == nil else { return [:] }
                var needs: [(Workload, TagNeed)] = []
                for container in meant {
                    if let policy = try? workload.policy.tagPolicy(of: container.name) {
                        needs.append((workload, TagNeed(policy: policy, image: container.image)))
                    }
                }
                return [repository: try await scan(repository, for: self.needs(of: repository) + needs)]
            }
            let digest = try await scanner.digest(of: repository, tag: tag, credential: await credentials(workload, repository))
            return [repository: Scan(list: TagList(repository: repository, tags: [ImageTag(tag, digest: digest)], fetchedAt: time.now))]
        } catch {
            // A registry that is away must not keep a person from a release that names its tag; but an image that is
            // pinned shall not lose its digest for it.
            let losesPin = image.digest == nil && meant.contains { $0.image.digest != nil }
            if image.tag != nil, request.force || (error.kind != .notFound && !losesPin) { return [:] }
            throw AutomationError(
                error.kind == .notFound ? .notFound : .registry, "\(image): \(error.message)",
                advice: error.kind == .notFound
                    ? "push the image first, or use --force" : losesPin ? "\(error.advice); or give the digest: \(image)@sha256:…" : error.advice)
        }
    }

    func workload(_ key: ObjectKey) throws(AutomationError) -> Workload {
        let all = workloads()
        guard !all.isEmpty else {
            throw AutomationError(.notFound, "no application has been read yet", advice: "try again in a moment, and see \"martlet status\"")
        }
        if let found = all.first(where: { $0.key == key }) { return found }
        throw AutomationError(
            .notFound, "git has no \(key)", advice: "there are " + all.prefix(10).map(\.key.description).joined(separator: ", "))
    }
}
