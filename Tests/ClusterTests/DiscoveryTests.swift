import Basics
import Document
import HTTP
import Kubernetes
import TestKit
import Testing

@testable import Cluster

private let core = #"""
    {"kind":"APIResourceList","groupVersion":"v1","resources":[
     {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["get","list"],"shortNames":["po"],"categories":["all"]},
     {"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]},
     {"name":"pods/eviction","namespaced":true,"group":"policy","version":"v1","kind":"Eviction","verbs":["create"]},
     {"name":"namespaces","namespaced":false,"kind":"Namespace","verbs":["get"]}]}
    """#

private let groups = #"""
    {"kind":"APIGroupList","groups":[
     {"name":"autoscaling","versions":[{"groupVersion":"autoscaling/v2beta2","version":"v2beta2"},{"groupVersion":"autoscaling/v1","version":"v1"}],
      "preferredVersion":{"groupVersion":"autoscaling/v1","version":"v1"}},
     {"name":"metrics.k8s.io","versions":[{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}],
      "preferredVersion":{"groupVersion":"metrics.k8s.io/v1beta1","version":"v1beta1"}}]}
    """#

private func scalers(_ version: String) -> String {
    #"{"kind":"APIResourceList","groupVersion":"autoscaling/\#(version)","resources":[{"name":"horizontalpodautoscalers","namespaced":true,"kind":"HorizontalPodAutoscaler","verbs":["get"]}]}"#
}

private let aggregatedAPIs = #"""
    {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
     {"metadata":{"name":"apps"},"versions":[{"version":"v1","freshness":"Current","resources":[
       {"resource":"deployments","responseKind":{"group":"apps","version":"v1","kind":"Deployment"},"scope":"Namespaced",
        "singularResource":"deployment","verbs":["get","list","watch"],"shortNames":["deploy"],"categories":["all"],
        "subresources":[{"subresource":"scale","verbs":["get"]},{"subresource":"status","verbs":["get"]}]}]}]},
     {"metadata":{"name":"example.com"},"versions":[
       {"version":"v2","freshness":"Current","resources":[{"resource":"foos","responseKind":{"kind":"Foo"},"scope":"Cluster","verbs":["get"]}]},
       {"version":"v1","freshness":"Current","resources":[{"resource":"foos","responseKind":{"kind":"Foo"},"scope":"Cluster","verbs":["get"]},
         {"resource":"ghosts","responseKind":{"kind":""},"verbs":[]}]}]},
     {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}
    """#

private func server(_ answers: [String: HTTPResponse]) -> ScriptedTransport {
    ScriptedTransport { request, _ in
        answers[String(request.url.dropFirst("https://cluster".count))] ?? .status(404, "NotFound")
    }
}

@Suite(.timeLimit(.minutes(10))) struct DiscoveryTests {
    private let podMetrics = GroupVersionKind(group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics")

    private func old(metrics: HTTPResponse = .status(503, "ServiceUnavailable", message: "no endpoints")) -> ScriptedTransport {
        server([
            "/api": .json(#"{"kind":"APIVersions","versions":["v1"]}"#), "/api/v1": .json(core), "/apis": .json(groups),
            "/apis/autoscaling/v1": .json(scalers("v1")), "/apis/autoscaling/v2beta2": .json(scalers("v2beta2")),
            "/apis/metrics.k8s.io/v1beta1": metrics,
        ])
    }

    /// An answer that was on its way when the kinds changed is none about the new ones, though it comes later.
    @Test func anAnswerIsOfTheTimeItWasAskedFor() async throws {
        let (asked, mayAnswer) = (Locked(0), Locked(false))
        let transport = ScriptedTransport { request, _ in
            guard request.url.hasSuffix("/apis") else { return .json(#"{"kind":"APIVersions","versions":[]}"#) }
            let number = asked.withLock { $0 += 1; return $0 }
            while number == 1, !mayAnswer.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(2)) }
            return number == 1 ? .json(#"{"kind":"APIGroupDiscoveryList","items":[]}"#) : .json(aggregatedAPIs)
        }
        let client = ClusterClient(
            configuration: ClusterConfiguration(server: "https://cluster"), transport: transport, time: SystemTime(), random: RandomSource(seed: 1))
        async let old = client.resources()
        while asked.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(2)) }
        async let new = client.resources(refresh: true)
        try await Task.sleep(for: .milliseconds(20))
        mayAnswer.withLock { $0 = true }
        #expect(try await old.isEmpty)
        #expect(try await new.contains { $0.name == "deployments" })
        #expect(asked.withLock { $0 } == 2)
    }

    @Test func aServerWithoutAggregatedDiscovery() async throws {
        let time = VirtualTime()
        let transport = old()
        let client = client(transport, time: time)
        let asked = Task { try await client.resources() }
        _ = await time.run { transport.requests.count >= 7 }
        let resources = try await asked.value
        #expect(resources.map(\.gvk.description) == [
            "v1 Pod", "v1 Namespace", "autoscaling/v1 HorizontalPodAutoscaler", "autoscaling/v2beta2 HorizontalPodAutoscaler",
        ])
        let pods = try #require(resources.first)
        #expect(pods.subresources == ["log", "eviction"])
        #expect(pods.shortNames == ["po"])
        #expect(pods.isNamespaced)
        #expect(resources.dropFirst().first?.isNamespaced == false)
        let scaler = try await client.resource(for: GroupKind(group: "autoscaling", kind: "HorizontalPodAutoscaler"))
        #expect(scaler.gvk.version == "v1", "the preferred version, not the first")
        // The broken aggregated API hides its own group only, and is not taken for empty.
        #expect(Array(client.discoveryFailures.keys) == ["metrics.k8s.io/v1beta1"])
        let error = await failure { () async throws(ClusterError) in try await client.resource(for: podMetrics) }
        #expect(error?.reason.rawValue == "ServiceUnavailable")
        #expect(error?.isTransient == true)
        #expect(error?.message.contains("cannot tell if the cluster has kind \"PodMetrics\"") == true)
    }

    @Test func aServerWithAggregatedDiscovery() async throws {
        let transport = server([
            "/api": .json(#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[{"resource":"pods","responseKind":{"kind":"Pod"},"scope":"Namespaced","verbs":["get"]}]}]}]}"#),
            "/apis": .json(aggregatedAPIs),
        ])
        let client = client(transport)
        let resources = try await client.resources()
        #expect(resources.map(\.gvk.description) == ["v1 Pod", "apps/v1 Deployment", "example.com/v2 Foo", "example.com/v1 Foo"])
        #expect(transport.requests.count == 2)
        #expect(transport.requests.first?.headers["Accept"]?.hasPrefix("application/json;g=apidiscovery.k8s.io;v=v2;") == true)
        let deployments = try await client.resource(for: GroupKind(group: "apps", kind: "Deployment"))
        #expect(deployments.subresources == ["scale", "status"])
        #expect(deployments.path(namespace: "shop", name: "x") == "/apis/apps/v1/namespaces/shop/deployments/x")
        #expect(try await client.resource(for: GroupKind(group: "example.com", kind: "Foo")).gvk.version == "v2")
        #expect(client.discoveryFailures.keys.contains("metrics.k8s.io/v1beta1"))
        #expect(transport.requests.count == 2, "what is known is not asked for again")
    }

    @Test func anUnknownKindIsAskedForAgainButNotAllTheTime() async throws {
        let time = VirtualTime()
        let hasFoo = Locked(false)
        let transport = ScriptedTransport { request, _ in
            guard request.url.hasSuffix("/apis") else { return .json(#"{"kind":"APIGroupDiscoveryList","items":[]}"#) }
            return .json(hasFoo.withLock { $0 } ? aggregatedAPIs : #"{"kind":"APIGroupDiscoveryList","items":[]}"#)
        }
        let client = client(transport, time: time)
        let foo = GroupVersionKind(group: "example.com", version: "v1", kind: "Foo")
        let first = await failure { () async throws(ClusterError) in try await client.resource(for: foo) }
        #expect(first?.reason == .unknownKind)
        #expect(first?.message == "the cluster has no kind \"Foo\" in \"example.com/v1\"; install its CustomResourceDefinition first")
        #expect(transport.requests.count == 2)
        hasFoo.withLock { $0 = true }
        _ = await failure { () async throws(ClusterError) in try await client.resource(for: foo) }
        #expect(transport.requests.count == 2, "asked a moment ago")
        await time.advance(by: .seconds(6))
        #expect(try await client.resource(for: foo).name == "foos")
        #expect(transport.requests.count == 4)
        let wrong = await failure { () async throws(ClusterError) in
            try await client.resource(for: GroupVersionKind(group: "example.com", version: "v3", kind: "Foo"))
        }
        #expect(wrong?.message.hasSuffix("; it is served as \"example.com/v2\", \"example.com/v1\"") == true)
        let misspelt = await failure { () async throws(ClusterError) in
            try await client.resource(for: GroupVersionKind(group: "apps", version: "v1", kind: "Deploymnet"))
        }
        #expect(misspelt?.message.hasSuffix("; did you mean \"Deployment\"") == true)
    }

    @Test func whatAGroupHeldIsKeptWhileItsServerIsAway() async throws {
        let isUp = Locked(true)
        let list = #"{"resources":[{"name":"pods","namespaced":true,"kind":"PodMetrics","verbs":["get"]}]}"#
        let healthy = old(metrics: .json(list)), broken = old(metrics: .status(404, "NotFound"))
        let transport = ScriptedTransport { request, _ in
            try await (isUp.withLock { $0 } ? healthy : broken).send(request)
        }
        let client = client(transport)
        #expect(try await client.resource(for: podMetrics).name == "pods")
        isUp.withLock { $0 = false }
        _ = try await client.resources(refresh: true)
        #expect(client.discoveryFailures.count == 1)
        #expect(try await client.resource(for: podMetrics).name == "pods")
    }

    @Test func manyAsksAreOneRequest() async throws {
        let transport = ScriptedTransport { request, _ in
            try await Task.sleep(for: .milliseconds(5))
            return .json(request.url.hasSuffix("/apis") ? aggregatedAPIs : #"{"kind":"APIGroupDiscoveryList","items":[]}"#)
        }
        let client = client(transport)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try await client.resources() } }
            try await group.waitForAll()
        }
        #expect(transport.requests.count == 2)
    }

    @Test func aServerThatIsAwayIsNotAServerWithoutKinds() async {
        let error = await failure { () async throws(ClusterError) in
            try await client(ScriptedTransport([.status(403, "Forbidden")])).resource(for: podMetrics)
        }
        #expect(error?.reason == .forbidden)
    }
}
