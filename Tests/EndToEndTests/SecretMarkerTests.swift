import Basics
import Cluster
import DevCluster
import Document
import FoundationEssentials
import HTTP
import Kubernetes
import Scenarios
import TestKit
import Testing

/// Twenty-five secrets planted wherever one can be, and everything that anybody can read searched for them.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct SecretMarkerTests {
    private static func word(_ place: String) -> String { SecretMarkers.word(place) }
    private static func base64(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    @Test func everyPlaceIsFound() {
        for place in SecretMarkers.places {
            let word = SecretMarkers.word(place)
            for text in ["a \(word) b", Self.base64("x\(word)y"), Self.base64("\(word)yz"), Self.base64("xx\(word)"), Self.base64("password: \(word)\n")] {
                #expect(SecretMarkers.found(in: text) == [place], "\(text)")
            }
        }
        #expect(SecretMarkers.found(in: "nothing to see").isEmpty)
    }

    @Test(.timeLimit(.minutes(4))) func nothingTellsThem() async throws {
        try await withEmbeddedCluster { cluster, kubeconfig in try await Self.search(cluster.client(), kubeconfig) }
    }

    /// The API server's own answers quote what they refuse.
    @Test(.timeLimit(.minutes(5))) func nothingTellsThemOnARealControlPlane() async throws {
        try await withControlPlane { plane, client in try await Self.search(client, plane.kubeconfigFile) }
    }

    private static func search(_ client: ClusterClient, _ kubeconfig: String) async throws {
        let stage = try await MarkerStage(client, kubeconfig: kubeconfig)
        do {
            try await stage.play()
            let outputs = try await stage.outputs()
            #expect(outputs.count > 50)
            for (name, text) in outputs.sorted(by: { $0.key < $1.key }) {
                #expect(!text.isEmpty, "\(name) says nothing, so that it proves nothing")
                // Who may read a workload reads its environment there, as by kubectl.
                let allowed: Set<String> = ["objects", "manifests", "diff", "blame"].contains { name.contains($0) } ? ["container environment"] : []
                let leaks = SecretMarkers.found(in: text, except: allowed)
                #expect(leaks.isEmpty, "\(name) tells: \(leaks.joined(separator: ", "))")
            }
            let told = stage.told
            #expect(told.contains("deploy") && told.contains("chat.postMessage") && told.contains("/hook"), "the sinks were not told: \(told.prefix(500))")
            #expect(stage.violations.isEmpty)
        } catch {
            await stage.stop()
            throw error
        }
        await stage.stop()
    }
}

