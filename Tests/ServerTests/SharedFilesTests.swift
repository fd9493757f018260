import Automation
import Basics
import Chart
import Delivery
import Document
import Git
import Kubernetes
import Logging
import Registry
import Testing

@testable import Server

/// What changes one application's workload may change another's: who asks must be allowed to change both.
@Suite struct SharedFilesTests {
    /// A branch of one commit and those that are made on it.
    private final class OneBranch: Branch, SourceTree {
        let name = "main"
        private let state: Locked<(files: [String: [UInt8]], older: [[String: [UInt8]]], made: [String: [UInt8]]?)>

        init(_ files: [String: String], older: [[String: String]] = []) {
            func bytes(_ files: [String: String]) -> [String: [UInt8]] { files.mapValues { Array($0.utf8) } }
            state = Locked((bytes(files), older.map(bytes), nil))
        }

        var files: [String: [UInt8]] { state.withLock { $0.files } }
        var commits: Int { state.withLock { $0.older.count } }
        func text(_ path: String) -> String { String(decoding: files[path] ?? [], as: UTF8.self) }

        private static func id(_ count: Int) -> ObjectID { ObjectID("\(10 + count)" + String(repeating: "0", count: 38))! }
        var revision: SourceRevision { SourceRevision(reference: name, commit: Self.id(commits).description) }

