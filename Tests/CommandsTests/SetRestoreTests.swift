import Basics
import Cluster
import Delivery
import Document
import Kubernetes
import Rollout
import Scenarios
import TestKit
import Testing

@testable import Commands

/// A rollout of a StatefulSet or DaemonSet whose daemon is gone is given back, on a whole cluster.
@Suite(.timeLimit(.minutes(10))) struct SetRestoreTests {
    private func manifests(_ kind: String, version: Int) -> TestRepository.Change {
        let own = kind == "StatefulSet" ? "serviceName: store, replicas: 2, " : ""
        return .text(
            """
            {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
            ---
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: store, namespace: shop, annotations: {martlet.dev/strategy: ramped, martlet.dev/steps: "50% 1h"}}
            spec: {\(own)selector: {matchLabels: {app: store}}, template: {metadata: {labels: {app: store}}, spec: {
              terminationGracePeriodSeconds: 1, containers: [{name: store, image: "example/store:\(version)"}]}}}

            """)
    }

    @Test(arguments: ["StatefulSet", "DaemonSet"]) func withoutADaemon(_ kind: String) async throws {
        var times = RolloutTimes()
        (times.floor, times.drain, times.tick) = (.milliseconds(300), .milliseconds(300), .seconds(1))
        try await EmbeddedWorld.run(times: times) { embedded in
            let world = embedded.world
            let first = try await world.repository.commit("Version 1", ["shop.yaml": manifests(kind, version: 1)])
            try await world.operator.start()
            try await world.settled("shop", at: first)
            _ = try await world.repository.commit("Version 2", ["shop.yaml": manifests(kind, version: 2)])
            try await world.operator.notify()
            try await world.eventually("the first step") {
                let live = try await world.object("apps/v1", kind, "shop", "store")
                let state = live?.annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
                return state?.phase == .analysing ? true : nil
            }
            await world.operator.kill()
            let visit = RolloutVisit(client: world.client, namespace: World.namespace, time: SystemTime(), random: RandomSource(seed: 5))
            var restorer = RolloutRestorer(visit: visit, isForced: false, limit: .seconds(60)) { _ in }
            restorer.drain = .milliseconds(20)
            try await restorer.restore(ObjectKey(group: "apps", kind: kind, namespace: "shop", name: "store"))
            let live = try #require(try await world.object("apps/v1", kind, "shop", "store"))
            #expect(live.annotation(MartletAnnotations.rollout) == nil)
            let strategy = live.value[path: "spec", "updateStrategy"]
            #expect(strategy?["type"] == "RollingUpdate")
            #expect(strategy?[path: "rollingUpdate", "partition"]?.int ?? 0 == 0)
            #expect(live.value[path: "spec", "template", "spec", "containers"]?[0]?["image"] == "example/store:1")
            try await world.eventually("version 1 on all pods") {
                let pods = try await world.client.list(try await world.resource("v1", "Pod"), namespace: "shop").items
                let images = Set(pods.map { $0.value[path: "spec", "containers"]?[0]?["image"]?.string ?? "" })
                return images == ["example/store:1"] ? true : nil
            }
        }
    }
}
