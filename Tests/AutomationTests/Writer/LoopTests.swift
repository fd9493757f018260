import Automation
import Basics
import Chart
import Delivery
import Git
import HTTP
import Kubernetes
import Logging
import Registry
import TestKit
import Testing

/// The loop from a registry that misbehaves to a branch: no downgrade, no empty commit, no loop of commits.
@Suite struct LoopTests {
    /// A registry, a branch and the automation between them.
    struct World {
        let registry: FaultyRegistry
        let server: ModelServer
        let automation: Automation
        let time = JumpingTime()

        init(_ tags: [String: String] = ["web": "semver:~0.3"], current: String = "0.3.12", image: String = "shop/web") async throws {
            let filters = tags.map { "    martlet.dev/tag.\($0.key): \"\($0.value)\"\n" }.joined()
            try await self.init { host in
                [
                    "deploy/web.yaml": """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata:
                          name: web
                          namespace: shop
                          annotations:
                            martlet.dev/automated: "true"
                        \(filters)spec:
                          template:
                            spec:
                              containers:
                              - {name: web, image: "\(host)/\(image):\(current)"}

                        """
                ]
            }
        }

        /// - Parameter files: for a registry's host.
        init(store: TagStore? = nil, files: (String) -> [String: String]) async throws {
            registry = try await FaultyRegistry()
            server = ModelServer(files(registry.host))
            let store = try store ?? TagStore(path: nil)
            let client = RegistryClient(
                transport: CurlTransport(userAgent: "test"), settings: RegistryClient.Settings(insecure: [registry.host]), time: time,
                random: RandomSource(seed: 1), store: store)
            automation = Automation(
                writer: InterleavingTests.writer(server, seed: 1, time: time, patience: .seconds(60)),
                scanner: Scanner(client: client, store: store, time: time), settings: Automation.Settings(),
                credentials: { _, _ in nil }, time: time, random: RandomSource(seed: 2),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            try await automation.load()
        }

        /// What the loop does by itself in so many rounds, with time in between.
        func rounds(_ count: Int) async throws {
            for _ in 0..<count {
                let wait = await automation.pass()
                try await time.sleep(for: wait)
                // What was committed is delivered.
                try await automation.load()
            }
        }

        var commits: [String] { server.history.filter { $0.author == "Martlet" }.map { String($0.message.prefix { $0 != "\n" }) } }
        var image: String {
            let line = server.file("deploy/web.yaml").split(separator: "\n").first { $0.contains("image:") } ?? ""
            return line.split(separator: "\"").dropFirst().first.map { String($0.split(separator: ":").last ?? "") } ?? ""
        }
    }

    @Test func aNewTagIsOneCommit() async throws {
        let world = try await World()
        world.registry.setTags(["0.3.12"], of: "shop/web")
        try await world.rounds(2)
        #expect(world.commits.isEmpty)
        world.registry.setTags(["0.3.12", "0.3.13", "0.4.0"], of: "shop/web")
        world.automation.markDue([world.registry.repository("shop/web")])
        try await world.rounds(5)
        #expect(world.commits == ["Release shop/web 0.3.12 → 0.3.13"])
        #expect(world.image == "0.3.13")
        #expect(world.server.file("deploy/web.yaml").contains("martlet.dev/image-update: \"web 0.3.12 -> 0.3.13, semver:~0.3, "))
        #expect(world.server.notes.count == 1)
        await world.registry.stop()
    }

