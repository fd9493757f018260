import Basics
import Cluster
import Delivery
import DevCluster
import Document
import HTTP
import Kubernetes
import Logging
import Testing
import TestKit

/// A Secret that is wrong in some way is told of without its value.
@Suite struct SecretValueTests {
    /// A text and a number that stand in every file of the test and in no output.
    private static let word = "Zq93hunterMark"
    private static let number = "9876543210123"

    /// Both as they could be told: plain, base64, hexadecimal, percent-encoded, as a float.
    private static let needles: [String] = [word, number].flatMap { marker in
        let bytes = Array(marker.utf8)
        let hex = bytes.map { String($0, radix: 16) }
        // Whatever follows the marker, the base64 of its first nine bytes is the same.
        return [marker, Base64.encode(Array(bytes.prefix(9))), hex.joined(), hex.map { "%" + $0 }.joined(), hex.map { "%" + $0 }.joined().uppercased()]
    } + ["9.87654321", "Zq93"]

    static func leaks(_ text: String) -> [String] { needles.filter { text.contains($0) } }

    private static func secret(_ name: String, _ rest: String, metadata: String = "") -> String {
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \(name)\n  namespace: default\n\(metadata)\(rest)\n"
    }

    /// Wrong in the server's eyes.
    private static let refused: [String: String] = [
        "number": secret("number", "stringData: {pin: \(number)}"),
        "float": secret("float", "stringData: {pin: \(number).5}"),
        "list": secret("list", "stringData: {pin: [\(word), \(number)]}"),
        "map": secret("map", "stringData: {pin: {inner: {deep: \(word)}}}"),
        "text": secret("text", "stringData: \(word)"),
        "listed": secret("listed", "stringData: [\(word)]"),
        "nobase64": secret("nobase64", "data: {pin: \"\(word)!\"}"),
        "dataNumber": secret("data-number", "data: {pin: \(number)}"),
        "dataMap": secret("data-map", "data: {pin: {a: \(number)}}"),
        "longKey": secret("long-key", "stringData: {\(String(repeating: "k", count: 300)): \(word)}"),
        "badKey": secret("bad-key", "stringData: {\"a key\": \(word)}"),
        "misspelt": secret("misspelt", "stringdata: {pin: \(word)}"),
        "type": secret("type", "type: [\(word)]\nstringData: {pin: \(word)}"),
        "owner": secret("owner", "stringData: {pin: \(word)}", metadata: "  ownerReferences: \(word)\n"),
        "list-of": """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Secret, metadata: {name: inside, namespace: default}, stringData: {pin: \(number)}}
            - {apiVersion: v1, kind: Secret, metadata: {name: good-inside, namespace: default}, stringData: {pin: \(word)}}
            """,
    ]

    /// Wrong before any server sees it.
    private static let mistakes: [String: String] = [
        "alias": secret("alias", "stringData:\n  pin: *\(word)"),
        "tag": secret("tag", "stringData:\n  pin: !!int \(word)"),
        "twice": secret("twice", "stringData: {a: b, \(word), \(word)}"),
        "escape": secret("escape", "stringData:\n  pin: \"\\\(word)\""),
        "open": secret("open", "stringData:\n  pin: \"\(word)"),
        "label": secret("label", "stringData: {pin: \(word)}", metadata: "  labels: {a: \"\(word) /\"}\n"),
        "labelMap": secret("label-map", "stringData: {pin: \(word)}", metadata: "  labels: {a: [\(word)]}\n"),
        "annotation": secret("annotation", "stringData: {pin: \(word)}", metadata: "  annotations: {a: {b: \(word)}}\n"),
        "nameless": "apiVersion: v1\nkind: Secret\nmetadata: {}\nstringData: {pin: \(word)}\n",
        "kindless": "kind: Secret\nstringData: {pin: \(word)}\n",
    ]

