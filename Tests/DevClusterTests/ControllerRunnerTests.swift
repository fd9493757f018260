import Basics
import Cluster
import Document
import HTTP
import Kubernetes
import Logging
import Testing

@testable import DevCluster

/// An API server that writes down what it is asked, and may refuse.
private final class Recorder: HTTPTransport {
    private let server: APIServer
    private let log = Locked<[HTTPRequest]>([])
    private let refuse: @Sendable (HTTPRequest, Int) -> Int?

    /// - Parameter refuse: a status to answer instead, by request and how many there were before.
    init(_ server: APIServer, refuse: @escaping @Sendable (HTTPRequest, Int) -> Int? = { _, _ in nil }) {
        self.server = server
        self.refuse = refuse
    }

    var requests: [HTTPRequest] { log.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let count = log.withLock { log in
            log.append(request)
            return log.filter { $0.method == request.method && $0.url == request.url }.count
        }
        if let status = refuse(request, count) {
            return HTTPResponse(status: status, body: HTTPBody(Array(#"{"kind":"Status","code":\#(status),"reason":"Forbidden","message":"not now"}"#.utf8)))
        }
        return try await server.send(request)
    }
}

extension ClusterScenarios {
    /// The runner, by the requests it makes.
    @Suite struct ControllerRunnerTests {
        private func run(
            _ controllers: [any Controller], refuse: @escaping @Sendable (HTTPRequest, Int) -> Int? = { _, _ in nil },
            _ body: (ClusterClient, Recorder) async throws -> Void
        ) async throws {
            let time = AcceleratedTime(), random = RandomSource(seed: 1)
            let server = APIServer(time: time, random: random)
            let recorder = Recorder(server, refuse: refuse)
            func client(_ transport: any HTTPTransport) -> ClusterClient {
                ClusterClient(configuration: ClusterConfiguration(server: "http://test"), transport: transport, time: time, random: random)
            }
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let runner = ControllerRunner(client: client(recorder), controllers: controllers, time: time, random: random, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await runner.run() }
                try await body(client(server), recorder)
                group.cancelAll()
            }
        }

        private func create(_ yaml: String, _ client: ClusterClient) async throws {
            var object = try #require(Object(try YAML.parse(yaml)))
            object.namespace = "default"
            _ = try await client.create(try await client.resource(for: object.gvk), object)
        }

        private func wait(_ what: () async throws -> Bool) async throws {
            for _ in 0..<15_000 {
                if try await what() { return }
                try await Task.sleep(for: .milliseconds(4))
            }
            Issue.record("waited in vain")
        }

        /// A Deployment's status takes its annotations along: the revision that was just patched must not be undone.
        @Test func aStatusStandsOnWhatWasWrittenBefore() async throws {
            try await run([DeploymentController()]) { client, recorder in
                try await create(Scenario.deployment(), client)
                let path = "/deployments/web"
                try await wait { recorder.requests.contains { $0.method == "PUT" && $0.url.contains("\(path)/status") } }
                let methods = recorder.requests.filter { $0.url.contains(path) && $0.method != "GET" }.map(\.method)
                #expect(methods.first == "PATCH")
                for request in recorder.requests where request.method == "PUT" && request.url.contains(path) {
                    let body = try #require(Object(try JSON.parse(request.body ?? [])))
                    #expect(body.annotation("deployment.kubernetes.io/revision") == "1")
                }
            }
        }

        /// What the server refuses is told in the status, tried again, and taken back when it goes through.
        @Test func aRefusalIsToldAndTriedAgain() async throws {
            try await run([ReplicaSetController()], refuse: { request, count in
                request.method == "POST" && request.url.contains("/pods") && count <= 2 ? 403 : nil
            }) { client, recorder in
                try await create(
                    """
                    apiVersion: apps/v1
                    kind: ReplicaSet
                    metadata: {name: web}
                    spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}}
                    """, client)
                let sets = try await client.resource(for: .replicaSet)
                try await wait {
                    let set = try await client.get(sets, namespace: "default", name: "web")
                    return set.int("status", "replicas") == 1 && set.condition("ReplicaFailure") == nil
                }
                let told = recorder.requests.filter { $0.method == "PUT" && String(decoding: $0.body ?? [], as: UTF8.self).contains("ReplicaFailure") }
                #expect(!told.isEmpty)
                #expect(recorder.requests.filter { $0.method == "POST" && $0.url.contains("/pods") }.count == 3)
            }
        }

        /// Each write is seen at once: no pod is made twice because the watch is late.
        @Test func nothingIsMadeTwice() async throws {
            try await run([ReplicaSetController()]) { client, recorder in
                for index in 0..<5 {
                    try await create(
                        """
                        apiVersion: apps/v1
                        kind: ReplicaSet
                        metadata: {name: web-\(index)}
                        spec: {replicas: 20, selector: {matchLabels: {app: web-\(index)}}, template: {metadata: {labels: {app: web-\(index)}}, spec: {containers: [{name: web, image: "web:1"}]}}}
                        """, client)
                }
                let pods = try await client.resource(for: .pod)
                try await wait { try await client.list(pods).items.count >= 100 }
                try await Task.sleep(for: .milliseconds(30))
                #expect(try await client.list(pods).items.count == 100)
                #expect(recorder.requests.filter { $0.method == "POST" }.count == 100)
                #expect(!recorder.requests.contains { $0.method == "DELETE" })
            }
        }
    }
}
