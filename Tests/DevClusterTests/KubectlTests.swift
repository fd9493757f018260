import Basics
import Document
import Logging
import TestKit
import Testing

@testable import DevCluster

/// kubectl itself, against the embedded cluster on a port: what users will type.
@Suite(.serialized, .enabled(if: Kubectl.path != nil, "kubectl is not on PATH (Debian's kubernetes-client has one)"))
struct KubectlTests {
    @Test(.timeLimit(.minutes(10))) func fromApplyToDelete() async throws {
        try await Kubectl.withCluster { kubectl in
            let first = try await kubectl("apply", "-f", "-", input: Manifest.deployment())
            #expect(first.text == "deployment.apps/web created\n")
            #expect(try await kubectl("apply", "-f", "-", input: Manifest.deployment()).text == "deployment.apps/web unchanged\n")
            let rollout = try await kubectl("rollout", "status", "deployment/web", "--timeout=60s")
            #expect(rollout.text.contains("deployment \"web\" successfully rolled out"))
            let table = try await kubectl("get", "deployments")
            #expect(table.text.hasPrefix("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2/2     2            2 "))
            let pods = try await kubectl("get", "pods", "-l", "app=web", "--no-headers")
            #expect(pods.text.split(separator: "\n").count == 2)
            #expect(pods.text.split(separator: "\n").allSatisfy { $0.contains("1/1   Running   0") })
            let described = try await kubectl("describe", "deployment", "web")
            #expect(described.text.contains("StrategyType:           RollingUpdate"))
            #expect(described.text.contains("2 desired | 2 updated | 2 total | 2 available | 0 unavailable"))
            let logs = try await kubectl("logs", "deployment/web")
            #expect(logs.text.hasPrefix("no logs here: pod \"web-"))
            let deleted = try await kubectl("delete", "deployment", "web", "--timeout=60s")
            #expect(deleted.text.hasPrefix("deployment.apps \"web\" deleted"))
            #expect(try await kubectl("get", "deployment", "web").errorText.contains("deployments.apps \"web\" not found"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func diffShowsOnlyWhatChanges() async throws {
        try await Kubectl.withCluster { kubectl in
            _ = try await kubectl("apply", "-f", "-", input: Manifest.deployment())
            #expect(try await kubectl("diff", "-f", "-", input: Manifest.deployment()).status == 0)
            let diff = try await kubectl("diff", "-f", "-", input: Manifest.deployment(image: "nginx:1.26"))
            #expect(diff.status == 1)
            let changes = diff.text.split(separator: "\n").filter { $0.contains("image:") }.map { $0.drop { " ".contains($0) } }
            #expect(changes == ["-      - image: nginx:1.25", "+      - image: nginx:1.26"])
        }
    }

    @Test(.timeLimit(.minutes(10))) func serverSideApply() async throws {
        try await Kubectl.withCluster { kubectl in
            _ = try await kubectl("apply", "-f", "-", input: Manifest.deployment())
            let taken = try await kubectl("apply", "--server-side", "-f", "-", input: Manifest.deployment(replicas: 3))
            #expect(taken.text == "deployment.apps/web serverside-applied\n")
            let other = try await kubectl(
                "apply", "--server-side", "--field-manager=other", "-f", "-", input: Manifest.deployment(replicas: 4))
            #expect(other.status == 1)
            #expect(other.errorText.contains("conflict with \"kubectl\": .spec.replicas"))
            let forced = try await kubectl(
                "apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", "-", input: Manifest.deployment(replicas: 4))
            #expect(forced.status == 0)
            let unknown = try await kubectl(
                "apply", "--server-side", "-f", "-", input: Manifest.deployment().replacing("replicas:", with: "repicas:"))
            #expect(unknown.errorText.contains(".spec.repicas: field not declared in schema"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func mistakesAreTold() async throws {
        try await Kubectl.withCluster { kubectl in
            let unknown = try await kubectl("create", "-f", "-", input: Manifest.deployment().replacing("replicas:", with: "repicas:"))
            #expect(unknown.status == 1 || unknown.errorText.contains("unknown field"))
            let old = try await kubectl("apply", "-f", "-", input: "---\n{apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: x}}")
            #expect(old.errorText.contains("no matches for kind \"Deployment\" in version \"extensions/v1beta1\""))
            let lost = try await kubectl("apply", "-n", "nowhere", "-f", "-", input: "---\n" + Manifest.configMap("a"))
            #expect(lost.errorText.contains("namespaces \"nowhere\" not found"))
        }
    }

    @Test(.timeLimit(.minutes(10))) func customResourcesAndWaiting() async throws {
        try await Kubectl.withCluster { kubectl in
            _ = try await kubectl("apply", "-f", "-", input: APILifeTests.definition)
            #expect(try await kubectl("wait", "--for=condition=Established", "crd/birds.zoo.example", "--timeout=20s").status == 0)
            let bird = "---\n{apiVersion: zoo.example/v1, kind: Bird, metadata: {name: b}, spec: {color: red}}"
            #expect(try await kubectl("apply", "-f", "-", input: bird).text == "bird.zoo.example/b created\n")
            #expect(try await kubectl("get", "bd").text == "NAME   COLOR\nb      red\n")
            #expect(try await kubectl("get", "birds", "b", "-o", "jsonpath={.spec.count}").text == "3")
        }
    }
}

struct Kubectl: Sendable {
    /// Told, for another version than the one on PATH.
    static let path = Subprocess.environment["MARTLET_KUBECTL"] ?? Subprocess.find("kubectl")
    let configuration: String
    let home: TemporaryFolder

    /// Runs kubectl to its end; any status is an answer.
    func callAsFunction(_ arguments: String..., input: String = "") async throws -> Subprocess.Output {
        try await Subprocess.run(
            Kubectl.path ?? "kubectl", arguments,
            environment: ["KUBECONFIG": configuration, "HOME": home.path, "PATH": "/usr/local/bin:/usr/bin:/bin"],
            input: Array(input.utf8), timeout: .seconds(90))
    }

    /// A cluster with one quick node, on a port of its own, for one test.
    static func withCluster(_ body: (Kubectl) async throws -> Void) async throws {
        var options = EmbeddedCluster.Options()
        options.port = 0
        options.nodes = NodeOptions(count: 1, startDelay: .milliseconds(20), readyDelay: .milliseconds(20), stopDelay: .milliseconds(20))
        let cluster = EmbeddedCluster(options: options, random: RandomSource(seed: 3), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let home = try TemporaryFolder("kubectl")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await cluster.run() }
            try await cluster.ready()
            let file = try home.write("kubeconfig", Array(cluster.kubeconfig().utf8))
            try await body(Kubectl(configuration: file, home: home))
            group.cancelAll()
        }
    }
}

/// What kubectl's own create commands make; from 1.32 on they send protobuf.
extension KubectlTests {
    @Test(.timeLimit(.minutes(10))) func imperativeCommands() async throws {
        try await Kubectl.withCluster { kubectl in
            #expect(try await kubectl("create", "namespace", "shop").text == "namespace/shop created\n")
            _ = try await kubectl("create", "configmap", "c", "--from-literal=a=b")
            #expect(try await kubectl("get", "configmap", "c", "-o", "jsonpath={.data.a}").text == "b")
            _ = try await kubectl("create", "secret", "generic", "s", "--from-literal=a=hello")
            #expect(try await kubectl("get", "secret", "s", "-o", "jsonpath={.data.a} {.type}").text == "aGVsbG8= Opaque")
            _ = try await kubectl("create", "deployment", "web", "--image=nginx:1", "--port=80", "--replicas=2")
            #expect(
                try await kubectl("get", "deployment", "web", "-o", "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}").text
                    == "2 80")
            _ = try await kubectl("create", "service", "nodeport", "web", "--tcp=80:8080")
            #expect(try await kubectl("get", "service", "web", "-o", "jsonpath={.spec.ports[0].targetPort} {.spec.type}").text == "8080 NodePort")
            _ = try await kubectl("create", "role", "r", "--verb=get,list", "--resource=pods")
            #expect(try await kubectl("get", "role", "r", "-o", "jsonpath={.rules[0].verbs}").text == "[\"get\",\"list\"]")
            _ = try await kubectl("create", "rolebinding", "b", "--role=r", "--serviceaccount=default:default")
            #expect(try await kubectl("get", "rolebinding", "b", "-o", "jsonpath={.subjects[0].name}").text == "default")
            _ = try await kubectl("create", "ingress", "i", "--rule=a.example/x*=web:80")
            #expect(
                try await kubectl("get", "ingress", "i", "-o", "jsonpath={.spec.rules[0].http.paths[0].backend.service.port.number}").text == "80")
            _ = try await kubectl("create", "job", "j", "--image=busybox")
            #expect(try await kubectl("auth", "can-i", "get", "pods").text == "yes\n")
        }
    }
}
