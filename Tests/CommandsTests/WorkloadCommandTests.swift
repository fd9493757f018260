import ArgumentParser
import Automation
import Basics
import Document
import Git
import HTTP
import Kubernetes
import Logging
import Registry
import Server
import TestKit
import Testing

@testable import Commands

private let verbs: [(name: String, rest: [String], type: any ParsableCommand.Type)] = [
    ("images", [], ImagesCommand.self), ("release", ["--image", "a/b:1"], ReleaseCommand.self), ("automate", [], AutomateCommand.self),
    ("deautomate", [], DeautomateCommand.self), ("lock", ["--reason", "x"], LockCommand.self), ("unlock", [], UnlockCommand.self),
]

/// What the verbs about images understand, ask for and print.
@Suite struct WorkloadCommandTests {
    private func options(_ arguments: [String]) throws -> WorkloadOptions {
        try UnlockCommand.parse(arguments).workload
    }

    @Test func helpOfEachVerb() throws {
        let own: [String: [String]] = [
            "images": ["--all", "--limit <number>", "--refresh"], "release": ["--image <image[:tag]>", "--container <name>", "--force"],
            "automate": ["--tag <container=filter>"], "deautomate": [], "lock": ["--reason <text>"], "unlock": [],
        ]
        let shared = [
            "-n, --namespace <namespace>", "--server <url>", "--token-file <file>", "--server-ca-file <file>", "--git-url <url>", "--author <name <email>>",
            "-o, --output <output>",
        ]
        for (name, _, type) in verbs {
            let text = MartletCommand.helpMessage(for: type, columns: 100)
            for option in shared + (own[name] ?? []) { #expect(text.contains(option), "\(name): \(option)") }
            #expect(text.contains("martlet \(name) deploy"), "\(name) has an example with a kind")
            #expect(text.contains("<workload>"))
        }
    }

    /// The whole of what a person reads first, for one verb.
    @Test func headOfTheHelp() {
        let text = MartletCommand.helpMessage(for: LockCommand.self, columns: 120)
        let head = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("USAGE") }.joined(separator: "\n")
        #expect(
            head == """
                OVERVIEW: Keep a workload's images as they are.

                Writes "martlet.dev/locked", who locked it and why, with one commit. Neither automation nor "release" (without
                --force) changes a locked workload.
                What a chart makes has no annotations of its own: there it is written on the application, for all its workloads.

                Examples:
                  martlet lock deployment/front-end -n shop --reason "the migration runs until Friday"
                  martlet lock front-end --reason "see #42" --git-url https://git.example.com/shop.git

                """)
    }

    private static let mistakeTable: [([String], String)] = [
        (["release", "deployment/x"], "--image <image[:tag]>"), (["release", "deployment/x", "--image", "A b"], "--image is \"A b\""),
        (["lock", "deployment/x"], "--reason"), (["lock", "deployment/x", "--reason", " "], "--reason is empty"),
        (["unlock"], "workload"), (["unlock", "a", "b", "c"], "names no workload"), (["unlock", "deployment/UP!"], "no object's name"),
        (["unlock", "shop:deployment/x", "-n", "back"], "the option has another"), (["unlock", "x", "--author", "Ann"], "--author is \"Ann\""),
        (["automate", "x", "--tag", "web"], "--tag is \"web\""), (["automate", "x", "--tag", "=newest"], "--tag is \"=newest\""),
        (["automate", "x", "--tag", "web=newset"], "expected semver:RANGE"), (["automate", "x", "--tag", "web=regex:("], "--tag web"),
        (["automate", "x", "--tag", "web=newest", "--tag", "web=newest"], "names container \"web\" twice"), (["images", "x", "--limit", "-1"], "--limit"),
        (["images", "x", "-o", "xml"], "xml"),
    ]

    @Test(arguments: mistakeTable) func mistakes(_ arguments: [String], _ says: String) throws {
        // The verb alone: the whole program's options are checked anew at each parse of a debug build.
        let type = try #require(verbs.first { $0.name == arguments.first }?.type)
        let error = try #require(throws: (any Error).self) { _ = try type.parse(Array(arguments.dropFirst())) }
        #expect(type.fullMessage(for: error).contains(says), "\(type.fullMessage(for: error))")
        #expect(type.exitCode(for: error) != .success)
    }

    @Test(arguments: [
        (["deployment/x"], "deployment/x"), (["deploy", "x", "-n", "shop"], "deployment/x -n shop"), (["shop:sts/x"], "statefulset/x -n shop"), (["x"], "x"),
    ]) func namesOfWorkloads(_ arguments: [String], _ name: String) throws { #expect(try options(arguments).name.description == name) }

    @Test func authors() throws {
        let environment = ["GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com", "USER": "bob"]
        #expect(try options(["x", "--author", "Cy <cy@c.io>"]).who.requester(environment: environment) == Requester(name: "Cy", email: "cy@c.io"))
        #expect(try options(["x"]).who.requester(environment: environment) == Requester(name: "Ann", email: "ann@example.com"))
        #expect(try options(["x"]).who.requester(environment: ["GIT_AUTHOR_NAME": "Ann", "USER": "bob"]) == Requester(name: "bob", email: "bob@martlet.invalid"))
        let told = try options(["x", "--git-author", "M <m@git.example.com>"])
        #expect(told.who.requester(environment: ["USER": "bob"]) == Requester(name: "bob", email: "bob@git.example.com"))
        // Nobody is known: the commits are the program's own.
        #expect(told.who.requester(environment: [:]) == Requester(name: "M", email: "m@git.example.com"))
        #expect(told.who.requester(environment: ["USER": "a\nb"]) == Requester(name: "M", email: "m@git.example.com"))
    }

    private static let whoTable: [([String], [String: String], String)] = [
        (["x"], [:], "--server (or MARTLET_SERVER)"), (["x", "--server", "http://h", "--git-url", "https://h/a.git"], [:], "choose one"),
        (["x", "--server", "h:80"], [:], "expected http:// or https://"), (["x"], ["MARTLET_SERVER": "file:///x"], "expected http:// or https://"),
        (["x", "--server", "https://ann:secret@h.io:8443/a"], [:], "\"https://h.io:8443/a\" has a name or a password: leave them out, and give a token with --token-file"),
        (["x", "--server", "ann:secret@h.io"], [:], "expected http://"), (["x", "--server", "ftp://ann:secret@h.io"], [:], "\"ftp://h.io/\", expected http://"),
        (["x", "--server", "http://h", "--token-file", "/nonexistent/t"], [:], "--token-file: cannot read"),
        (["x", "--git-url", "https://h/a.git", "--git-tag", "v1"], ["MARTLET_SERVER": "http://h"], "commits are made on a branch"),
    ]

    @Test(arguments: whoTable) func whoIsAsked(_ arguments: [String], _ environment: [String: String], _ says: String) async throws {
        let options = try options(arguments)
        let error = try await #require(throws: (any Error).self) { _ = try await options.who.agent(environment: environment) }
        #expect("\(error)".contains(says), "\(error)")
        #expect(!"\(error)".contains("secret@"))
    }

    // MARK: what is printed

    @Test func changes() throws {
        let key: Value = ["group": "apps", "kind": "Deployment", "namespace": "shop", "name": "front-end"]
        var report: Value = [
            "commit": "4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f", "branch": "main", "message": "Release shop/front-end 1.4.0 → 1.4.1",
            "files": ["deploy/web.yaml"],
            "bumps": [["container": "web", "from": "ghcr.io/shop/front-end:1.4.0", "to": "ghcr.io/shop/front-end:1.4.1", "workload": key]],
        ]
        #expect(
            ChangeText.text(report) == """
                4f4f4f4 on main: Release shop/front-end 1.4.0 → 1.4.1
                  deploy/web.yaml
                  web: ghcr.io/shop/front-end:1.4.0 → ghcr.io/shop/front-end:1.4.1
                """)
        #expect(ChangeText.problems(report).isEmpty)
        report["problems"] = [["workload": key, "container": "log", "error": ["kind": "ambiguous", "message": "two places", "advice": "name one"]]]
        #expect(ChangeText.problems(report) == ["deployment.apps/front-end -n shop, container \"log\": two places; name one"])
        #expect(
            ChangeText.text(["commit": nil, "branch": "main", "message": "nothing to change: git says it already"])
                == "nothing to change: git says it already")
        #expect(ChangeText.text(["commit": nil, "branch": "main", "message": "it is so"]) == "nothing to change on main: it is so")
    }

    @Test func images() {
        let digest = Value.string("sha256:" + String(repeating: "ab", count: 32))
        let images: Value = [
            "workload": [
                "group": "apps", "kind": "Deployment", "namespace": "shop", "name": "front-end", "policy": ["automated": true, "locked": true, "lockedBy": "eve", "lockedReason": "wait"],
            ],
            "containers": [
                [
                    "name": "web", "image": "ghcr.io/shop/front-end:1.4.0", "policy": "semver:~1.4", "verdict": "1.4.2 is newer",
                    "candidates": [
                        ["tag": "1.4.2", "builtAt": "2026-11-21T05:12:33Z", "digest": digest, "passes": true, "current": false],
                        ["tag": "1.4.1", "passes": true, "current": false], ["tag": "1.4.0", "passes": true, "current": true],
                        ["tag": "2.0.0", "passes": false, "current": false],
                    ],
                ], ["name": "log", "image": "busybox", "policy": "newest", "verdict": "", "candidates": [], "error": "\"docker.io\": no answer"],
            ],
        ]
        #expect(
            ImagesText.text(images, showsAll: false, limit: 1) == """
                deployment.apps/front-end -n shop
                automated, locked by eve: wait

                web   ghcr.io/shop/front-end:1.4.0   semver:~1.4
                  1.4.2 is newer
                  TAG     BUILT                  DIGEST
                  1.4.2   2026-11-21T05:12:33Z   sha256:abababababab
                  1.4.0                                                current
                  and 1 more: --limit 0 shows all

                log   busybox   newest
                  the registry does not tell: "docker.io": no answer
                """)
        let all = ImagesText.text(images, showsAll: true, limit: 0)
        #expect(all.contains("2.0.0                                                filtered out") && !all.contains("more:"))
        #expect(ImagesText.text(.null, showsAll: true, limit: 0).contains("not automated"))
    }

    /// What stands in git is not what the terminal does.
    @Test func commandsForTheTerminal() {
        let evil = Value.string("wait\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}")
        let workload: Value = [
            "group": "apps", "kind": "Deployment", "namespace": "shop", "name": "x", "policy": ["automated": false, "locked": true, "lockedBy": evil, "lockedReason": evil],
            "containers": [["name": "web", "image": evil]],
        ]
        let texts = [
            ImagesText.text(["workload": workload, "containers": []], showsAll: true, limit: 0), ImagesText.list(["workloads": [workload]]),
            ChangeText.text(["commit": nil, "branch": "main", "message": evil]), ChangeText.text(["commit": "4f4f4f4f", "branch": evil, "message": evil, "files": [evil]]),
        ]
        for text in texts {
            #expect(text.contains("wait") && !text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x7f || $0 == "\u{202e}") }, "\(text.debugDescription)")
        }
    }

    @Test func allWorkloads() throws {
        func workload(_ namespace: String, _ name: String, _ automated: Bool, _ locked: Bool) -> Value {
            [
                "group": "apps", "kind": "Deployment", "namespace": .string(namespace), "name": .string(name),
                "policy": ["automated": .bool(automated), "locked": .bool(locked)],
                "containers": [["name": "a", "image": "nginx:1"], ["name": "b", "image": "nginx:1"], ["name": "c", "image": "busybox"]],
            ]
        }
        let list: Value = ["workloads": [workload("back", "orders", false, false), workload("shop", "front-end", true, true)]]
        #expect(
            ImagesText.list(list) == """
                NAMESPACE   WORKLOAD                    STATE               IMAGES
                back        deployment.apps/orders      -                   nginx:1, busybox
                shop        deployment.apps/front-end   automated, locked   nginx:1, busybox
                """)
        #expect(ImagesCommand.only("shop", of: list) == ["workloads": [workload("shop", "front-end", true, true)]])
        #expect(ImagesCommand.only(nil, of: list) == list)
        #expect(ImagesText.list(["workloads": []]) == "there are no workloads that you may list")
        #expect(try ImagesCommand.parse(["-n", "shop", "-o", "yaml"]).words.isEmpty)
    }

    // MARK: a daemon

    @Test func whoMayListNothing() async throws {
        let agent = DaemonAgent(server: "http://h", token: "t", transport: Script([(200, #"{"workloads":[]}"#)]))
        let error = try await #require(throws: WorkloadFailure.self) { _ = try await agent.images(of: try WorkloadName(["x"]), refresh: false) }
        #expect(error.exitCode == 1 && error.description.contains("you may list no workloads: name kind and namespace"), "\(error)")
    }

    /// A daemon's answers, in order, and what it was asked.
    private final class Script: HTTPTransport {
        let answers: Locked<[(Int, String)]>
        let asked = Locked<[HTTPRequest]>([])

        init(_ answers: [(Int, String)]) { self.answers = Locked(answers) }

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request) }
            let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let (status, body) = next else { throw HTTPError.connection("refused") }
            return HTTPResponse(status: status, headers: [:], body: HTTPBody(Array(body.utf8)))
        }
    }

    private static let failureTable: [(Int, String, Int32, String)] = [
        (409, #"{"error":{"kind":"locked","message":"it is locked","origin":"a.yaml:3","advice":"use --force"}}"#, 1, "a.yaml:3: it is locked; use --force"),
        (409, #"{"error":{"kind":"ambiguous","message":"m","advice":"a"}}"#, 1, "m; a"), (403, #"{"error":{"kind":"forbidden","message":"m","advice":"a"}}"#, 1, "m; a"),
        (404, #"{"error":{"kind":"notFound","message":"m","advice":"a"}}"#, 1, "m; a"), (401, #"{"error":{"kind":"unauthorized","message":"m","advice":"a"}}"#, 2, "m; a"),
        (502, #"{"error":{"kind":"push","message":"m","advice":"a"}}"#, 2, "m; a"), (503, #"{"error":{"kind":"access","message":"m","advice":"a"}}"#, 2, "m; a"),
        (200, "<html>", 2, "http://h: status 200 and no answer of a Martlet daemon"), (502, "Bad gateway", 2, "status 502"), (404, "", 2, "status 404"),
        (200, String(repeating: "[", count: 100_000), 2, "no answer of a Martlet daemon"),
    ]

    @Test(arguments: failureTable) func failures(_ status: Int, _ body: String, _ code: Int32, _ says: String) async throws {
        let agent = DaemonAgent(server: "http://h", token: nil, transport: Script([(status, body)]))
        let name = try WorkloadName(["deployment/x"], namespace: "shop")
        let error = try await #require(throws: WorkloadFailure.self) { _ = try await agent.change(name, Wish(action: .unlock)) }
        #expect(error.exitCode == code && error.description.contains(says), "\(error)")
    }

    @Test func unreachable() async throws {
        let agent = DaemonAgent(server: "http://h/", token: "t", transport: Script([]))
        let error = try await #require(throws: WorkloadFailure.self) { _ = try await agent.images(of: try WorkloadName(["x"]), refresh: false) }
        #expect(error.exitCode == 2 && error.description == "http://h: no connection: refused")
    }

    /// What a name leaves open is looked for in the daemon's list.
    @Test func shortNames() async throws {
        let list = #"{"workloads":[{"group":"apps","kind":"Deployment","namespace":"shop","name":"x"},{"group":"","kind":"Pod","namespace":"back","name":"y"},{"group":"apps","kind":"DaemonSet","namespace":"back","name":"x"}]}"#
        let script = Script([(200, list), (200, "{}"), (200, list), (200, list), (200, "{}")])
        let agent = DaemonAgent(server: "http://h", token: "t", transport: script)
        _ = try await agent.images(of: try WorkloadName(["y"]), refresh: true)
        let error = try await #require(throws: WorkloadFailure.self) { _ = try await agent.images(of: try WorkloadName(["x"]), refresh: false) }
        #expect(error.exitCode == 1 && error.description.contains("any of 2 workloads"))
        _ = try await agent.images(of: try WorkloadName(["ds/x"]), refresh: false)
        let asked = script.asked.withLock { $0 }
        #expect(asked.map { String($0.url.dropFirst(8)) } == ["", "/back/pod/y?refresh=true", "", "", "/back/daemonset.apps/x"].map { "/api/v1/workloads" + $0 })
        #expect(asked.allSatisfy { $0.headers["Authorization"] == "Bearer t" })
    }

    /// The verbs and the API speak of the same things: over a socket, with a daemon's own routes.
    @Test(.timeLimit(.minutes(10))) func overASocket() async throws {
        let asked = Locked<[ChangeRequest]>([])
        let object = try #require(Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "x", "namespace": "shop"]]))
        let workload = Workload(
            application: "shop", key: object.key, origin: Origin(file: "a.yaml", line: 1),
            containers: [.init(name: "web", image: try #require(ImageReference("a/b:1")))], policy: try AutomationPolicy(of: object))
        let view = AutomationView(
            workloads: { [workload] }, images: { (_, _) throws(AutomationError) in WorkloadImages(workload: workload, containers: []) },
            change: { (request: ChangeRequest, _) throws(AutomationError) in
                asked.withLock { $0.append(request) }
                if case .unlock = request.action { throw AutomationError(.downgrade, "it is older", advice: "name it") }
                return ChangeReport(commit: nil, branch: "main", message: "nothing to change: git says it already")
            }, registryPushed: { _ in })
        let daemon = DaemonView(
            unreadiness: { nil }, status: { [:] }, markDue: {}, branch: "main", webhookSecret: nil, automation: .on(view),
            access: AccessControl([try TokenFile("a-token,ann@example.com,1", file: "tokens")]))
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = HTTPService(
            host: "127.0.0.1", port: 0, router: Routes.router(daemon, metrics: MetricRegistry()), logger: Logger(label: "test") { SwiftLogNoOpLogHandler($0) }
        ) { port.yield($0) }
        let image = try #require(ImageReference("a/b:2"))
        let actions: [ChangeRequest.Action] = [
            .release(image), .automate(tags: ["web": "semver:~1.4"]), .automate(tags: [:]), .deautomate, .lock(reason: "wait \"here\""),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                for await number in ports {
                    let folder = try TemporaryFolder("martlet-token")
                    try folder.write("token", Array("a-token\n".utf8))
                    let options = try self.options(["x", "--server", "http://127.0.0.1:\(number)", "--token-file", folder.file("token")])
                    let agent = try await options.who.agent(environment: [:])
                    for action in actions {
                        let report = try await agent.change(try options.name, Wish(action: action, container: "web", force: true))
                        #expect(ChangeText.text(report) == "nothing to change: git says it already")
                    }
                    let refused = try await #require(throws: WorkloadFailure.self) { _ = try await agent.change(try options.name, Wish(action: .unlock)) }
                    #expect(refused.exitCode == 1 && refused.description == "it is older; name it")
                    #expect(try await agent.images(of: try options.name, refresh: true)[path: "workload", "name"] == "x")
                    let stranger = try await self.options(["x"]).who.agent(environment: ["MARTLET_SERVER": "http://127.0.0.1:\(number)", "MARTLET_TOKEN": "guess"])
                    let unknown = try await #require(throws: WorkloadFailure.self) { _ = try await stranger.images(of: try options.name, refresh: false) }
                    #expect(unknown.exitCode == 2 && unknown.description.contains("nobody knows this token"))
                    return
                }
            }
            try await group.next()
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
        let requests = asked.withLock { $0 }
        #expect(requests.map(\.action) == actions + [.unlock])
        #expect(requests.first?.container == "web" && requests.first?.force == true)
        #expect(requests.allSatisfy { $0.requester == Requester(name: "ann@example.com", email: "ann@example.com") && $0.workload == workload.key })
    }

    // MARK: without a daemon

    @Test(.timeLimit(.minutes(10))) func onTheRepository() async throws {
        let folder = try TemporaryFolder("martlet-direct")
        let repository = try await TestRepository(in: folder)
        let manifest = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: front-end
              namespace: shop
            spec:
              template:
                spec:
                  containers:
                    - name: web
                      image: 127.0.0.1:1/shop/front-end:1.4.0
            """
        _ = try await repository.commit("First", ["web.yaml": .text(manifest)])
        let options = try options([
            "front-edn", "--git-url", "file://\(repository.path)", "--git-allow-insecure", "--mirror-folder", folder.file("mirror"), "--author", "Ann <ann@example.com>",
        ])
        let agent = try await options.who.agent(environment: [:])
        let error = try await #require(throws: WorkloadFailure.self) { _ = try await agent.change(try options.name, Wish(action: .unlock)) }
        #expect(error.exitCode == 1 && error.description.contains("did you mean \"deployment.apps/front-end -n shop\"?"), "\(error)")
        let name = try WorkloadName(["deployment/front-end"])
        let nothing = try await agent.change(name, Wish(action: .unlock))
        #expect(nothing["commit"] == .some(.null) && nothing["branch"] == "main")
        #expect(try await agent.images(of: name, refresh: false)[path: "workload", "name"] == "front-end")
        #expect(ImagesText.list(try await agent.workloads()).hasSuffix("shop        deployment.apps/front-end   -       127.0.0.1:1/shop/front-end:1.4.0"))

        func says() async throws -> Value {
            try YAML.parse(Array(try await repository.git(["show", "main:web.yaml"]).utf8), file: "web.yaml", options: .manifest)
        }
        let locked = try await agent.change(name, Wish(action: .lock(reason: "wait")))
        #expect(locked["files"] == ["web.yaml"] && ChangeText.text(locked).contains(" on main: Lock"), "\(ChangeText.text(locked))")
        #expect(try await says()[path: "metadata", "annotations", "martlet.dev/locked-by"] == "Ann")
        let image = try #require(ImageReference("127.0.0.1:1/shop/front-end:1.4.1"))
        let refused = try await #require(throws: WorkloadFailure.self) { _ = try await agent.change(name, Wish(action: .release(image))) }
        #expect(refused.exitCode == 1 && refused.description.contains("lock"), "\(refused)")
        let released = try await agent.change(name, Wish(action: .release(image), force: true))
        #expect(released["bumps"]?[0]?["to"] == "127.0.0.1:1/shop/front-end:1.4.1")
        _ = try await agent.change(name, Wish(action: .unlock))
        _ = try await agent.change(name, Wish(action: .automate(tags: ["web": "semver:~1.4"])))
        let manifestNow = try await says()
        #expect(manifestNow[path: "spec", "template", "spec", "containers"]?[0]?["image"] == "127.0.0.1:1/shop/front-end:1.4.1")
        let annotations = manifestNow[path: "metadata", "annotations"]?.mapping ?? [:]
        #expect(annotations["martlet.dev/tag.web"] == "semver:~1.4" && annotations["martlet.dev/automated"] == "true")
        #expect(!annotations.contains("martlet.dev/locked") && annotations["martlet.dev/image-update"] != nil, "\(annotations)")
        _ = try await agent.change(name, Wish(action: .deautomate))
        let authors = try await repository.git(["log", "--format=%an <%ae>", "main"]).split(separator: "\n")
        #expect(authors.count == 6 && authors.dropLast().allSatisfy { $0 == "Ann <ann@example.com>" }, "\(authors)")
    }
}