    static let lies: [(String, [FaultyRegistry.Fault])] = [
        ("no list", [.status(404)]), ("null", [.body(#"{"name":"shop/web","tags":null}"#)]), ("none", [.body(#"{"name":"shop/web","tags":[]}"#)]),
        ("wrong JSON", [.body(#"{"tags": ["0.3.11""#)]), ("a web page", [.body("<html>sign in</html>", type: "text/html")]),
        ("half a list", [.cut]), ("429", [.status(429, headers: ["Retry-After": "120"])]), ("401", [.status(401)]), ("500", [.status(500)]),
        ("only old ones", [.body(#"{"name":"shop/web","tags":["0.3.1","0.3.2"]}"#)]),
    ]

    /// Whatever it answers, nothing is downgraded, and once it is well again the bump comes.
    @Test(arguments: lies.indices) func registryThatLies(_ index: Int) async throws {
        let (name, faults) = Self.lies[index]
        let world = try await World()
        world.registry.setTags(["0.3.12"], of: "shop/web")
        try await world.rounds(1)
        for fault in faults { for _ in 0..<3 { world.registry.script("tags/list", fault) } }
        try await world.rounds(3)
        #expect(world.commits.isEmpty, "\(name)")
        #expect(world.image == "0.3.12", "\(name)")
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(12)
        #expect(world.commits == ["Release shop/web 0.3.12 → 0.3.13"], "\(name)")
        await world.registry.stop()
    }

    /// 401 in the middle of pagination: the token is renewed, and half a list is never taken for all of it.
    @Test func tokenThatEndsWhilePaging() async throws {
        let world = try await World()
        world.registry.setPageSize(2)
        world.registry.requireLogin(user: "a", password: "b")
        world.registry.setTags(["0.3.12", "0.3.10", "0.3.11", "0.3.13"], of: "shop/web")
        world.registry.script("last=", .status(401))
        try await world.rounds(6)
        // Without credentials there is no list at all; with half a list there would be a wrong "up to date".
        #expect(world.commits.isEmpty)
        #expect(world.image == "0.3.12")
        await world.registry.stop()
    }

    @Test func aTagMovedBackIsNoDowngrade() async throws {
        let world = try await World(["web": "newest"], current: "main-2")
        let old = Timestamp(milliseconds: 1_700_000_000_000), new = Timestamp(milliseconds: 1_710_000_000_000)
        world.registry.push("shop/web", tag: "main-1", createdAt: old)
        world.registry.push("shop/web", tag: "main-2", createdAt: new)
        try await world.rounds(2)
        // The newer tag now names an image that was built before.
        world.registry.push("shop/web", tag: "main-2", createdAt: Timestamp(milliseconds: 1_690_000_000_000))
        try await world.rounds(4)
        #expect(world.image != "main-0")
        #expect(world.commits.count <= 1)
        let commits = world.commits.count
        try await world.rounds(4)
        #expect(world.commits.count == commits, "a loop of commits: \(world.commits)")
        await world.registry.stop()
    }

    @Test func remoteAwayForAnHour() async throws {
        let world = try await World()
        world.registry.setTags(["0.3.12"], of: "shop/web")
        try await world.rounds(1)
        world.server.isAway = true
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        let start = world.time.elapsed
        while world.time.elapsed - start < .seconds(3600) {
            let wait = await world.automation.pass()
            try await world.time.sleep(for: wait)
        }
        #expect(world.commits.isEmpty)
        world.server.isAway = false
        for _ in 0..<4 { try await world.time.sleep(for: await world.automation.pass()) }
        #expect(world.commits == ["Release shop/web 0.3.12 → 0.3.13"])
        await world.registry.stop()
    }

    /// A branch that takes no pushes is not stormed, and the reason is told.
    @Test func protectedBranch() async throws {
        let world = try await World()
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        let start = world.time.elapsed
        while world.time.elapsed - start < .seconds(3600) {
            world.server.pushFault = .refused("protected branch hook declined")
            let wait = await world.automation.pass()
            try await world.time.sleep(for: wait)
        }
        #expect(world.commits.isEmpty)
        #expect(world.server.pushes < 25, "\(world.server.pushes) pushes in an hour")
        let problems = world.automation.currentProblems
        #expect(problems.values.contains { $0.message.contains("protected branch hook declined") })
        await world.registry.stop()
    }

    @Test func lockedIsLeftAlone() async throws {
        let world = try await World()
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let ann = Requester(name: "Ann", email: "ann@example.com")
        let lock = try await world.automation.change(ChangeRequest(workload: key, action: .lock(reason: "a sale"), requester: ann))
        #expect(lock.commit != nil && lock.message == "Lock shop/web")
        try await world.automation.load()
        try await world.rounds(3)
        #expect(world.image == "0.3.12")
        // A person is refused too, unless they insist.
        let release = ChangeRequest.Action.release(try #require(ImageReference("\(world.registry.host)/shop/web:0.3.13")))
        await #expect(throws: AutomationError.self) {
            try await world.automation.change(ChangeRequest(workload: key, action: release, requester: ann))
        }
        let again = try await world.automation.change(ChangeRequest(workload: key, action: .lock(reason: "a sale"), requester: ann))
        #expect(again.commit == nil)
        _ = try await world.automation.change(ChangeRequest(workload: key, action: .unlock, requester: ann))
        try await world.automation.load()
        try await world.rounds(3)
        #expect(world.image == "0.3.13")
        #expect(world.server.history.map(\.author) == ["Ann", "Ann", "Ann", "Martlet"])
        await world.registry.stop()
    }

    /// A person's own words: no automation, no new tag until they say so.
    @Test func automateAndDeautomate() async throws {
        let world = try await World()
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let ann = Requester(name: "Ann", email: "ann@example.com")
        _ = try await world.automation.change(ChangeRequest(workload: key, action: .deautomate, requester: ann))
        try await world.automation.load()
        try await world.rounds(2)
        #expect(world.image == "0.3.12")
        let bad = ChangeRequest(workload: key, action: .automate(tags: ["web": "semver:nonsense"]), requester: ann)
        await #expect(throws: AutomationError.self) { try await world.automation.change(bad) }
        _ = try await world.automation.change(ChangeRequest(workload: key, action: .automate(tags: ["web": "glob:0.3.*"]), requester: ann))
        #expect(world.server.file("deploy/web.yaml").contains("martlet.dev/tag.web: \"glob:0.3.*\""))
        #expect(world.server.file("deploy/web.yaml").contains("martlet.dev/automated: \"true\""))
        await world.registry.stop()
    }

    /// A chart beside its values in another folder; the filter is its application's.
    static func chart(_ host: String, second: String = "") -> [String: String] {
        [
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "charts/web/values.yaml": "image: {repository: nowhere/web, tag: \"1\"}\n",
            "env/prod.yaml": "# prod\nimage:\n  repository: \(host)/shop/web   # ours\n  tag: 0.3.12\n",
            "charts/web/templates/web.yaml": """
                {{- range list "web" "worker" }}
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: {{ . }}
                  \(second)
                spec:
                  template:
                    spec:
                      containers:
                      - {name: main, image: "{{ $.Values.image.repository }}:{{ $.Values.image.tag }}"}
                ---
                {{- end }}

                """,
            "martlet.yaml": """
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata:
                  name: web
                  annotations:
                    martlet.dev/automated: "true"
                    martlet.dev/tag.main: semver:~0.3
                spec:
                  path: charts/web
                  namespace: shop
                  helm: {valuesFiles: [../../env/prod.yaml]}

                """,
        ]
    }

    /// The value that feeds the image, wherever it stands, and both workloads that take it in one commit.
    @Test func chartWithValuesInAnotherFolder() async throws {
        let world = try await World { Self.chart($0) }
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits == ["Release 2 images"])
        #expect(world.server.file("env/prod.yaml") == "# prod\nimage:\n  repository: \(world.registry.host)/shop/web   # ours\n  tag: 0.3.13\n")
        #expect(world.server.file("martlet.yaml").contains("martlet.dev/image-update: \"main 0.3.12 -> 0.3.13, semver:~0.3, "))
        #expect(world.server.file("charts/web/values.yaml").contains("nowhere/web"))
        await world.registry.stop()
    }

    /// One text feeds a workload that is locked and one that is not: neither moves, and the reason is told.
    @Test func sharedWithALockedWorkload() async throws {
        let world = try await World {
            Self.chart($0, second: "annotations: {martlet.dev/locked: {{ eq . \"worker\" | quote }}}")
        }
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits.isEmpty)
        let problems = world.automation.currentProblems
        #expect(problems.values.contains { $0.kind == .locked && $0.message.contains("worker") }, "\(problems)")
        await world.registry.stop()
    }

    /// A registry that hangs holds up no other's commits.
    @Test(.timeLimit(.minutes(10))) func slowRegistryBesideAQuickOne() async throws {
        let world = try await World { host in
            var files: [String: String] = [:]
            for name in ["quick", "slow"] {
                files["deploy/\(name).yaml"] = """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: \(name), namespace: shop, annotations: {martlet.dev/automated: "true", martlet.dev/tag.main: "semver:~1"}}
                    spec: {template: {spec: {containers: [{name: main, image: "\(host)/shop/\(name):1.0.0"}]}}}

                    """
            }
            return files
        }
        world.registry.setTags(["1.0.0", "1.0.1"], of: "shop/quick")
        world.registry.setTags(["1.0.0", "1.0.1"], of: "shop/slow")
        // Each answer asks for half a minute's patience; the clock of the test jumps, the client's tries do not end.
        for _ in 0..<3 { world.registry.script("shop/slow/tags", .status(503)) }
        let running = Task { await world.automation.run() }
        for _ in 0..<3000 where !world.commits.contains("Release shop/quick 1.0.0 → 1.0.1") { try await Task.sleep(for: .milliseconds(20)) }
        running.cancel()
        await running.value
        #expect(world.server.file("deploy/quick.yaml").contains("quick:1.0.1"), "\(world.commits)")
        await world.registry.stop()
    }

    /// Without a tag a release goes forward only, and says so.
    @Test func releaseWithoutATagIsNoDowngrade() async throws {
        let world = try await World(["web": "semver:~0.3"], current: "0.4.0")
        world.registry.setTags(["0.3.12", "0.3.13", "0.4.0"], of: "shop/web")
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let ann = Requester(name: "Ann", email: "ann@example.com")
        let image = try #require(ImageReference("\(world.registry.host)/shop/web"))
        var request = ChangeRequest(workload: key, action: .release(image), requester: ann)
        await #expect { _ = try await world.automation.change(request) } throws: { ($0 as? AutomationError)?.kind == .downgrade }
        request.force = true
        let report = try await world.automation.change(request)
        #expect(report.message == "Release shop/web 0.4.0 → 0.3.13")
        await world.registry.stop()
    }

    /// A registry that is away costs a pinned image neither its digest nor the person their word.
    @Test func releaseKeepsThePin() async throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let world = try await World(["web": "semver:~0.3"], current: "0.3.12@\(digest)")
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let ann = Requester(name: "Ann", email: "ann@example.com")
        let image = try #require(ImageReference("\(world.registry.host)/shop/web:0.3.13"))
        for _ in 0..<6 { world.registry.script("manifests", .status(500)) }
        let request = ChangeRequest(workload: key, action: .release(image), requester: ann)
        await #expect { _ = try await world.automation.change(request) } throws: { ($0 as? AutomationError)?.kind == .registry }
        #expect(world.server.file("deploy/web.yaml").contains(digest))
        await world.registry.stop()
    }

    /// Only what is pinned is pinned again.
    @Test func releaseOfOneImagePinnedAndNot() async throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let world = try await World { host in
            [
                "deploy/web.yaml": """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: web, namespace: shop}
                    spec:
                      template:
                        spec:
                          containers:
                          - {name: web, image: "\(host)/shop/web:0.3.12@\(digest)"}
                          - {name: worker, image: "\(host)/shop/web:0.3.12"}

                    """
            ]
        }
        let new = world.registry.push("shop/web", tag: "0.3.13", createdAt: Timestamp(milliseconds: 1_700_000_000_000))
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let image = try #require(ImageReference("\(world.registry.host)/shop/web:0.3.13"))
        _ = try await world.automation.change(
            ChangeRequest(workload: key, action: .release(image), requester: Requester(name: "Ann", email: "ann@example.com")))
        let text = world.server.file("deploy/web.yaml")
        #expect(text.contains("shop/web:0.3.13@\(new)\""))
        #expect(text.contains("{name: worker, image: \"\(world.registry.host)/shop/web:0.3.13\"}"))
        await world.registry.stop()
    }

    /// A lock of the whole application is lifted for one of its workloads.
    @Test func unlockOfAnApplicationsLock() async throws {
        let world = try await World { host in
            [
                "shop/martlet.yaml": """
                    apiVersion: martlet.dev/v1alpha1
                    kind: Application
                    metadata: {name: shop, annotations: {martlet.dev/locked: "true"}}
                    spec: {namespace: shop}

                    """,
                "shop/web.yaml": """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata:
                      name: web
                    spec: {template: {spec: {containers: [{name: main, image: "\(host)/shop/web:1.0.0"}]}}}

                    """,
            ]
        }
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let ann = Requester(name: "Ann", email: "ann@example.com")
        let report = try await world.automation.change(ChangeRequest(workload: key, action: .unlock, requester: ann))
        #expect(report.commit != nil)
        try await world.automation.load()
        #expect(await world.automation.workloads().first?.policy.lock == nil)
        await world.registry.stop()
    }

    /// A lock that both have is lifted on the workload alone.
    @Test(arguments: ["martlet.dev/", "fluxcd.io/"]) func unlockOfALockThatBothHave(_ prefix: String) async throws {
        let world = try await World { host in
            [
                "shop/martlet.yaml":
                    "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: shop, annotations: {\(prefix)locked: \"true\"}}\nspec: {namespace: shop}\n",
                "shop/web.yaml": """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata:
                      name: web
                      annotations:
                        martlet.dev/locked: "true"
                        martlet.dev/locked-by: Bob
                    spec: {template: {spec: {containers: [{name: main, image: "\(host)/shop/web:1.0.0"}]}}}

                    """,
            ]
        }
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let report = try await world.automation.change(
            ChangeRequest(workload: key, action: .unlock, requester: Requester(name: "Ann", email: "ann@example.com")))
        #expect(report.commit != nil)
        #expect(!world.server.file("shop/web.yaml").contains("Bob"))
        try await world.automation.load()
        #expect(await world.automation.workloads().first?.policy.lock == nil)
        await world.registry.stop()
    }

    /// A chart's workloads have one annotation for all.
    @Test func theAnnotationTellsOfAllBumps() async throws {
        let world = try await World { host in
            [
                "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
                "charts/web/values.yaml": "front: 1.0.0\nback: 2.0.0\n",
                "charts/web/templates/all.yaml": ["front", "back"].map {
                    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: \($0)}\nspec: {template: {spec: {containers: [{name: \($0), image: \"\(host)/shop/\($0):{{ .Values.\($0) }}\"}]}}}\n"
                }.joined(),
                "martlet.yaml": """
                    apiVersion: martlet.dev/v1alpha1
                    kind: Application
                    metadata:
                      name: web
                      annotations: {martlet.dev/automated: "true", martlet.dev/tag.front: "semver:*", martlet.dev/tag.back: "semver:*"}
                    spec: {path: charts/web, namespace: shop}

                    """,
            ]
        }
        world.registry.setTags(["1.0.0", "1.0.1"], of: "shop/front")
        world.registry.setTags(["2.0.0", "2.0.1"], of: "shop/back")
        try await world.rounds(4)
        #expect(world.commits == ["Release 2 images"])
        let text = world.server.file("martlet.yaml")
        #expect(text.contains("front 1.0.0 -> 1.0.1"))
        #expect(text.contains("back 2.0.0 -> 2.0.1"))
        await world.registry.stop()
    }

    /// One file that cannot be written costs its own image, not the others.
    @Test func aFileThatIsALink() async throws {
        let world = try await World { host in
            var files: [String: String] = [:]
            for name in ["a", "b", "c", "d", "e"] {
                files["deploy/\(name).yaml"] = """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: \(name), namespace: shop, annotations: {martlet.dev/automated: "true", martlet.dev/tag.main: "semver:~1"}}
                    spec: {template: {spec: {containers: [{name: main, image: "\(host)/shop/web:1.0.0"}]}}}

                    """
            }
            return files
        }
        world.server.block("deploy/c.yaml")
        world.registry.setTags(["1.0.0", "1.0.1"], of: "shop/web")
        try await world.rounds(4)
        for name in ["a", "b", "d", "e"] { #expect(world.server.file("deploy/\(name).yaml").contains("web:1.0.1"), "\(name)") }
        #expect(world.server.file("deploy/c.yaml").contains("web:1.0.0"))
        #expect(world.automation.currentProblems.contains { $0.key.workload.name == "c" && $0.value.message.contains("symbolic link") })
        await world.registry.stop()
    }
}