/// A daemon with secrets in every place, and all that it says.
private final class MarkerStage: Sendable {
    private static func word(_ place: String) -> String { SecretMarkers.word(place) }
    private static func base64(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    private let client: ClusterClient
    private let kubeconfig: String
    private let folder: TemporaryFolder
    private let repository: TestRepository
    private let git: GitServer
    private let sinks: SinkServer
    /// A metrics server and a registry that quote what they are asked with in their refusals.
    private let talker: LoopbackServer
    private let daemon: ProgramOperator
    private let transport = CurlTransport(userAgent: "martlet-test")

    init(_ client: ClusterClient, kubeconfig: String) async throws {
        (self.client, self.kubeconfig) = (client, kubeconfig)
        folder = try TemporaryFolder("martlet-markers")
        repository = try await TestRepository(in: folder, name: "shop.git")
        git = try await GitServer(root: folder.path, access: .basic(user: "git", password: Self.word("git token")), certificates: TestCertificates())
        sinks = try await SinkServer(token: Self.word("sink token"), signingKey: Self.word("signing key"))
        talker = try await LoopbackServer { request in
            .text("refused: \(request.url) \(request.headers["Authorization"] ?? "nobody")", status: 401, headers: ["WWW-Authenticate": "Basic realm=\"here\""])
        }
        for (name, text) in [
            ("git-token", Self.word("git token")), ("metrics-password", Self.word("metrics password")),
            ("api-tokens", "\(Self.word("API token")),ann,1"),
            ("registry.json", #"{"auths":{"\#(talker.host)":{"auth":"\#(Self.base64("me:\(Self.word("registry password"))"))"}}}"#),
            ("martlet.sh", "#!/bin/sh\nexport PASSWORD=\(Self.word("daemon environment"))\nexec \"\(program)\" \"$@\""),
        ] { try folder.write(name, Array("\(text)\n".utf8)) }
        try folder.write("git-ca.pem", git.certificates.ca)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.file("martlet.sh"))
        daemon = try ProgramOperator(
            program: folder.file("martlet.sh"), kubeconfig: kubeconfig, url: git.url("shop.git"),
            git: [
                "--git-token-file", folder.file("git-token"), "--git-ca-file", folder.file("git-ca.pem"), "--registry-config", folder.file("registry.json"),
                "--registry-insecure", talker.host, "--registry-poll-interval", "10s", "--api-tokens-file", folder.file("api-tokens"), "--prometheus-url", talker.url,
                "--prometheus-user", "me", "--prometheus-password-file", folder.file("metrics-password"), "--log-level", "trace",
                "--history-file", folder.file("history.sqlite"),
            ], name: "shop", folder: folder, pollInterval: "1s", secret: Self.word("webhook secret"))
    }

    func stop() async {
        await daemon.kill()
        await git.stop()
        await sinks.stop()
        await talker.stop()
    }

    // MARK: what happens

    /// Commits, mistakes, edits by hand, until everybody was told of them.
    func play() async throws {
        try await plantSinks()
        _ = try await repository.commit("A shop with secrets", first)
        try await daemon.start()
        try await until("the first revision to be applied") { try await self.events().count >= 2 }
        _ = try await repository.commit(
            "Other secrets", [
                "secrets/given.yaml": .text(secret("given", "stringData: {pin: \(Self.word("changed value"))}")), "secrets/gone.yaml": nil,
                "web.yaml": .text(web(tag: "2", pin: Self.word("container environment"))),
            ])
        try await until("the second revision to be applied") { try await self.events().contains { "\($0)".contains("web:2") && "\($0)".contains("succeeded") } }
        let secrets = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Secret"))
        _ = try await client.patch(
            secrets, namespace: "shop", name: "given",
            [
                "data": ["pin": .string(Self.base64(Self.word("changed by hand")))],
                "metadata": ["annotations": ["kubectl.kubernetes.io/last-applied-configuration": .string(#"{"stringData":{"pin":"\#(Self.word("last-applied annotation"))"}}"#)]],
            ], type: .merge, fieldManager: "kubectl-edit")
        try await until("the sinks to be told") { self.told.contains("chat.postMessage") && self.told.contains("/api/annotations") && self.told.contains("/hook") }
        sinks.fail("/api/", .status(500, body: #"{"error": "\#(Self.word("sink token"))"}"#))
        // Secrets are not watched: what was done to one is seen when there is something else to do.
        _ = try await repository.commit("One more", ["web.yaml": .text(web(tag: "3", pin: Self.word("container environment")))])
        try await until("the edit by hand to be put back") {
            let live = try await self.client.get(secrets, namespace: "shop", name: "given")
            return live.value[path: "data", "pin"]?.string == Self.base64(Self.word("changed value"))
        }
        try await until("the third revision to be applied") { try await self.events().contains { "\($0)".contains("web:3") && "\($0)".contains("succeeded") } }
    }

    private func plantSinks() async throws {
        let namespaces = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Namespace"))
        if let object = Object(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(World.namespace)]]) {
            _ = try? await client.create(namespaces, object, fieldManager: "test")
        }
        let secrets = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Secret"))
        for (name, url) in [("grafana", sinks.url), ("slack", sinks.url), ("hook", "\(sinks.url)/hook?key=\(Self.word("sink address"))")] {
            guard let object = Object([
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "namespace": .string(World.namespace)],
                "stringData": ["url": .string(url), "token": .string(Self.word("sink token")), "secret": .string(Self.word("signing key"))],
            ]) else { continue }
            _ = try await client.create(secrets, object, fieldManager: "test")
        }
    }

    private func secret(_ name: String, _ rest: String) -> String {
        "apiVersion: v1\nkind: Secret\nmetadata: {name: \(name), namespace: shop}\n\(rest)\n"
    }

    private func web(tag: String, pin: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop, annotations: {martlet.dev/automated: "true"}}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              imagePullSecrets: [{name: pull}]
              containers: [{name: web, image: "\(talker.host)/shop/web:\(tag)", env: [{name: PIN, value: "\(pin)-\(tag)"}]}]

        """
    }

    private var first: [String: TestRepository.Change] {
        let pull = Self.base64(#"{"auths":{"\#(talker.host)":{"username":"me","password":"\#(Self.word("pull secret"))"}}}"#)
        return [
            "namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
            "web.yaml": .text(web(tag: "1", pin: Self.word("container environment"))),
            "secrets/data.yaml": .text(secret("data", "data: {pin: \(Self.base64(Self.word("data")))}")),
            "secrets/given.yaml": .text(secret("given", "stringData: {pin: \(Self.word("stringData"))}")),
            "secrets/gone.yaml": .text(secret("gone", "stringData: {pin: \(Self.word("deleted Secret"))}")),
            "secrets/pull.yaml": .text(secret("pull", "type: kubernetes.io/dockerconfigjson\ndata: {.dockerconfigjson: \(pull)}")),
            "broken/secret.yaml": .text(secret("broken", "data: {pin: \"\(Self.word("not base64"))!\"}")),
            "chart/Chart.yaml": "apiVersion: v2\nname: vault\nversion: 1.0.0\n",
            "chart/values.yaml": .text("values: \(Self.word("chart values"))\n"),
            "chart/production.yaml": .text("file: \(Self.word("values file"))\n"),
            "chart/templates/secret.yaml": .text(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: vault}
                stringData:
                  a: {{ .Values.values }}
                  b: {{ .Values.missing | default "\(Self.word("chart default"))" }}
                  c: {{ .Values.inline }}
                  d: {{ .Values.set }}
                  e: {{ .Values.file }}

                """),
            "chart/templates/hook.yaml": .text(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}
                stringData: {pin: "\(Self.word("hook"))"}

                """),
            "fault/Chart.yaml": "apiVersion: v2\nname: fault\nversion: 1.0.0\n",
            "fault/values.yaml": .text("pin: \(Self.word("template at fault"))\n"),
            "fault/templates/secret.yaml":
                "apiVersion: v1\nkind: Secret\nmetadata: {name: fault, namespace: shop}\nstringData:\n  pin: {{ index .Values.pin \"nothing\" }}\n",
            "martlet.yaml": .text(
                """
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata: {name: vault}
                spec:
                  path: chart
                  namespace: shop
                  helm: {valuesFiles: [production.yaml], values: {inline: \(Self.word("helm.values"))}, set: ["set=\(Self.word("helm.set"))"]}
                ---
                apiVersion: martlet.dev/v1alpha1
                kind: Notification
                metadata: {name: graphs}
                spec: {grafana: {}, secret: grafana}
                ---
                apiVersion: martlet.dev/v1alpha1
                kind: Notification
                metadata: {name: talk}
                spec: {slack: {channel: C0123456}, secret: slack}
                ---
                apiVersion: martlet.dev/v1alpha1
                kind: Notification
                metadata: {name: hook}
                spec: {webhook: {}, secret: hook}

                """),
        ]
    }

    // MARK: what it says

    /// What the sinks were told, without how they were entered.
    var told: String { sinks.calls.map { call in "\(call.method) \(call.path) \(String(decoding: call.body, as: UTF8.self))\n" }.joined() }

    /// Of what is told against the documentation, but for the failures that were asked for.
    var violations: [String] { sinks.violations }

    private func events() async throws -> [Value] { try JSON.parse(Array(try await get("/api/v1/history?limit=200").utf8))["events"]?.sequence ?? [] }

    private func get(_ path: String) async throws -> String {
        let request = HTTPRequest("GET", "http://127.0.0.1:\(daemon.port)\(path)", headers: ["Authorization": "Bearer \(Self.word("API token"))"], timeout: .seconds(20))
        let answer = try await transport.send(request)
        return String(decoding: try await answer.body.collect(limit: 8 << 20), as: UTF8.self)
    }

    private func post(_ path: String, _ body: Value) async throws -> String {
        let request = HTTPRequest(
            "POST", "http://127.0.0.1:\(daemon.port)\(path)", headers: ["Authorization": "Bearer \(Self.word("API token"))", "Content-Type": "application/json"],
            body: JSON.write(body), timeout: .seconds(60))
        return String(decoding: try await transport.send(request).body.collect(limit: 1 << 20), as: UTF8.self)
    }

    /// What the stream tells for some seconds, to who was away since the first deploy.
    private func streamed() async throws -> String {
        let first = try await events().last?["id"]?.string ?? ""
        let text = Locked("")
        let answer = try await transport.send(
            HTTPRequest(
                "GET", "http://127.0.0.1:\(daemon.port)/api/v1/stream", headers: ["Authorization": "Bearer \(Self.word("API token"))", "Last-Event-ID": first]))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await Task.sleep(for: .seconds(3)) }
            group.addTask {
                do { for try await piece in answer.body { text.withLock { $0 += String(decoding: piece, as: UTF8.self) } } } catch {}
            }
            await group.next()
            group.cancelAll()
        }
        return text.withLock { $0 }
    }

    private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<300 {
            if (try? await condition()) == true { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw ScenarioFailure("waited a minute for \(what); history: \((try? await get("/api/v1/history")) ?? "none")\n\(daemon.trouble)")
    }

    /// By what a person would call each.
    func outputs() async throws -> [String: String] {
        var outputs: [String: String] = ["told to sinks": told]
        let web = "/api/v1/workloads/shop/deployment/web"
        let paths = [
            "/metrics", "/readyz", "/api/v1/status", "/api/v1/overview", "/api/v1/workloads", web, "\(web)/rollout", "\(web)/blame", "\(web)/pods",
            "/api/v1/history", "/api/v1/at?time=2100-01-01T00:00:00Z", "/api/v1/objects?application=shop&revision=main", "/api/v1/objects?application=vault&revision=main",
            "/api/v1/objects?application=fault&revision=main", "/api/v1/diff?from=main~2&to=main", "/api/v1/topology", "/api/v1/sinks",
            "/api/v1/query_range?query=up&start=1&end=2&step=1", "/api/v1/session", "/", "/history", "/api/v1/nothing", "/api/v1/history/nothing",
        ]
        for path in paths { outputs["GET \(path)"] = try await get(path) }
        outputs["the stream"] = try await streamed()
        let pods = try JSON.parse(Array(try await get("\(web)/pods").utf8))["pods"]?.sequence ?? []
        outputs["GET \(web)/logs"] = try await get("\(web)/logs?pod=\(pods.first?["name"]?.string ?? "none")")
        for (verb, body) in [("release", ["image": .string("\(talker.host)/shop/web:9")]), ("lock", ["reason": "while we look"]), ("rollback", ["force": true])] as [(String, Value)] {
            outputs["POST \(web)/\(verb)"] = try await post("\(web)/\(verb)", body)
        }
        outputs["messages of commits"] = try await repository.git(["log", "--all", "--format=%an %ae %B"])
        for event in try await events() {
            guard let id = event["id"]?.string else { continue }
            outputs["GET /api/v1/history/\(id)"] = try await get("/api/v1/history/\(id)")
        }
        outputs["the log"] = String(decoding: try TemporaryFolder.read(folder.file("martlet.log")), as: UTF8.self)
        for reference in try await repository.git(["for-each-ref", "--format=%(refname)", "refs/notes"]).split(separator: "\n") {
            for line in try await repository.git(["notes", "--ref", "\(reference)", "list"]).split(separator: "\n") {
                guard let commit = line.split(separator: " ").last else { continue }
                outputs["note \(reference) \(commit)"] = try await repository.git(["notes", "--ref", "\(reference)", "show", "\(commit)"])
            }
        }
        let kinds = try await client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Event"))
        outputs["Kubernetes Events"] = try await client.list(kinds).items.map { JSON.text($0.value) }.joined(separator: "\n")
        let server = ["--server", "http://127.0.0.1:\(daemon.port)", "--token-file", folder.file("token")]
        try folder.write("token", Array("\(Self.word("API token"))\n".utf8))
        let cluster = ["--kubeconfig", kubeconfig]
        let file = ["--history-file", folder.file("history.sqlite")]
        for verb in [
            ["history"] + server, ["history", "-o", "json"] + server, ["images"] + server, ["at", "now"] + server, ["at", "now", "--manifests"] + server,
            ["blame", "deployment/web", "-n", "shop"] + server, ["diff", "main~1", "main"] + server, ["history", "-o", "json"] + file, ["status"] + cluster,
            ["rollout", "status", "deployment/web", "-n", "shop"] + cluster, ["sync", "shop", "vault", "fault", "--timeout", "20s"] + cluster,
        ] {
            let output = try await Subprocess.run(program, verb, environment: Subprocess.environment)
            outputs["martlet \(verb.joined(separator: " "))"] = output.text + output.errorText
        }
        for name in ["history.sqlite", "history.sqlite-wal"] {
            if let bytes = try? TemporaryFolder.read(folder.file(name)) { outputs["the file \(name)"] = String(decoding: bytes, as: UTF8.self) }
        }
        try await Subprocess.check("git", ["clone", "-q", repository.path, folder.file("checkout")])
        let difference = try await Subprocess.run(program, ["diff", "--kubeconfig", kubeconfig, folder.file("checkout")], environment: Subprocess.environment)
        outputs["martlet diff"] = difference.text + difference.errorText
        return outputs
    }
}

extension LoopbackServer {
    /// As an image or a credential names it.
    fileprivate var host: String { "127.0.0.1:\(port)" }
}
