import Document
import HTTP
import Kubernetes
import Testing

@testable import DevCluster

private let configMaps = "/api/v1/namespaces/default/configmaps"
private let deployments = "/apis/apps/v1/namespaces/default/deployments"

@Suite struct APIObjectTests {
    @Test func aNewObjectGetsItsIdentity() async throws {
        let cluster = APITestServer()
        let made = try await cluster.create(configMaps, Manifest.configMap("a"))
        #expect(made.status == 201)
        let object = try #require(Object(made.value))
        #expect(object.namespace == "default")
        #expect(object.uid.utf8.count == 36)
        #expect(object.value[path: "metadata", "creationTimestamp"] == "2026-01-02T03:04:05Z")
        #expect(Int(object.resourceVersion) != nil)
        let again = try await cluster.create(configMaps, Manifest.configMap("a"))
        #expect(again.status == 409)
        #expect(again.message == "configmaps \"a\" already exists")
        let read = try await cluster.get(configMaps + "/a")
        #expect(read.value == made.value)
    }

    @Test func generatedNamesDifferAndRunsRepeat() async throws {
        var names: [[String]] = []
        for _ in 0..<2 {
            let cluster = APITestServer()
            var made: [String] = []
            for _ in 0..<3 {
                let answer = try await cluster.create(configMaps, "{metadata: {generateName: x-}}")
                made.append(answer.value[path: "metadata", "name"]?.string ?? "")
            }
            #expect(Set(made).count == 3)
            #expect(made.allSatisfy { $0.hasPrefix("x-") && $0.count == 7 })
            names.append(made)
        }
        #expect(names[0] == names[1])
    }

    @Test func aWriteWithAnOldVersionConflicts() async throws {
        let cluster = APITestServer()
        let made = try await cluster.create(configMaps, Manifest.configMap("a"))
        var changed = made.value
        changed[path: "data", "a"] = "c"
        #expect(try await cluster.send("PUT", configMaps + "/a", changed).status == 200)
        let stale = try await cluster.send("PUT", configMaps + "/a", changed)
        #expect(stale.status == 409)
        #expect(
            stale.message
                == "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    @Test func aWriteThatChangesNothingIsNoWrite() async throws {
        let cluster = APITestServer()
        let made = try await cluster.create(deployments, Manifest.deployment())
        cluster.time.advance(.seconds(10))
        let again = try await cluster.merge(deployments + "/web", ["spec": ["replicas": 2]])
        #expect(again.value == made.value)
    }

    @Test func generationCountsChangesOfTheSpecOnly() async throws {
        let cluster = APITestServer()
        try await cluster.create(deployments, Manifest.deployment())
        func generation(_ answer: Answer) -> Int64? { answer.value[path: "metadata", "generation"]?.int }
        #expect(generation(try await cluster.merge(deployments + "/web", ["metadata": ["labels": ["x": "y"]]])) == 1)
        #expect(generation(try await cluster.merge(deployments + "/web", ["spec": ["replicas": 3]])) == 2)
        #expect(generation(try await cluster.merge(deployments + "/web/status", ["status": ["replicas": 3]])) == 2)
    }

    @Test func statusAndSpecKeepApart() async throws {
        let cluster = APITestServer()
        try await cluster.create(deployments, Manifest.deployment())
        let main = try await cluster.merge(deployments + "/web", ["spec": ["replicas": 3], "status": ["replicas": 9]])
        #expect(main.value["status"] == [:])
        let status = try await cluster.merge(deployments + "/web/status", ["spec": ["replicas": 9], "status": ["replicas": 3]])
        #expect(status.value[path: "spec", "replicas"] == 3)
        #expect(status.value[path: "status", "replicas"] == 3)
    }