    private static func chart(_ name: String, _ template: String, annotations: String = "") -> [String: String] {
        [
            "\(name)/Chart.yaml": "apiVersion: v2\nname: \(name)\nversion: 1.0.0\n",
            "\(name)/values.yaml": "pin: \(number)\nword: \(word)\n",
            "\(name)/templates/secret.yaml":
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \(name)\n  namespace: default\n\(annotations)\(template)\n",
        ]
    }

    private static var files: [String: String] {
        var files: [String: String] = ["good.yaml": configuration("good").replacing("namespace: shop", with: "namespace: default")]
        for (name, text) in refused.merging(mistakes, uniquingKeysWith: { $1 }) { files["\(name).yaml"] = text }
        files["json.json"] = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"json\",\"namespace\":\"default\"},\"stringData\":{\"pin\":\"\(word)\\q\"}}"
        let applications: [[String: String]] = [
            chart("typed", "stringData:\n  pin: {{ .Values.pin | int64 }}"),
            chart("hooked", "stringData:\n  pin: {{ .Values.pin | int64 }}", annotations: "  annotations: {helm.sh/hook: pre-install}\n"),
            chart("parsing", "stringData:\n  pin: *{{ .Values.word }}"),
            chart("tagged", "stringData:\n  pin: !!int {{ .Values.word }}"),
            chart("executing", "stringData:\n  pin: {{ index (list .Values.word) .Values.word }}"),
            chart("dating", "stringData:\n  pin: {{ toDate \"2006\" .Values.word }}{{ mustToDate \"2006\" .Values.word }}"),
            chart("said", "stringData:\n  pin: {{ fail (printf \"%q is no password\" .Values.word) }}"),
            chart("annotated", "stringData:\n  pin: a", annotations: "  annotations: {martlet.dev/prune: {{ .Values.word }}}\n"),
            chart("valued", "").merging(["valued/values.yaml": "pin: *\(word)\n"]) { $1 },
        ]
        for application in applications { files.merge(application) { $1 } }
        return files
    }


    /// Everything a person could see of an event.
    private static func texts(_ event: ProgressEvent) -> [String] {
        switch event {
        case .sourceFailed(_, let message), .hook(_, _, let message): return [message]
        case .rendered(let desired): return desired.problems.map { "\($0.error)" } + [desired.notes]
        case .planned(_, _, let set): return [set.summary] + set.changes.map { "\($0.key) \($0.reason ?? "")" }
        case .outcome(_, let outcome):
            var texts = outcome.warnings + ["\(outcome.key) \(outcome.origin?.description ?? "")"]
            if case .failed(let failure) = outcome.result { texts += [failure.description, failure.field ?? ""] }
            return texts
        case .rollouts(_, let rollouts, _): return rollouts.map { JSON.text($0.value) }
        case .status(let status, _): return [JSON.text(status.value)]
        case .observed(let sight):
            return sight.workloads.map(\.message) + sight.changes.flatMap { $0.fields.flatMap { [$0.path, $0.from ?? "", $0.to ?? ""] } }
        case .notifications(let documents): return documents.map { "\($0)" }
        case .fetched, .applied, .healthy, .applications: return []
        }
    }

