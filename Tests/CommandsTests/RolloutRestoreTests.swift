import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Rollout
import TestKit
import Testing

@testable import Commands

/// A rollout whose daemon is gone is given back, on a whole cluster.
@Suite(.timeLimit(.minutes(10))) struct RolloutRestoreTests {
    private func isGivenBack(_ stage: RolloutStage) async throws {
        let deployment = try await stage.candidate.deployment()
        #expect(deployment.value[path: "spec", "paused"]?.bool != true)
        #expect(deployment.value[path: "spec", "strategy"] == ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": "25%", "maxUnavailable": "25%"]])
        #expect(deployment.annotation(MartletAnnotations.rollout) == nil && deployment.annotation(MartletAnnotations.rolloutRequest) == nil)
    }

    @Test func withRoutes() async throws {
        try await RolloutStage.run { stage in
            let before = try await stage.begin(replicas: 3, next: 1)
            let hash = try #require(try await stage.state()?.stableHash)
            try await stage.defineRoutes()
            try await stage.apply(
                """
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web, pod-template-hash: \(hash)}, ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web--stable, namespace: shop, labels: {martlet.dev/arm-of: web}}, spec: {selector: {app: web, pod-template-hash: \(hash)}, ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: web--next, namespace: shop, labels: {martlet.dev/arm-of: web}}, spec: {selector: {app: web, pod-template-hash: candidate1}, ports: [{port: 80}]}}
                ---
                {apiVersion: v1, kind: Service, metadata: {name: other, namespace: shop}, spec: {selector: {app: other, pod-template-hash: x}, ports: [{port: 80}]}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: web, namespace: shop}
                spec:
                  parentRefs: [{name: gateway}]
                  rules:
                  - matches: [{path: {type: PathPrefix, value: /}}]
                    backendRefs: [{name: web--stable, port: 80, weight: 75}, {name: web--next, port: 80, weight: 25}]
                """)
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
            #expect(try await stage.candidate.pods("web:1") == before, "no pod of the stable version was touched")
            #expect(try await stage.candidate.sets().map(\.name).contains("web-candidate1") == false)
            #expect(try await stage.object("", "Service", "web")?.value[path: "spec", "selector"] == ["app": "web"])
            #expect(try await stage.object("", "Service", "other")?.value[path: "spec", "selector", "pod-template-hash"] == "x")
            for arm in ["web--stable", "web--next"] { #expect(try await stage.object("", "Service", arm) == nil) }
            let rule = try await stage.object("gateway.networking.k8s.io", "HTTPRoute", "web")?.value[path: "spec", "rules"]?[0]
            #expect(rule == ["matches": [["path": ["type": "PathPrefix", "value": "/"]]], "backendRefs": [["name": "web", "port": 80]]])
            // Traffic first, pods after it, the Deployment last.
            let told = stage.told.withLock { $0 }
            #expect(
                told == [
                    "HTTPRoute \"web\" to the user's own Services", "requests under way come to their end", "the new version's pods go",
                    "the Deployment is its own controller's again", "Service \"web\" to all pods",
                    "Service \"web--next\", Service \"web--stable\" are deleted", "the rollout is forgotten",
                ], "\(told)")
            // Again: there is nothing to do.
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            #expect(stage.told.withLock { $0.count } == told.count)
            try await stage.candidate.apply(stage.candidate.manifest("web:3", replicas: 3))
            try await stage.candidate.rolledOut("web:3")
        }
    }

    /// Blue-green after its switch, with a stable set that was made smaller meanwhile.
    @Test func afterTheSwitchOfASelector() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 2, next: 2)
            let stable = try #require(try await stage.state()?.stableHash)
            try await stage.candidate.scale("web-\(stable)", to: 1)
            try await stage.apply(
                "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web, pod-template-hash: candidate1}, ports: [{port: 80}]}}")
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
            #expect(try await stage.object("", "Service", "web")?.value[path: "spec", "selector"] == ["app": "web"])
            let told = stage.told.withLock { $0.filter { !$0.contains(" of 2 pods") } }
            #expect(
                told == [
                    "the stable version gets all its 2 pods", "Service \"web\" to the stable version", "requests under way come to their end",
                    "the new version's pods go", "the Deployment is its own controller's again", "Service \"web\" to all pods", "the rollout is forgotten",
                ], "\(told)")
            try await stage.candidate.rolledOut("web:1")
        }
    }

    /// The Deployment states the new version already: it is kept, with the pods that were tried.
    @Test func inTheMiddleOfAPromotion() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 2, next: 2, phase: .promoting)
            let pods = try await stage.candidate.pods("web:2")
            try await stage.candidate.apply(stage.candidate.manifest("web:2", replicas: 2, held: true))
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
            try await stage.candidate.rolledOut("web:2")
            #expect(try await stage.candidate.pods("web:2") == pods)
        }
    }

    /// After a rejection, and with a state that nobody can read.
    @Test func whatIsLeftOfARollout() async throws {
        try await RolloutStage.run { stage in
            try await stage.candidate.deploy("web:1", replicas: 1)
            var state = RolloutState(
                id: "01K", phase: .rejected, since: SystemTime().now, template: "t", stableHash: "a", candidateHash: "b", revision: "main@1", size: 1)
            state.reason = "it was worse"
            try await stage.write(state)
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
            #expect(stage.told.withLock { $0 } == ["the rollout is forgotten"])

            try await stage.candidate.pause()
            try await stage.candidate.patch(["metadata": ["annotations": .mapping([MartletAnnotations.rollout: "{"])]])
            #expect(try await stage.visit.desk.underWay(namespace: nil).map(\.name) == ["web"])
            try await stage.restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
            #expect(try await stage.visit.desk.underWay(namespace: "shop").isEmpty)
        }
    }

    /// Pods that do not get ready are waited for, unless somebody says not to.
    @Test func aStableVersionThatIsNotWell() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 2, next: 1)
            // Whoever pulled the old image's plug: new pods of the stable version do not get ready.
            let stable = try #require(try await stage.state()?.stableHash)
            _ = try await stage.client.patch(
                stage.candidate.replicaSets(), namespace: "shop", name: "web-\(stable)",
                ["spec": ["template": ["metadata": ["annotations": ["sim.martlet.dev/never-ready": "true"]]]]])
            try await stage.candidate.patch(["spec": ["replicas": 3]])
            var restorer = stage.restorer
            restorer.limit = .milliseconds(10)
            let error = await #expect(throws: WorkloadFailure.self) { try await restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")) }
            #expect(error?.exitCode == 2 && error?.description.contains("pods of the stable version are ready; --force does not wait for it") == true)
            restorer.isForced = true
            try await restorer.restore(ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            try await isGivenBack(stage)
        }
    }
}