    @Test func dryRunLeavesNothing() async throws {
        let cluster = APITestServer()
        let made = try await cluster.create(deployments, Manifest.deployment(), query: "?dryRun=All")
        #expect(made.status == 201)
        #expect(made.value[path: "spec", "revisionHistoryLimit"] == 10)
        #expect(try await cluster.get(deployments + "/web").status == 404)
        try await cluster.create(deployments, Manifest.deployment())
        let patched = try await cluster.merge(deployments + "/web", ["spec": ["replicas": 7]], query: "?dryRun=All")
        #expect(patched.value[path: "spec", "replicas"] == 7)
        #expect(try await cluster.get(deployments + "/web").value[path: "spec", "replicas"] == 2)
        #expect(try await cluster.send("DELETE", deployments + "/web?dryRun=All").status == 200)
        #expect(try await cluster.get(deployments + "/web").status == 200)
        let services = "/api/v1/namespaces/default/services"
        let dry = try await cluster.create(services, "{metadata: {name: s}, spec: {ports: [{port: 80}]}}", query: "?dryRun=All")
        let real = try await cluster.create(services, "{metadata: {name: s}, spec: {ports: [{port: 80}]}}")
        #expect(dry.value[path: "spec", "clusterIP"] == real.value[path: "spec", "clusterIP"])
    }

    @Test func deletingTakesPreconditions() async throws {
        let cluster = APITestServer()
        let made = try await cluster.create(configMaps, Manifest.configMap("a"))
        let uid = made.value[path: "metadata", "uid"] ?? ""
        let wrong = try await cluster.send("DELETE", configMaps + "/a", ["preconditions": ["uid": "other"]])
        #expect(wrong.status == 409)
        #expect(wrong.message.hasPrefix("Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (other)"))
        let right = try await cluster.send("DELETE", configMaps + "/a", ["preconditions": ["uid": uid]])
        #expect(right.value["status"] == "Success")
        #expect(try await cluster.get(configMaps + "/a").message == "configmaps \"a\" not found")
    }

    @Test func finalizersHoldAnObject() async throws {
        let cluster = APITestServer()
        try await cluster.create(configMaps, "{metadata: {name: a, finalizers: [x.io/y]}}")
        let marked = try await cluster.send("DELETE", configMaps + "/a")
        #expect(marked.value[path: "metadata", "deletionTimestamp"] == "2026-01-02T03:04:05Z")
        #expect(try await cluster.get(configMaps + "/a").status == 200)
        #expect(try await cluster.merge(configMaps + "/a", ["metadata": ["finalizers": nil]]).status == 200)
        #expect(try await cluster.get(configMaps + "/a").status == 404)
    }

    @Test func aPodOnANodeEndsWhenItsNodeSaysSo() async throws {
        let cluster = APITestServer()
        let pods = "/api/v1/namespaces/default/pods"
        let spec = "spec: {containers: [{name: c, image: x}], nodeName: node}"
        try await cluster.create(pods, "{metadata: {name: p}, \(spec)}")
        let marked = try await cluster.send("DELETE", pods + "/p")
        #expect(marked.value[path: "metadata", "deletionTimestamp"] == "2026-01-02T03:04:35Z")
        #expect(marked.value[path: "metadata", "deletionGracePeriodSeconds"] == 30)
        #expect(try await cluster.get(pods + "/p").status == 200)
        #expect(try await cluster.send("DELETE", pods + "/p", ["gracePeriodSeconds": 0]).status == 200)
        #expect(try await cluster.get(pods + "/p").status == 404)
        try await cluster.create(pods, "{metadata: {name: q}, spec: {containers: [{name: c, image: x}]}}")
        #expect(try await cluster.send("DELETE", pods + "/q").status == 200)
        #expect(try await cluster.get(pods + "/q").status == 404)
    }

