import Basics
import Cluster
import Delivery
import DevCluster
import Document
import Kubernetes
import Testing

/// A hook is begun once, and takes nothing away that cannot be made again.
@Suite struct HookTests {
    private static let mark = "pre-install:1:abc"

    private static func made(_ kind: String, mark: String? = mark, status: Value? = nil, owner: String? = nil, extra: Mapping = [:]) -> Object {
        let apiVersion = kind == "Job" ? "batch/v1" : kind == "StatefulSet" ? "apps/v1" : "v1"
        var annotations = extra
        if let mark { annotations[MartletAnnotations.hook] = .string(mark) }
        let key = ObjectKey(group: kind == "Job" ? "batch" : kind == "StatefulSet" ? "apps" : "", kind: kind, namespace: "n", name: "x")
        if let owner { annotations[MartletAnnotations.tracking] = .string(Tracking(application: owner, key: key).description) }
        var value: Value = [
            "apiVersion": .string(apiVersion), "kind": .string(kind),
            "metadata": ["name": "x", "namespace": "n", "uid": "1", "annotations": .mapping(annotations)],
        ]
        if let status { value["status"] = status }
        return Object(value)!
    }

    private static let done: Value = ["conditions": [["type": "Complete", "status": "True"]]]
    private static let failed: Value = ["conditions": [["type": "Failed", "status": "True", "message": "no"]]]

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: String
        var live: Object?
        var isInstall = true
        var policies: Set<DesiredHook.DeletePolicy> = [.beforeHookCreation]
        var start: HookRunner.Start
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing there", kind: "Job", start: .make),
        Case(testDescription: "at work since a look before", kind: "Job", live: made("Job"), start: .wait),
        Case(testDescription: "done since", kind: "Job", live: made("Job", status: done), start: .done),
        Case(testDescription: "failed", kind: "Job", live: made("Job", status: failed), start: .makeAnew),
        Case(testDescription: "of another release", kind: "Job", live: made("Job", mark: "pre-install:1:other"), start: .makeAnew),
        Case(testDescription: "of nobody's", kind: "Job", live: made("Job", mark: nil, status: done), start: .makeAnew),
        Case(testDescription: "not to be deleted first", kind: "Job", live: made("Job", mark: nil), policies: [.hookSucceeded], start: .applyOver),
        Case(testDescription: "a pod at work", kind: "Pod", live: made("Pod", status: ["phase": "Running"]), start: .wait),
        Case(testDescription: "another application's", kind: "Job", live: made("Job", mark: nil, owner: "other"), start: .refuse(owner: "other")),
        Case(testDescription: "our own object of before", kind: "ConfigMap", live: made("ConfigMap", mark: nil, owner: "shop"), start: .makeAnew),
        Case(testDescription: "made by this release", kind: "ConfigMap", live: made("ConfigMap"), start: .applyOver),
        Case(testDescription: "a claim", kind: "PersistentVolumeClaim", live: made("PersistentVolumeClaim", mark: nil), start: .applyOver),
        Case(testDescription: "a claim at an upgrade", kind: "PersistentVolumeClaim", live: made("PersistentVolumeClaim", mark: "x"), isInstall: false, start: .applyOver),
        Case(testDescription: "a set with data", kind: "StatefulSet", live: made("StatefulSet", mark: nil), start: .applyOver),
        Case(testDescription: "a password of before", kind: "Secret", live: made("Secret", mark: nil), start: .leave),
        Case(testDescription: "a Secret at an upgrade", kind: "Secret", live: made("Secret", mark: nil), isInstall: false, start: .makeAnew),
        Case(testDescription: "a Secret of an earlier hook", kind: "Secret", live: made("Secret", mark: "pre-install:1:other"), start: .makeAnew),
        Case(testDescription: "says keep", kind: "ConfigMap", live: made("ConfigMap", mark: nil, extra: ["helm.sh/resource-policy": "keep"]), start: .applyOver),
        Case(testDescription: "says no prune", kind: "ConfigMap", live: made("ConfigMap", mark: nil, extra: ["martlet.dev/prune": "false"]), start: .applyOver),
    ]

    @Test(arguments: cases) func begins(_ item: Case) {
        let start = HookRunner.start(
            Self.made(item.kind), live: item.live, policies: item.policies, application: "shop", isInstall: item.isInstall)
        #expect(start == item.start)
    }

    private static func tree(_ other: String, policies: String = "before-hook-creation,hook-failed") -> [String: String] {
        [
            "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "web/templates/job.yaml": """
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: migrate
                  annotations:
                    helm.sh/hook: pre-install,pre-upgrade
                    helm.sh/hook-delete-policy: \(policies)
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers: [{name: migrate, image: example/migrate}]

                """,
            "web/templates/a.yaml": LoopBench.configuration("a"),
            "other.yaml": LoopBench.configuration("other", other),
        ]
    }

    private static var slowJobs: NodeOptions {
        var nodes = EmbeddedCluster.Options().nodes
        nodes.runFor = .seconds(4)
        return nodes
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["commit", "restart"])
    func goesOnOver(_ what: String) async throws {
        try await LoopBench.run(nodes: Self.slowJobs) { bench in
            var work = bench.follow()
            try await bench.deliver(Self.tree("1"), 1, to: work)
            let job = try await bench.eventually("the hook to begin") { try await bench.object("Job", "migrate", apiVersion: "batch/v1") }
            try await bench.time.sleep(for: .milliseconds(500))
            if what == "restart" {
                await bench.stop()
                work = bench.follow()
            }
            try await bench.deliver(Self.tree("2"), 2, to: work)
            try await bench.synced("web", at: 2)
            try await bench.synced("shop", at: 2)
            #expect(try await bench.object("Job", "migrate", apiVersion: "batch/v1")?.uid == job.uid, "it was killed and begun again")
            #expect(try await bench.has("a", "other"))
        }
    }

    /// Another input is another release: its hook runs with what it says.
    @Test(.timeLimit(.minutes(10))) func anotherReleaseBeginsItAnew() async throws {
        try await LoopBench.run { bench in
            let work = bench.follow()
            try await bench.deliver(Self.tree("1"), 1, to: work)
            try await bench.synced("web", at: 1)
            let first = try await bench.object("Job", "migrate", apiVersion: "batch/v1")
            var texts = Self.tree("1")
            texts["web/templates/a.yaml"] = LoopBench.configuration("a", "2")
            try await bench.deliver(texts, 2, to: work)
            try await bench.synced("web", at: 2)
            let second = try await bench.object("Job", "migrate", apiVersion: "batch/v1")
            #expect(first != nil && second != nil && first?.uid != second?.uid)
        }
    }

    /// A release of Helm's is handed over: what its hooks once made holds data.
    @Test(.timeLimit(.minutes(10))) func whatWasThereBeforeAnInstallStays() async throws {
        try await LoopBench.run { bench in
            let secrets = try await bench.client.resource(for: GroupVersionKind(apiVersion: "v1", kind: "Secret"))
            let password = try object("apiVersion: v1\nkind: Secret\nmetadata: {name: password, namespace: default}\ndata: {password: b2xk}\n")
            let before = try await bench.client.create(secrets, password)
            var texts = Self.tree("1")
            texts["web/templates/password.yaml"] =
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: password\n  annotations: {helm.sh/hook: pre-install}\nstringData: {password: \"{{ randAlphaNum 8 }}\"}\n"
            let work = bench.follow()
            try await bench.deliver(texts, 1, to: work)
            try await bench.synced("web", at: 1)
            let after = try await bench.object("Secret", "password")
            #expect(after?.uid == before.uid)
            #expect(after?.value[path: "data", "password"]?.string == "b2xk")
        }
    }
}
