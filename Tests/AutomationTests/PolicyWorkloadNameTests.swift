import Automation
import Kubernetes
import Testing

@Suite("Workload names, as people write them") struct PolicyWorkloadNameTests {
    private static func key(_ group: String, _ kind: String, _ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
    }

    private static let keys = [
        key("apps", "Deployment", "shop", "front-end"), key("apps", "Deployment", "test", "front-end"), key("apps", "StatefulSet", "shop", "db"),
        key("batch", "CronJob", "shop", "report"), key("argoproj.io", "Rollout", "shop", "canary"), key("", "Pod", "shop", "one"),
        key("example.com", "Proxy", "shop", "gate"), key("apps", "DaemonSet", "shop", "db"),
    ]

    private static let names: [(String, String?)] = [
        ("deployment/front-end -n shop", "deployment.apps/front-end -n shop"), ("deploy/front-end --namespace shop", "deployment.apps/front-end -n shop"),
        ("deployments/front-end -n test", "deployment.apps/front-end -n test"), ("deployments.apps/front-end -n shop", "deployment.apps/front-end -n shop"),
        ("deployment.v1.apps/front-end -n shop", "deployment.apps/front-end -n shop"), ("Deployment/front-end -n shop", "deployment.apps/front-end -n shop"),
        ("shop:deployment/front-end", "deployment.apps/front-end -n shop"), ("deployment front-end -n shop", "deployment.apps/front-end -n shop"),
        ("sts/db", "statefulset.apps/db -n shop"), ("ds/db", "daemonset.apps/db -n shop"), ("cj/report", "cronjob.batch/report -n shop"),
        ("cronjobs.batch/report", "cronjob.batch/report -n shop"), ("rollouts.argoproj.io/canary", "rollout.argoproj.io/canary -n shop"),
        ("rollout/canary", "rollout.argoproj.io/canary -n shop"), ("po/one", "pod/one -n shop"), ("pods.v1/one", "pod/one -n shop"),
        ("proxies/gate", "proxy.example.com/gate -n shop"), ("report", "cronjob.batch/report -n shop"), ("front-end -n test", "deployment.apps/front-end -n test"),
        ("deployment/front-end", nil), ("db", nil), ("deployment.extensions/front-end -n shop", nil), ("deploy/front-ed -n shop", nil),
    ]

    @Test(arguments: names) func resolves(text: String, expected: String?) throws {
        let name = try #require(WorkloadName(text))
        #expect((try? name.resolve(among: Self.keys))?.description == expected)
    }

    @Test(arguments: keys) func readsWhatMartletPrints(key: ObjectKey) throws {
        #expect(try #require(WorkloadName(key.description)).resolve(among: Self.keys) == key)
    }

    private static let hints: [(String, String)] = [
        ("deploy/front-ed -n shop", "did you mean \"deployment.apps/front-end -n shop\"?"), ("sts/front-end -n shop", "did you mean \"deployment.apps/front-end -n shop\"?"),
        ("sts/db -n test", "did you mean \"statefulset.apps/db -n shop\"?"), ("deploy/nothing-like-it", "\"martlet images\" lists them"),
        ("deploy/front-end", "say which: deployment.apps/front-end -n shop, deployment.apps/front-end -n test"),
    ]

    @Test(arguments: hints) func saysWhatWouldBeRight(text: String, hint: String) throws {
        let name = try #require(WorkloadName(text))
        let error = try #require(throws: AutomationError.self) { try name.resolve(among: Self.keys) }
        #expect(error.advice == hint)
    }

    @Test(arguments: [
        "", "  ", "a/b/c", "a b c", "deploy/", "/x", "deploy/-x", "deploy/A_b", "deploy/x -n", "deploy/x -n A_B", "deploy/x -q y", ":deploy/x", "-n shop", "a\nb",
        "deploy/x\u{1b}[0m", "é/x",
    ])
    func refuses(text: String) { #expect(WorkloadName(text) == nil) }

    @Test func anOptionMustAgree() throws {
        #expect(try WorkloadName(["shop:deploy/x"], namespace: "shop").namespace == "shop")
        let error = try #require(throws: AutomationError.self) { try WorkloadName(["shop:deploy/x"], namespace: "test") }
        #expect(error.message.contains("the namespace \"shop\""))
        #expect(throws: AutomationError.self) { try WorkloadName(["deploy", "x", "y"]) }
    }
}
