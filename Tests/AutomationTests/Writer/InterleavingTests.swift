import Automation
import Basics
import Chart
import Delivery
import Git
import Kubernetes
import Logging
import Registry
import Testing

/// People and daemons that push between our steps: whatever the order, nobody's
/// commit is lost, and the bump is there exactly once.
@Suite struct InterleavingTests {
    static let front = """
        # The shop's face. Keep the comment.
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: front-end
          namespace: shop
          annotations:
            fluxcd.io/automated: 'true'   # Flux's spelling
            martlet.dev/tag.web: "semver:~0.3"
            martlet.dev/tag.proxy: semver:1.x
        spec:
          replicas: 1
          selector: {matchLabels: {app: front-end}}
          template:
            metadata: {labels: {app: front-end}}
            spec:
              containers:
              - name: web
                image: "example.com/shop/front-end:0.3.12" # people look here
              - {name: proxy, image: example.com/shop/proxy:1.9}

        """

    static let tags: [ImageRepository: Scan] = [
        ImageRepository("example.com/shop/front-end")!: ["0.3.11", "0.3.12", "0.3.13", "0.4.0"].map { ImageTag($0) }.listed,
        ImageRepository("example.com/shop/proxy")!: ["1.9", "1.10", "2.0"].map { ImageTag($0) }.listed,
    ]