    @Test func pagesOfAListAreOneMoment() async throws {
        let cluster = APITestServer()
        for name in ["a", "b", "c", "d", "e"] { try await cluster.create(configMaps, Manifest.configMap(name)) }
        func names(_ answer: Answer) -> [String] { (answer.value["items"]?.sequence ?? []).compactMap { $0[path: "metadata", "name"]?.string } }
        let first = try await cluster.get(configMaps + "?limit=2")
        #expect(names(first) == ["a", "b"])
        #expect(first.value[path: "metadata", "remainingItemCount"] == 3)
        _ = try await cluster.send("DELETE", configMaps + "/c")
        try await cluster.create(configMaps, Manifest.configMap("bb"))
        let token = percentEncodedToken(first)
        let second = try await cluster.get(configMaps + "?limit=2&continue=\(token)")
        #expect(names(second) == ["c", "d"])
        let third = try await cluster.get(configMaps + "?limit=2&continue=\(percentEncodedToken(second))")
        #expect(names(third) == ["e"])
        #expect(third.value[path: "metadata", "continue"] == nil)
        #expect(third.value[path: "metadata", "resourceVersion"] == first.value[path: "metadata", "resourceVersion"])
        cluster.server.compact()
        try await cluster.create(configMaps, Manifest.configMap("z"))
        cluster.server.compact()
        let expired = try await cluster.get(configMaps + "?limit=2&continue=\(token)")
        #expect(expired.status == 410)
        #expect(expired.reason == "Expired")
    }

    private func percentEncodedToken(_ answer: Answer) -> String {
        (answer.value[path: "metadata", "continue"]?.string ?? "").replacing("~", with: "%7E")
    }

    @Test(arguments: [
        ("?labelSelector=app%3Da", ["a"]), ("?labelSelector=app+in+(a,b)", ["a", "b"]), ("?labelSelector=!app", ["c"]),
        ("?fieldSelector=metadata.name%3Db", ["b"]), ("?fieldSelector=metadata.name!%3Db", ["a", "c"]),
    ])
    func selectors(query: String, expected: [String]) async throws {
        let cluster = APITestServer()
        for (name, labels) in [("a", "{app: a}"), ("b", "{app: b}"), ("c", "{}")] {
            try await cluster.create(configMaps, "{metadata: {name: \(name), labels: \(labels)}}")
        }
        let list = try await cluster.get(configMaps + query)
        let names = (list.value["items"]?.sequence ?? []).compactMap { $0[path: "metadata", "name"]?.string }
        #expect(names == expected)
    }

    @Test func unknownFieldsByFieldValidation() async throws {
        let cluster = APITestServer()
        let yaml = Manifest.deployment().replacing("replicas: 2", with: "repicas: 2")
        let strict = try await cluster.create(deployments, yaml, query: "?fieldValidation=Strict")
        #expect(strict.status == 400)
        #expect(
            strict.message
                == "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"spec.repicas\"")
        let warned = try await cluster.create(deployments, yaml)
        #expect(warned.status == 201)
        #expect(warned.headers["Warning"] == "299 - \"unknown field \\\"spec.repicas\\\"\"")
        #expect(warned.value[path: "spec", "repicas"] == nil)
    }

    @Test func wrongTypesAreGoErrors() async throws {
        let cluster = APITestServer()
        let answer = try await cluster.create(deployments, Manifest.deployment().replacing("replicas: 2", with: "replicas: two"))
        #expect(answer.status == 400)
        #expect(
            answer.message
                == "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"
        )
    }

    @Test(arguments: [
        ("GET", "/apis/extensions/v1beta1/namespaces/default/deployments", 404),
        ("GET", "/apis/apps/v2/namespaces/default/deployments", 404), ("GET", "/nowhere", 404), ("GET", "/healthz", 200),
        ("GET", "/version", 200), ("GET", "/api/v1/namespaces/nope", 404), ("POST", "/api/v1/namespaces/default/configmaps/x", 405),
        ("DELETE", "/api/v1/namespaces/kube-system", 403),
    ])
    func statusCodes(method: String, path: String, status: Int) async throws {
        #expect(try await APITestServer().send(method, path).status == status)
    }

    @Test func faultsAreInjected() async throws {
        let cluster = APITestServer()
        cluster.server.inject { $0.method == "POST" ? .answer(status: 429, reason: "TooManyRequests", message: "slow down", retryAfterSeconds: 3) : nil }
        let refused = try await cluster.create(configMaps, Manifest.configMap("a"))
        #expect(refused.status == 429)
        #expect(refused.headers["Retry-After"] == "3")
        cluster.server.inject { _ in .disconnect }
        await #expect(throws: HTTPError.self) { try await cluster.get(configMaps) }
        cluster.server.inject(nil)
        #expect(try await cluster.create(configMaps, Manifest.configMap("a")).status == 201)
    }
}