        func tip() async throws(GitError) -> ObjectID { Self.id(commits) }
        func tree(at commit: ObjectID) async throws(SourceError) -> any SourceTree {
            let older = state.withLock { $0.older }
            for (index, files) in older.enumerated() where Self.id(index) == commit {
                return OneBranch(files.mapValues { String(decoding: $0, as: UTF8.self) })
            }
            return self
        }
        func files() async throws(SourceError) -> [SourceFile] {
            files.map { SourceFile(path: $0.key, digest: String(decoding: $0.value, as: UTF8.self)) }
        }
        func read(_ wanted: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] { files.filter { path, _ in wanted.contains { $0.path == path } } }
        func commit(_ changes: [String: [UInt8]], on parent: ObjectID, _ description: CommitDescription) async throws(GitError) -> ObjectID? {
            state.withLock { $0.made = $0.files.merging(changes) { $1 } }
            return Self.id(commits + 1)
        }
        func push(_ commit: ObjectID, expecting parent: ObjectID) async throws(GitError) -> PushOutcome {
            state.withLock { state in
                state.older.append(state.files)
                state.files = state.made ?? state.files
            }
            return .accepted
        }
        func contains(_ commit: ObjectID, in tip: ObjectID) async throws(GitError) -> Bool { (0...commits).contains { Self.id($0) == commit } }
        func addNote(_ text: String, to commit: ObjectID, by author: Commit.Signature) async throws(GitError) {}
        func resolve(_ revision: String) async throws(GitError) -> ObjectID { Self.id(0) }
        func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) async throws(GitError) -> [ObjectID] {
            (0..<commits).reversed().map(Self.id)
        }
    }

    /// Two applications of one chart and one file of values: "a" in namespace "a", "b" in namespace "b".
    private static func files(tag: String = "1.25", replicas: Int = 1) -> [String: String] {
        var files = [
            "charts/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "charts/x/values.yaml": "own: {}\n",
            "env/all.yaml": "image:\n  tag: \"\(tag)\"\nreplicas: \(replicas)\n",
            "charts/x/templates/web.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: web
                  annotations: {seen: {{ randAlphaNum 8 | quote }}}
                spec:
                  replicas: {{ .Values.replicas }}
                  template:
                    spec:
                      containers:
                      - {name: web, image: "ghcr.io/shop/web:{{ .Values.image.tag }}"}

                """,
        ]
        for name in ["a", "b"] {
            files["apps/\(name)/martlet.yaml"] =
                "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\nspec:\n  path: ../../charts/x\n  namespace: \(name)\n  helm: {valuesFiles: [../../env/all.yaml]}\n"
        }
        return files
    }

    private static func writer(_ branch: OneBranch) -> BranchWriter {
        BranchWriter(
            branch: branch, settings: .init(root: "", name: "shop", author: Requester(name: "Martlet", email: "m@example.com")), time: SystemTime(),
            random: RandomSource(seed: 1), logger: Logger(label: "test") { SwiftLogNoOpLogHandler($0) },
            context: { { _ in RenderContext(now: Timestamp(milliseconds: 0)) } })
    }

    /// The daemon with the writer itself: what registries say is no matter here.
    private static func daemon(_ branch: OneBranch, may: @escaping @Sendable (_ namespace: String, _ kind: String) throws(AccessError) -> Bool) -> DaemonView {
        struct Roles: Authority {
            let may: @Sendable (String, String) throws(AccessError) -> Bool
            func caller(token: String) async throws(AccessError) -> Caller? { Caller(name: "bob") }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ kind: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
                try may(namespace, kind.kind)
            }
        }
        let writer = writer(branch)
        let automation = AutomationView(
            workloads: { (try? await writer.workloads()) ?? [] },
            images: { (_, _) throws(AutomationError) in throw AutomationError(.notFound, "none", advice: "none") },
            change: { (request: ChangeRequest, permission: @escaping ChangePermission) throws(AutomationError) in
                try await writer.perform(.request(request, application: request.workload.namespace, tags: [:]), permission: permission)
            }, registryPushed: { _ in })
        return DaemonView(
            unreadiness: { nil }, status: { [:] }, markDue: {}, branch: "main", webhookSecret: nil, automation: .on(automation),
            access: AccessControl([Roles(may: may)]))
    }

    private static let release = #"{"image":"ghcr.io/shop/web:1.26"}"#

    @Test(arguments: [("release", release), ("rollback", "{}")])
    func whoMayChangeOneMayNotChangeBoth(_ verb: String, _ body: String) async throws {
        let branch = OneBranch(Self.inTemplate(Self.files()), older: [Self.inTemplate(Self.files(tag: "1.24"))])
        let path = "/api/v1/workloads/a/deployment/web/\(verb)"
        let refused = try await RouterCall(Self.daemon(branch) { namespace, _ in namespace == "a" })("POST", path, token: "x", Array(body.utf8))
        #expect(refused.status == 403 && refused.kind == "forbidden", "\(refused.text)")
        #expect(refused.text.contains(#"\"bob\" may not patch "#) && refused.text.contains("-n b"), "\(refused.text)")
        #expect(branch.commits == 1)
        // The cluster does not say: nothing is changed, and it is not "no".
        let unsaid = try await RouterCall(
            Self.daemon(branch) { namespace, _ throws(AccessError) in
                if namespace == "b" { throw AccessError("the cluster is away", advice: "try again") }
                return true
            })("POST", path, token: "x", Array(body.utf8))
        #expect(unsaid.status == 503 && branch.commits == 1, "\(unsaid.text)")
        let done = try await RouterCall(Self.daemon(branch) { _, _ in true })("POST", path, token: "x", Array(body.utf8))
        #expect(done.status == 200 && branch.commits == 2, "\(done.text)")
        let image = verb == "release" ? "web:1.26" : "web:1.24"
        #expect(branch.text("charts/x/templates/web.yaml").contains(image))
    }

    /// The tag stands in the template, where nothing goes over it.
    private static func inTemplate(_ files: [String: String]) -> [String: String] {
        let tag = files["env/all.yaml"]?.split(separator: "\"").dropFirst().first.map(String.init) ?? ""
        return files.merging(["charts/x/templates/web.yaml": (files["charts/x/templates/web.yaml"] ?? "").replacing("{{ .Values.image.tag }}", with: tag)]) { $1 }
    }

    /// Values that a rollback may put back only where nobody else reads them.
    @Test func aRollbackLeavesOthersAsTheyAre() async throws {
        let branch = OneBranch(Self.files(replicas: 3), older: [Self.files(replicas: 1)])
        let path = "/api/v1/workloads/a/deployment/web/rollback"
        let answer = try await RouterCall(Self.daemon(branch) { _, _ in true })("POST", path, token: "x", Array("{}".utf8))
        #expect(answer.status == 422 && answer.text.contains("spec.replicas"), "\(answer.text)")
        #expect(branch.commits == 1 && branch.text("env/all.yaml").contains("replicas: 3"))
    }

    /// Of its own file alone nobody else is asked.
    @Test func oneOfItsOwnIsOnesOwn() async throws {
        let branch = OneBranch(Self.files())
        let answer = try await RouterCall(Self.daemon(branch) { namespace, _ in namespace == "a" })(
            "POST", "/api/v1/workloads/a/deployment/web/release", token: "x", Array(Self.release.utf8))
        #expect(answer.status == 200 && branch.text("env/all.yaml").contains("1.25"), "\(answer.text)")
        #expect(branch.text("apps/a/martlet.yaml").contains("1.26"))
        let lock = try await RouterCall(Self.daemon(branch) { namespace, _ in namespace == "a" })(
            "POST", "/api/v1/workloads/a/deployment/web/lock", token: "x", Array(#"{"reason":"wait"}"#.utf8))
        #expect(lock.status == 200, "\(lock.text)")
    }
}
