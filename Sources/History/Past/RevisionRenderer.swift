internal import Basics
internal import Chart
package import Delivery
package import Git
internal import Kubernetes

/// What charts are rendered with besides their files: the cluster that the past is told for.
package struct RenderTarget: Sendable, Hashable {
    package var kubeVersion: String?
    package var apiVersions: [String]?

    package init(kubeVersion: String? = nil, apiVersions: [String]? = nil) { (self.kubeVersion, self.apiVersions) = (kubeVersion, apiVersions) }
}

/// Renders applications at any commit of a mirror, and remembers what the same input made.
///
/// What charts make up (keys, random texts, the time) is made up once per application and kept, and
/// random functions begin with the same seed each time: so that two commits differ by what git says alone.
package actor RevisionRenderer {
    package struct Settings: Sendable {
        /// Only what is below is used; "" is the whole tree.
        package var root: String
        /// Of the application that plain manifests belong to.
        package var name: String

        package init(root: String, name: String) { (self.root, self.name) = (root, name) }
    }

    /// Everything that a commit says.
    package struct Rendered: Sendable {
        package var commit: ObjectID
        package var desired: [Desired]
        /// Of the commit as a whole, and of applications that stand nowhere.
        package var problems: [String]
    }

    nonisolated let settings: Settings
    private let latestTarget: @Sendable () -> RenderTarget
    private var target: RenderTarget
    /// Counts the targets: what was made for one is not for another.
    private var targetNumber = 0
    private let templates = TemplateCache()
    /// By target, application and input.
    private var renders = BoundedCache<String, Desired>(limit: 20_000) { $0.objects.count + 1 }
    private var layouts = BoundedCache<ObjectID, Layout>(limit: 100_000) { $0.parts.reduce(1) { $0 + $1.files.count } }
    private var generated: [String: [String: String]] = [:]
    /// What charts made, and what was read of it: for those who look for one object.
    private var results = BoundedCache<String, Result<RenderResult, RenderError>>(limit: 16 << 20, cost: RevisionRenderer.cost)
    /// What a `martlet.yaml` declares, by its blob.
    var specs = BoundedCache<String, [ApplicationSpec]>(limit: 10_000) { $0.count + 1 }
    var documents = BoundedCache<String, [Object]>(limit: 256)

    package init(settings: Settings, target: @escaping @Sendable () -> RenderTarget) {
        (self.settings, latestTarget, self.target) = (settings, target, target())
    }

    /// From now on renders for what the target is now: so that all of one answer is for the same.
    func aim() {
        let latest = latestTarget()
        guard latest != target else { return }
        target = latest
        targetNumber &+= 1
    }

    /// Some applications, or all, at a commit.
    ///
    /// - Throws: the commit cannot be divided into applications, or cannot be read.
    package func render(_ mirror: Mirror, at commit: ObjectID, reference: String, applications: Set<String>?) async throws(HistoryError) -> Rendered {
        let tree = try await tree(mirror, commit, reference)
        let layout = try await layout(tree, commit)
        var rendered = Rendered(commit: commit, desired: [], problems: [])
        for part in layout.parts where applications?.contains(part.spec.name) != false {
            rendered.desired.append(try await desired(part, tree))
        }
        for (name, problems) in layout.problems.sorted(by: { $0.key < $1.key }) where applications?.contains(name) != false {
            rendered.problems += problems.map(\.description)
        }
        return rendered
    }

    func tree(_ mirror: Mirror, _ commit: ObjectID, _ reference: String) async throws(HistoryError) -> GitTree {
        do throws(SourceError) {
            return try await GitTree(mirror: mirror, commit: commit, reference: reference, path: settings.root)
        } catch let failure {
            do throws(GitError) {
                _ = try await mirror.tree(at: commit, under: settings.root)
            } catch {
                if case .unknownPath = error.kind { throw HistoryError(.notFound, error.message, advice: "see --git-path") }
            }
            throw HistoryError(.source, failure.description, advice: "fetch the repository anew")
        }
    }

    func layout(_ tree: GitTree, _ commit: ObjectID) async throws(HistoryError) -> Layout {
        if let known = layouts[commit] { return known }
        do {
            let layout = try await scan(tree, root: settings.root, name: settings.name)
            layouts[commit] = layout
            return layout
        } catch let error as SourceError where !error.isTransient {
            throw HistoryError(.notFound, error.description, advice: "ask for another revision")
        } catch {
            throw HistoryError(
                .render, "\(commit.short) cannot be divided into applications: \(error)", advice: "ask for another revision")
        }
    }

    func desired(_ part: Layout.Part, _ tree: any SourceTree) async throws(HistoryError) -> Desired {
        let key = "\(targetNumber) \(part.spec.name) \(part.spec.path) \(part.form) \(inputDigest(part, reads: nil))"
        if var known = renders[key] {
            known.revision = tree.revision
            return known
        }
        let bytes: [String: [UInt8]]
        do throws(SourceError) {
            bytes = try await tree.read(part.files)
        } catch {
            throw HistoryError(.source, error.description, advice: "fetch the repository anew")
        }
        let desired = render(part, bytes: bytes, revision: tree.revision)
        renders[key] = desired
        return desired
    }

    /// A chart's documents, not yet read.
    func chartResult(_ part: Layout.Part, _ bytes: [String: [UInt8]]) -> Result<RenderResult, RenderError> {
        let key = "\(targetNumber) \(part.spec.name) \(part.spec.path) \(inputDigest(part, reads: nil))"
        if let known = results[key] { return known }
        let result: Result<RenderResult, RenderError>
        do throws(RenderError) {
            let made = try settled(part.spec) { context throws(RenderError) in
                let release = try ChartRelease(part, bytes: bytes, context: context)
                return (try release.rendered(), release.generated)
            }
            result = .success(made)
        } catch {
            result = .failure(error)
        }
        results[key] = result
        return result
    }

    private func context(_ spec: ApplicationSpec) -> RenderContext {
        var context = RenderContext(now: Self.now)
        context.kubeVersion = target.kubeVersion
        context.apiVersions = target.apiVersions
        context.templates = templates
        context.seed = renderSeed(spec.name, "")
        context.release.generated = generated[spec.name] ?? [:]
        return context
    }

    func render(_ part: Layout.Part, bytes: [String: [UInt8]], revision: SourceRevision) -> Desired {
        settled(part.spec) { context in
            let desired = Delivery.render(part, bytes: bytes, revision: revision, context: context)
            return (desired, desired.generated)
        }
    }

    /// Of a chart's result in the cache: about its bytes. What failed takes room, too.
    static func cost(of made: Result<RenderResult, RenderError>) -> Int {
        switch made {
        case .failure(let error): 1024 &+ error.description.utf8.count
        case .success(let result): (result.manifests + result.hooks.map(\.document)).reduce(1024) { $0 &+ $1.text.utf8.count }
        }
    }

    /// Rendered with what the application's chart made up before; keeps what it makes up now.
    private func settled<Made, Failure: Error>(
        _ spec: ApplicationSpec, _ render: (RenderContext) throws(Failure) -> (made: Made, generated: [String: String])
    ) throws(Failure) -> Made {
        let (made, all) = try Delivery.settled(context(spec), render)
        generated[spec.name] = all
        return made
    }

    /// The same for all of the past: a chart that writes down the time of its render must not look changed.
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)
}
