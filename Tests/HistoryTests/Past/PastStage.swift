import Basics
import Delivery
import Document
import Git
import Kubernetes
import TestKit

@testable import History

/// A repository with a history that a test writes, and the past that is told of it.
struct PastStage {
    struct Step {
        var name: String
        var parents: [String]
        var files: [String: TestRepository.Change]
    }

    let folder: TemporaryFolder
    let past: Past
    let mirror: SharedMirror
    private(set) var ids: [String: ObjectID] = [:]
    let root: String

    /// - Parameter steps: the last one is `main`; without parents one stands on the one before.
    init(
        _ steps: [Step], root: String = "", name: String = "shop", store: EventStore? = nil, target: @escaping @Sendable () -> RenderTarget = { RenderTarget() }
    ) async throws {
        folder = try TemporaryFolder()
        self.root = root
        let repository = try await TestRepository(in: folder)
        var stream = CommitStream()
        var numbers: [String: Int] = [:]
        for (index, step) in steps.enumerated() {
            let parents = step.parents.compactMap { numbers[$0] }
            numbers[step.name] = stream.commit(
                step.name, step.files, parents: parents, author: "Ada", email: "ada@example.org",
                date: Timestamp(milliseconds: Int64(1_700_000_000_000) + Int64(index) * 60_000))
        }
        let made = try await stream.write(to: repository)
        for (name, number) in numbers { ids[name] = made[number - 1] }
        mirror = SharedMirror(
            path: folder.file("mirror"), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
        _ = try await mirror.open().fetch(.branch("main"))
        past = Past(
            mirror: mirror, settings: .init(reference: .branch("main"), root: root, name: name), store: store, target: target)
    }

    func name(_ id: String?) -> String? { ids.first { $0.value.description == id }?.key }

    /// The step that each field is told of.
    func blame(_ key: ObjectKey = PastStage.web) async throws -> (fields: [String: String], report: BlameReport) {
        let report = try await past.blame(key)
        return (Dictionary(report.fields.map { ($0.path, name($0.commit?.id) ?? "-") }) { first, _ in first }, report)
    }

    static let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "web")

    /// A chain: each step on the one before.
    static func chain(_ steps: [(String, [String: TestRepository.Change])]) -> [Step] {
        var before: String?
        return steps.map { name, files in
            defer { before = name }
            return Step(name: name, parents: before.map { [$0] } ?? [], files: files)
        }
    }

    static func deployment(
        image: String = "web:1", replicas: Int = 1, containers: String = "", annotations: String = ""
    ) -> TestRepository.Change {
        .text(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            \(annotations.isEmpty ? "" : "  annotations: {\(annotations)}\n")spec:
              replicas: \(replicas)
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
            \(containers)      - name: web
                    image: \(image)

            """)
    }
}
