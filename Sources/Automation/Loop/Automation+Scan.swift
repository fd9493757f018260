internal import Basics
internal import Logging
internal import Metrics
internal import Registry

/// What is asked of registries, when, and what follows.
extension Automation {
    /// The repositories to ask now, and what for.
    func takeDue() async -> [ImageRepository: [(workload: Workload, need: TagNeed)]] {
        takeNotes()
        let needed = needs()
        for repository in needed.keys where repositories[repository] == nil {
            let known = await scanner.remembered(repository)
            // Somebody may have asked while the store was read.
            if repositories[repository] == nil { repositories[repository] = State(known: known.map { Scan(list: $0) }, due: time.elapsed) }
        }
        for repository in repositories.keys where needed[repository] == nil { repositories[repository] = nil }
        await tidy()
        let now = time.elapsed
        let due = needed.filter { repository, _ in repositories[repository].map { $0.due <= now && !$0.isScanning } ?? false }
        if !due.isEmpty { turn &+= 1 }
        for repository in due.keys { repositories[repository]?.isScanning = true }
        return due
    }

    /// Forgets what registries told of images that no workload runs any more. Not in the first hour, in which some
    /// applications may not be known yet.
    func tidy() async {
        let now = time.elapsed
        guard let last = tidiedAt else { return tidiedAt = now }
        guard now - last >= .seconds(3600), !byApplication.isEmpty else { return }
        tidiedAt = now
        await scanner.forget(except: Set(byApplication.values.joined().flatMap { $0.containers.map(\.image.repository) }))
    }

    /// What automated workloads need to know, by repository.
    func needs() -> [ImageRepository: [(workload: Workload, need: TagNeed)]] {
        var needs: [ImageRepository: [(Workload, TagNeed)]] = [:]
        for workload in byApplication.values.joined() where workload.policy.restraint == nil {
            for container in workload.containers {
                do throws(AutomationError) {
                    let policy = try workload.policy.tagPolicy(of: container.name)
                    needs[container.image.repository, default: []].append((workload, TagNeed(policy: policy, image: container.image)))
                } catch {
                    problems[ContainerName(workload: workload.key, container: container.name)] = error
                }
            }
        }
        return needs
    }

    func needs(of repository: ImageRepository) -> [(workload: Workload, need: TagNeed)] { needs()[repository] ?? [] }

    @discardableResult
    func scan(
        _ repository: ImageRepository, for needs: [(workload: Workload, need: TagNeed)]
    ) async throws(RegistryError) -> Scan {
        let begin = time.elapsed
        // The first that may pull it lends its credentials.
        var credential: RegistryCredential?
        for (workload, _) in needs {
            credential = await credentials(workload, repository)
            if credential != nil { break }
        }
        do throws(RegistryError) {
            let scan = try await scanner.scan(repository, needs: needs.map(\.need), turn: turn, credential: credential)
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "ok")]).increment()
            guard var state = repositories[repository] else { return scan }
            heardAt = time.elapsed
            state.isScanning = false
            // New tags may change the mind about whoever runs an image of the repository.
            if state.known?.list.tags != scan.list.tags || state.known?.builds != scan.builds {
                unsettled.insert(repository)
                changedAt = changedAt ?? time.elapsed
            }
            state.known = scan
            state.error = nil
            state.backoff.reset()
            // Up to a tenth earlier, so that repositories do not stay in step.
            let next = time.elapsed + settings.interval * (1 - Double(random.next(below: 100)) / 1000)
            // What was marked as due meanwhile stays due: the answer may be older than the push.
            if state.due <= begin || state.due > next { state.due = next }
            repositories[repository] = state
            return scan
        } catch {
            Counter(label: "martlet_image_scans_total", dimensions: [("registry", repository.registry), ("outcome", "failed")]).increment()
            if var state = repositories[repository] {
                if state.error?.message != error.message {
                    logger.warning("a registry does not tell", metadata: ["image": "\(repository)", "error": "\(error)"])
                }
                state.isScanning = false
                state.error = error
                state.due = time.elapsed + pause(after: error, &state.backoff)
                repositories[repository] = state
            }
            throw error
        }
    }

    func pause(after error: RegistryError, _ backoff: inout Backoff) -> Duration {
        if case .rateLimited(let until?) = error.kind {
            return max(.seconds(1), .milliseconds(until.milliseconds &- time.now.milliseconds))
        }
        // Credentials may be on their way to the cluster.
        return error.isTemporary || error.kind == .authentication ? backoff.next(random) : settings.interval
    }
}
