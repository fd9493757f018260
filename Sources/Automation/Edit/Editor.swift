internal import Delivery
internal import Document
internal import Kubernetes
internal import Registry

/// A snapshot on its way through some changes.
struct Editor {
    let original: RepositorySnapshot
    var snapshot: RepositorySnapshot
    var result = EditResult()
    /// Of every change of this round, with the namespaces of their applications: what one text for several images may become.
    private(set) var wanted: [ContainerName: ImageReference] = [:]
    private var wishes: [ContainerName: Change] = [:]
    /// Of applications of plain manifests, made when first asked for.
    private var indexes: [String: ManifestIndex] = [:]
    /// Charts as they render with the bytes at hand.
    var renders: [String: ChartProbe] = [:]
    /// The applications that read a file, by name.
    private let readers: [String: [String]]
    /// What is to be committed: not what shows the same bytes through a symbolic link.
    private var written: Set<String> = []

    init(_ snapshot: RepositorySnapshot) {
        (original, self.snapshot) = (snapshot, snapshot)
        var readers: [String: [String]] = [:]
        for part in snapshot.parts {
            for file in part.files { readers[file.path, default: []].append(part.spec.name) }
        }
        self.readers = readers
    }

    mutating func make(_ changes: [Change]) {
        for change in changes {
            guard case .image(var workload, let application, let container, let image) = change else { continue }
            if let part = try? part(application) { workload.namespace = workload.namespace(in: part.spec) }
            let name = ContainerName(workload: workload, container: container)
            (wanted[name], wishes[name]) = (image, change)
        }
        for change in changes {
            do throws(AutomationError) {
                let files = try files(for: change)
                if files.isEmpty, !wasDone(change) { result.unchanged.append(change) } else { result.applied.append(change) }
            } catch {
                result.failed.append(.init(change: change, error: error))
            }
        }
        for path in written where original.bytes[path] != snapshot.bytes[path] { result.files[path] = snapshot.bytes[path] }
    }

    /// Whether a change that has nothing left to do was done by an earlier one of these, through a text they share.
    private func wasDone(_ change: Change) -> Bool {
        guard !result.applied.isEmpty, case .image(let workload, let application, let container, let image) = change else { return false }
        var before = self
        (before.snapshot, before.indexes, before.renders) = (original, [:], [:])
        return before.image(of: ContainerName(workload: workload, container: container), application) != image.description
    }

    private mutating func image(of name: ContainerName, _ application: String) -> String? {
        guard let part = try? part(application) else { return nil }
        if part.form == .manifests { return try? locateInManifests(name, part).text }
        return (try? ChartProbe(part, bytes: snapshot.bytes, context: snapshot.context(part.spec)))?.find(name)?.image
    }

    /// Makes one change; the files it wrote.
    private mutating func files(for change: Change) throws(AutomationError) -> [String] {
        switch change {
        case .image(let workload, let application, let container, let image):
            let name = ContainerName(workload: workload, container: container)
            guard ImageReference(image.description) != nil else {
                throw AutomationError(.invalid, "\"\(image)\" is no image's name", advice: "write it like ghcr.io/shop/web:1.25")
            }
            let part = try part(application)
            return part.form == .chart ? try setChartImage(name, image, part, change) : try setManifestImage(name, image, part, change)
        case .annotate(let workload, let application, let set, let remove):
            let part = try part(application)
            return part.form == .chart
                ? try annotateApplication(part, set: set, remove: remove)
                : try annotateManifest(workload, part, set: set, remove: remove)
        }
    }

    func part(_ application: String) throws(AutomationError) -> Layout.Part {
        guard let part = snapshot.parts.first(where: { $0.spec.name == application }) else {
            throw AutomationError(
                .notFound, "there is no application \"\(application)\" at \(snapshot.revision)",
                advice: "see \"martlet status\" for those there are")
        }
        return part
    }

    mutating func index(of part: Layout.Part) -> ManifestIndex {
        if let known = indexes[part.spec.name] { return known }
        let files = part.files.filter { $0.refusal == nil }.map(\.path)
        let index = ManifestIndex(files, bytes: snapshot.bytes)
        indexes[part.spec.name] = index
        return index
    }

    /// Other applications than one that read some files, by links too.
    func others(than part: Layout.Part, reading files: Set<String>) -> [Layout.Part] {
        let names = Set(snapshot.paths(of: files).flatMap { readers[$0] ?? [] }).subtracting([part.spec.name])
        return names.isEmpty ? [] : snapshot.parts.filter { names.contains($0.spec.name) }
    }

    /// Notes who follows a change.
    mutating func note(_ comparison: ChartComparison, _ change: Change) {
        let leaders = Set([change] + comparison.together.compactMap { wishes[$0] })
        for (name, image) in comparison.alongside {
            let before = result.alongside[name]?.leaders ?? []
            result.alongside[name] = .init(image: image, leaders: leaders.union(before))
        }
    }

    /// Takes new bytes of a file of an application; what was known of all that read it is known anew.
    /// - Returns: the path, unless nothing changed.
    mutating func take(_ path: String, _ bytes: [UInt8], _ part: Layout.Part) -> [String] {
        guard snapshot.bytes[path] != bytes else { return [] }
        snapshot.write(bytes, at: path)
        written.insert(path)
        for shown in snapshot.paths(of: path) {
            for name in Set((shown == path ? [part.spec.name] : []) + (readers[shown] ?? [])) {
                indexes[name]?.update(shown, bytes: bytes)
                renders[name] = nil
            }
        }
        if fileName(of: path) == ApplicationFile.name, let specs = try? ApplicationFile.parse(bytes, path: path) {
            for var spec in specs {
                guard let index = snapshot.parts.firstIndex(where: { $0.spec.name == spec.name }) else { continue }
                // Documents that no edit changes.
                spec.metrics = snapshot.parts[index].spec.metrics
                if snapshot.parts[index].spec != spec { renders[spec.name] = nil }
                snapshot.parts[index].spec = spec
            }
        }
        return [path]
    }

    /// A problem of a text as one of automation.
    func refused(_ error: DocumentError, what: String) -> AutomationError {
        let reason: String =
            switch error.problem {
            case .notEditable(let text): text
            default: error.description
            }
        return AutomationError(
            .notEditable, "\(what) cannot be changed: \(reason)", origin: Origin(file: error.file, line: error.position?.line),
            advice: "edit it by hand")
    }
}