    static let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "front-end")
    static let work = Work.follow(
        [ContainerName(workload: key, container: "web"), ContainerName(workload: key, container: "proxy")], applications: ["shop"], tags: tags)

    static func writer(_ server: ModelServer, seed: UInt64, time: JumpingTime = JumpingTime(), patience: Duration = .seconds(600)) -> BranchWriter {
        BranchWriter(
            branch: ModelBranch(server: server),
            settings: BranchWriter.Settings(root: "", name: "shop", author: Requester(name: "Martlet", email: "m@example.com"), patience: patience),
            time: time, random: RandomSource(seed: seed), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            context: { { _ in RenderContext(now: Timestamp(milliseconds: 0)) } })
    }

    /// What a person does to the files; none of it touches what Martlet writes, but the two marked so.
    enum Edit: CaseIterable {
        case replicas, comment, lineBetween, otherFile, newFile, removeFile, readme, sameBump, newerBump

        func apply(_ number: Int, _ files: inout [String: String]) {
            func replace(_ path: String, _ old: String, _ new: String) { files[path] = files[path]?.replacing(old, with: new) }
            switch self {
            case .replicas: replace("deploy/front.yaml", "replicas: 1", "replicas: 1\(number)")
            case .comment: files["deploy/front.yaml"]? += "# said \(number)\n"
            case .lineBetween: replace("deploy/front.yaml", "      containers:\n", "      # above \(number)\n      containers:\n")
            case .otherFile: files["deploy/other.yaml"]? += "# \(number)\r\n"
            case .newFile: files["deploy/new\(number).yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new\(number), namespace: shop}\n"
            case .removeFile: files["deploy/gone.yaml"] = nil
            case .readme: files["README.md"]? += "\(number)\n"
            // As the daemon would do it.
            case .sameBump: replace("deploy/front.yaml", "front-end:0.3.12", "front-end:0.3.13")
            // By hand, past what the registry lists.
            case .newerBump: replace("deploy/front.yaml", "front-end:0.3.1", "front-end:0.3.2")
            }
        }
    }

    /// The files as people alone would have made them.
    final class People: Sendable {
        let server: ModelServer
        private let state: Locked<(random: RandomSource, files: [String: String], pushes: Int, left: Int)>

        init(_ server: ModelServer, seed: UInt64, pushes: Int) {
            self.server = server
            state = Locked((RandomSource(seed: seed), server.files, 0, pushes))
        }

        var files: [String: String] { state.withLock { $0.files } }
        var pushes: Int { state.withLock { $0.pushes } }

        func mayPush() {
            // One at a time: the files of people alone have the edits in the order of the branch.
            state.withLock { state in
                guard state.left > 0, state.random.next(below: 3) == 0 else { return }
                state.left -= 1
                state.pushes += 1
                let number = state.pushes
                let edit = Edit.allCases[Int(state.random.next(below: UInt64(Edit.allCases.count)))]
                edit.apply(number, &state.files)
                server.push(by: "Ann", "\(edit) \(number)") { edit.apply(number, &$0) }
            }
        }
    }

    static let base = [
        "deploy/front.yaml": front, "README.md": "# Shop\n",
        "deploy/other.yaml": "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: other, namespace: shop}\r\n",
        "deploy/gone.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone, namespace: shop}\n",
    ]

    @Test(arguments: 0..<50) func aThousandInterleavings(_ block: UInt64) async throws {
        for seed in (block * 20)..<(block * 20 + 20) {
            let random = RandomSource(seed: seed)
            let server = ModelServer(Self.base)
            let people = People(server, seed: seed &+ 77, pushes: Int(random.next(below: 6)))
            // A second daemon on the same branch, in a third of the runs.
            let hasRival = random.next(below: 3) == 0
            server.meanwhile { step in
                people.mayPush()
                if step == .push, random.next(below: 4) == 0 {
                    server.pushFault = random.next(below: 2) == 0 ? .answerLost : .requestLost
                }
            }
            async let other: ChangeReport? = hasRival ? Self.writer(server, seed: seed &+ 5).perform(Self.work) : nil
            let report = try await Self.writer(server, seed: seed).perform(Self.work)
            _ = try await other
            try Self.check(server, people, seed, report)

            // Again, as after a restart: nothing is left to do.
            server.meanwhile(nil)
            server.pushFault = nil
            let before = server.tip
            let again = try await Self.writer(server, seed: 1).perform(Self.work)
            #expect(again.commit == nil && server.tip == before, "seed \(seed): \(again.message)")
        }
    }

    /// Killed at any step, started again: the same end.
    @Test(arguments: [ModelServer.Step.fetch, .commit, .push, .afterPush]) func killedAnywhere(_ step: ModelServer.Step) async throws {
        for seed in UInt64(0)..<20 {
            let server = ModelServer(Self.base)
            let people = People(server, seed: seed, pushes: 3)
            let hasBeenKilled = Locked(false)
            let task = Locked<Task<ChangeReport, any Error>?>(nil)
            server.meanwhile { at in
                people.mayPush()
                if at == step, hasBeenKilled.withLock({ killed in defer { killed = true }; return !killed }) {
                    // Dead processes make no further step; a cancelled writer at most the one it is in.
                    task.withLock { $0?.cancel() }
                    if step == .push { server.pushFault = seed % 2 == 0 ? .requestLost : .answerLost }
                }
            }
            let started = Task { try await Self.writer(server, seed: seed).perform(Self.work) }
            task.withLock { $0 = started }
            _ = try? await started.value
            let report = try await Self.writer(server, seed: seed &+ 1).perform(Self.work)
            try Self.check(server, people, seed, report)
        }
    }

    private static func check(_ server: ModelServer, _ people: People, _ seed: UInt64, _ report: ChangeReport) throws {
        let history = server.history
        #expect(history.filter { $0.author == "Ann" }.count == people.pushes + 1, "seed \(seed): a person's commit is lost")
        // Each commit of ours has one parent and differs from it.
        for (before, after) in zip(history, history.dropFirst()) where after.author == "Martlet" {
            #expect(before.files != after.files, "seed \(seed): an empty commit")
            #expect(Set(after.files.keys) == Set(before.files.keys), "seed \(seed)")
        }
        let ours = history.filter { $0.author == "Martlet" }
        #expect(ours.count <= 2, "seed \(seed): \(ours.map(\.message))")
        // Each step is there once.
        for line in ["0.3.12 → 0.3.13", "1.9 → 1.10"] {
            #expect(ours.filter { $0.message.contains(line) }.count <= 1, "seed \(seed): \(line) twice")
        }
        var files = server.files
        let text = files["deploy/front.yaml"] ?? ""
        let isNewer = people.files["deploy/front.yaml"]?.contains("front-end:0.3.2") ?? false
        #expect(isNewer || text.contains("front-end:0.3.13"), "seed \(seed): \(text)")
        #expect(text.contains("proxy:1.10}"), "seed \(seed): \(text)")
        // All other bytes are people's.
        files["deploy/front.yaml"] = text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("martlet.dev/image-update") }.joined(separator: "\n")
        var expected = people.files
        expected["deploy/front.yaml"] = people.files["deploy/front.yaml"]?.replacing("proxy:1.9", with: "proxy:1.10")
        if !isNewer || text.contains("front-end:0.3.13") {
            expected["deploy/front.yaml"] = expected["deploy/front.yaml"]?.replacing("front-end:0.3.12", with: "front-end:0.3.13")
        }
        if isNewer, ours.contains(where: { $0.message.contains("0.3.13") }) {
            // The person's "0.3.1 to 0.3.2" hit what Martlet had bumped: 0.3.13 became 0.3.23.
            expected["deploy/front.yaml"] = nil
            files["deploy/front.yaml"] = nil
        }
        #expect(files == expected, "seed \(seed)")
    }
}

extension [ImageTag] {
    fileprivate var listed: Scan {
        Scan(list: TagList(repository: ImageRepository("example.com/any")!, tags: self, fetchedAt: Timestamp(milliseconds: 0)))
    }
}