    @Test(.timeLimit(.minutes(10))) func nothingTellsAValue() async throws {
        let log = Locked<[String]>([])
        let heard = Locked<[String]>([])
        let logger = Logger(label: "test") { _ in Recorder(lines: log) }
        let cluster = EmbeddedCluster(logger: Logger(label: "cluster") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let (client, time, random) = (cluster.client(), SystemTime(), RandomSource())
            let store = InventoryStore(client: client, namespace: "martlet-system")
            let work = Applications(
                settings: Applications.Settings(source: "test", root: "", name: "shop"),
                environment: WorkEnvironment(
                    client: client, cache: WatchCache(client: client, time: time, random: random, logger: logger), store: store, time: time,
                    random: random, logger: logger,
                    progress: Progress { event in heard.withLock { $0 += Self.texts(event) } }))
            group.addTask { await work.run() }
            let tree = TextTree(texts: Self.files)
            try await work.deliver(tree)
            let start = time.elapsed
            let layout = try await scan(tree, root: "", name: "shop")
            while time.elapsed - start < .seconds(60), work.statuses.count(where: { $0.sync == .failed }) < layout.parts.count {
                try await time.sleep(for: .milliseconds(50))
            }
            for part in layout.parts {
                let status = try #require(work.statuses.first { $0.application == part.spec.name }, "\(part.spec.name)")
                #expect(status.sync == .failed && !status.problems.isEmpty, "\(status)")
                let stored = try #require(try await store.load(part.spec.name)?.status)
                for text in [JSON.text(stored), JSON.text(status.value)] { #expect(Self.leaks(text) == [], "\(part.spec.name): \(text)") }
                let report = try await Differ(client: client, store: store, time: time).report(part, tree: tree)
                // A dry run runs no hooks.
                #expect(!report.problems.isEmpty || part.spec.name == "hooked")
                for text in report.texts + report.problems { #expect(Self.leaks(text) == [], "diff of \(part.spec.name): \(text)") }
            }
            for text in heard.withLock({ $0 }) { #expect(Self.leaks(text) == [], "told: \(text)") }
            for text in log.withLock({ $0 }) { #expect(Self.leaks(text) == [], "logged: \(text)") }

            // Every mistake is told, at its place.
            let shop = try #require(work.statuses.first { $0.application == "shop" })
            for name in Array(Self.refused.keys) + Array(Self.mistakes.keys) {
                let places = name == "list-of" ? "list-of.yaml" : "\(name).yaml:"
                #expect(shop.problems.contains { $0.place.hasPrefix(places) }, "\(name): \(shop.problems.map(\.place))")
            }
            #expect(
                shop.problems.contains {
                    $0.place == "number.yaml:6" && $0.message == "the server refuses .stringData.pin: expected string; its words are not shown because they may hold the value"
                }, "\(shop.problems)")
            group.cancelAll()
        }
    }

    /// What API servers and webhooks answer, and what is left of it.
    private static let answers: [(ClusterError.Reason, String, String)] = [
        (.invalid, "Secret \"a\" is invalid: stringData[pin]: Invalid value: \"\(word)\": too weak", ".stringData.pin: an invalid value"),
        (.badRequest, "admission webhook \"x.io\" denied the request: stringData.pin '\(word)' is weak", ".stringData.pin (BadRequest)"),
        (.notFound, "admission webhook \"x.io\" denied the request: \(word)", "the object;"),
        (.forbidden, "secrets \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: \(word)", "the object (Forbidden)"),
        (.init(rawValue: word), "\(word)", "the object;"),
        (.badRequest, "error found in #10 byte of ...|\"pin\":\(number)|..., bigger context ...|{\"stringData\":{\"pin\":\(number)}}", "the object (BadRequest)"),
        (
            .internalError, "failed to create typed patch object (default/a; /v1, Kind=Secret): .stringData.pin: expected string, got &value.valueUnstructured{Value:\(number)}",
            ".stringData.pin: expected string"
        ),
        (
            .internalError, "failed to create typed patch object (default/a; /v1, Kind=Secret): errors:\n  .stringData.pin: expected string, got \(number)\n  .stringData.tls.key: expected string, got \(word)",
            ".stringData.pin, .stringData[tls.key]: expected string"
        ),
        (.badRequest, "json: cannot unmarshal number into Go struct field Secret.stringData of type string", ".stringData: a value of the wrong type"),
        (.invalid, "Secret \"a\" is invalid: data[tls.key]: Invalid value: \"tls.key\": a valid config key must consist of", ".stringData[tls.key]: an invalid value"),
        (.invalid, "Secret \"a\" is invalid: data: Forbidden: field is immutable when `immutable` is set", ".stringData: the field is immutable"),
        (.forbidden, "secrets \"a\" is forbidden: User \"u\" cannot patch resource \"secrets\" in API group \"\" in the namespace \"default\"", "User \"u\" cannot patch"),
        (.forbidden, "secrets \"a\" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1, limited: secrets=1", "exceeded quota"),
        (.notFound, "namespaces \"nowhere\" not found", "namespaces \"nowhere\" not found"),
    ]

    @Test(arguments: Self.answers)
    func ofServers(_ reason: ClusterError.Reason, _ message: String, _ says: String) throws {
        let object = try object(Self.secret("a", "stringData: {pin: \(Self.number), tls.key: \(Self.word)}"))
        let error = ClusterError(
            reason, code: 0, message: message, causes: [.init(type: Self.word, field: Self.word, message: "conflict of \(Self.word)")])
        let failure = ApplyFailure(error, about: object.key, object)
        #expect(failure.description.contains(says), "\(failure)")
        #expect(Self.leaks("\(failure) \(failure.field ?? "")") == [])
        // Without the object at hand no field is sure to be one.
        #expect(Self.leaks("\(ApplyFailure(error, about: object.key))") == [])
        // Other objects keep the server's own words.
        let other = ApplyFailure(error, about: ObjectKey(group: "apps", kind: "Deployment", namespace: "default", name: "a"))
        #expect(other.description == message)
    }

    @Test func conflictsKeepFieldAndManager() throws {
        let object = try object(Self.secret("a", "data: {tls.key: YQ==}"))
        let conflict = ClusterError(
            .conflict, code: 409, message: "Apply failed with 1 conflict: conflict with \"kubectl\" using v1: .data.tls.key",
            causes: [.init(type: "FieldManagerConflict", field: ".data.tls.key", message: "conflict with \"vault\" using v1")])
        let decision = decide(conflict: conflict.withoutValues(of: object.key, object), isDrift: false, isKnown: false, forces: false)
        guard case .report(let text) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(text.hasPrefix(".data[tls.key] is set by \"vault\": remove it there"))
    }

    @Test func warningsOfSecretsAreNotQuoted() throws {
        let object = try object(Self.secret("a", "stringData: {pin: \(Self.word)}"))
        let change = ChangeSet.Change(.create, key: object.key)
        #expect(Outcome(change, .deleting, warnings: ["\(Self.word) is weak"]).warnings == ["it has a warning; its words are not shown because they may hold the value"])
        #expect(Outcome(change, .deleting).warnings == [])
    }

    /// Martlet's own records are Secrets too: a webhook that quotes one tells the passwords charts made up.
    @Test func recordsAreNotQuoted() async throws {
        let server = try await LoopbackServer { request in
            let json: HTTPHeaders = ["Content-Type": "application/json"]
            guard request.url.contains("/secrets") else {
                return .text(#"{"kind":"Namespace","apiVersion":"v1","metadata":{"name":"martlet-system"}}"#, headers: json)
            }
            return .text(
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"admission webhook x.io denied \#(Self.word)","reason":"Invalid","code":422}"#,
                status: 422, headers: json)
        }
        let client = ClusterClient(
            configuration: ClusterConfiguration(server: server.url), transport: CurlTransport(), time: SystemTime(), random: RandomSource(), userAgent: "test")
        let record = InventoryStore.Record(inventory: Inventory(application: "shop"), key: FingerprintKey(random: RandomSource()))
        let error = await #expect(throws: ClusterError.self) { try await InventoryStore(client: client, namespace: "martlet-system").save(record) }
        let text = try #require(error?.description)
        #expect(Self.leaks(text) == [] && text.contains("the server refuses the object (Invalid)"), "\(text)")
        await server.stop()
    }

    /// What is no field of a Secret may be a misspelt one.
    @Test func misspeltFieldsAreMasked() throws {
        let shown = masked(try object(Self.secret("a", "stringdata: {pin: \(Self.word)}\nsecret: \(Self.number)\ntype: Opaque")))
        #expect(Self.leaks(JSON.text(shown.value)) == [] && shown.value["type"]?.string == "Opaque")
    }
}

/// Keeps what is logged, metadata too.
private struct Recorder: LogHandler {
    let lines: Locked<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Locked<[String]>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.withLock { $0.append("\(event.message) \(self.metadata) \(event.metadata ?? [:])") }
    }
}
