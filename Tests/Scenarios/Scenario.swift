internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes
internal import TestKit

/// What must hold on every cluster. Each scenario starts from the shop, applied and healthy.
package enum Scenario: String, CaseIterable, Sendable {
    case firstSync
    case webhook
    case poll
    case deletedFile
    case changedByHand
    case brokenYAML
    case unknownField
    case immutableChange
    case failingTemplate
    case unknownAnnotation
    case duplicateObject
    case strangeFiles
    case badApplicationFile
    case ignoredInGit
    case gitServerAway
    case heldDeletions
    case emptyRevision
    case killed
    case rewrittenBranch

    /// Runs to its end; throws where something does not hold.
    package func run(in world: World) async throws {
        let first = try await world.repository.commit("The shop", Shop.files)
        try await world.operator.start()
        try await world.settled("shop", at: first)
        try await world.settled("orders", at: first)
        switch self {
        case .firstSync: try await firstSync(world)
        case .webhook: try await webhook(world)
        case .poll: try await poll(world)
        case .deletedFile: try await deletedFile(world)
        case .changedByHand: try await changedByHand(world)
        case .brokenYAML: try await brokenYAML(world)
        case .unknownField: try await unknownField(world)
        case .immutableChange: try await immutableChange(world)
        case .failingTemplate: try await failingTemplate(world)
        case .unknownAnnotation: try await unknownAnnotation(world)
        case .duplicateObject: try await duplicateObject(world)
        case .strangeFiles: try await strangeFiles(world)
        case .badApplicationFile: try await badApplicationFile(world)
        case .ignoredInGit: try await ignoredInGit(world)
        case .gitServerAway: try await gitServerAway(world)
        case .heldDeletions: try await heldDeletions(world)
        case .emptyRevision: try await emptyRevision(world)
        case .killed: try await killed(world)
        case .rewrittenBranch: try await rewrittenBranch(world, first)
        }
        await world.operator.kill()
    }
}

extension Scenario {
    func commit(_ world: World, _ message: String, _ changes: [String: TestRepository.Change]) async throws -> ObjectID {
        let made = try await world.repository.commit(message, changes)
        try await world.operator.notify()
        return made
    }

    private func image(_ world: World, _ name: String) async throws -> String? {
        try await world.object("apps/v1", "Deployment", "shop", name)?
            .value[path: "spec", "template", "spec", "containers"]?[0]?["image"]?.string
    }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw ScenarioFailure(what()) }
    }

    private func firstSync(_ world: World) async throws {
        let state = try await world.endState()
        try expect(state.contains("deployment.apps/front-end -n shop replicas=2 front-end=example/front-end:1.0.0"), "\(state)")
        try expect(state.contains("deployment.apps/orders -n shop replicas=1 orders=example/orders:1.0.0"), "\(state)")
        try expect(state.count == 16, "\(state.count) objects: \(state)")
    }

    /// A commit that changes one image is applied soon after a webhook.
    private func webhook(_ world: World) async throws {
        // Two fetches of one source are at least this far apart.
        try await world.time.sleep(for: .seconds(5))
        let second = try await commit(world, "Front-end 1.1.0", ["front-end.yaml": .text(Shop.deployment("front-end", image: "example/front-end:1.1.0") + "---\n" + Shop.service("front-end"))])
        let before = world.time.elapsed
        let limit = Duration.seconds(10)
        try await world.eventually("the image to be applied", within: .seconds(30)) {
            try await image(world, "front-end") == "example/front-end:1.1.0" ? true : nil
        }
        let took = world.time.elapsed - before
        try expect(took < limit, "applied \(durationText(took)) after the webhook, not within \(durationText(limit))")
        try await world.settled("shop", at: second)
    }

    private func poll(_ world: World) async throws {
        let second = try await world.repository.commit("Carts 1.1.0", ["carts.yaml": .text(Shop.deployment("carts", image: "example/carts:1.1.0") + "---\n" + Shop.service("carts"))])
        try await world.settled("shop", at: second, within: .seconds(30))
        try expect(try await image(world, "carts") == "example/carts:1.1.0", "the old image is still there")
    }

    private func deletedFile(_ world: World) async throws {
        let second = try await commit(world, "No more carts", ["carts.yaml": .delete])
        try await world.settled("shop", at: second)
        try await world.eventually("carts to be gone") {
            let deployment = try await world.object("apps/v1", "Deployment", "shop", "carts")
            let service = try await world.object("v1", "Service", "shop", "carts")
            return deployment == nil && service == nil ? true : nil
        }
        try expect(try await image(world, "front-end") != nil, "front-end went too")
    }

    private func changedByHand(_ world: World) async throws {
        let deployments = try await world.resource("apps/v1", "Deployment")
        _ = try await world.client.patch(
            deployments, namespace: "shop", name: "front-end", ["spec": ["replicas": 5]], type: .merge, fieldManager: "kubectl-edit")
        try await world.eventually("the replicas to be put back") {
            try await world.object("apps/v1", "Deployment", "shop", "front-end")?.value[path: "spec", "replicas"]?.int == 2 ? true : nil
        }
        _ = try await world.client.delete(world.resource("v1", "Service"), namespace: "shop", name: "front-end")
        try await world.eventually("the service to be made again") { try await world.object("v1", "Service", "shop", "front-end") }
        try await world.eventually("synced and healthy") {
            let status = try await world.statuses()["shop"]
            return status?.sync == .synced && status?.health == .healthy ? true : nil
        }
    }

    /// The rest of the commit is applied, and the place of the mistake is told.
    private func broken(
        _ world: World, _ changes: [String: TestRepository.Change], application: String = "shop", place: String, says: String
    ) async throws {
        var changes = changes
        changes["configurations/0.yaml"] = .text(Shop.configuration("configuration-0", "second"))
        let before = try await world.endState()
        let second = try await commit(world, "A mistake", changes)
        let status = try await world.settled(application, at: second, what: "failed") { $0.sync == .failed }
        try expect(
            status.problems.contains { $0.place == place && ($0.message + $0.object).contains(says) },
            "expected \"\(place)\" and \"\(says)\" in: \(status.problems)")
        if application != "shop" { try await world.settled("shop", at: second) }
        try await world.eventually("the other change to be applied") {
            try await world.object("v1", "ConfigMap", "shop", "configuration-0")?.value[path: "data", "value"]?.string == "second" ? true : nil
        }
        let after = try await world.endState()
        try expect(after == before, "objects changed: \(before) → \(after)")
    }

    private func brokenYAML(_ world: World) async throws {
        try await broken(
            world, ["carts.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: carts\n   namespace: shop\n"],
            place: "carts.yaml:5", says: "not allowed")
    }

    private func unknownField(_ world: World) async throws {
        let text = Shop.deployment("carts", image: "example/carts:1.0.0").replacing("image: example", with: "imge: example")
        try await broken(world, ["carts.yaml": .text(text + "---\n" + Shop.service("carts"))], place: "carts.yaml:16", says: "imge")
    }

    private func immutableChange(_ world: World) async throws {
        let text = Shop.deployment("carts", image: "example/carts:1.0.0").replacing("{app: carts}", with: "{app: other}")
        try await broken(world, ["carts.yaml": .text(text + "---\n" + Shop.service("carts"))], place: "carts.yaml:8", says: "immutable")
    }

    private func failingTemplate(_ world: World) async throws {
        try await broken(
            world, ["charts/orders/templates/fails.yaml": "a: 1\nb: {{ required \"say which\" .Values.missing }}\n"],
            application: "orders", place: "charts/orders/templates/fails.yaml:2", says: "say which")
    }

    private func unknownAnnotation(_ world: World) async throws {
        let text = Shop.deployment("carts", image: "example/carts:2.0.0").replacing(
            "  namespace: shop\nspec", with: "  namespace: shop\n  annotations:\n    martlet.dev/strategi: canary\nspec")
        let before = try await world.endState()
        let second = try await commit(world, "A misspelt annotation", ["carts.yaml": .text(text)])
        let status = try await world.settled("shop", at: second, what: "failed") { $0.sync == .failed }
        try expect(status.problems.contains { $0.place == "carts.yaml:7" && $0.message.contains("martlet.dev/strategy") }, "\(status.problems)")
        try expect(try await world.endState() == before, "something of the commit was applied")
    }

    private func duplicateObject(_ world: World) async throws {
        try await broken(
            world, ["more.yaml": .text(Shop.configuration("configuration-1", "other"))], place: "more.yaml:1", says: "configurations/1.yaml:1")
    }

    /// A commit that would delete 60 % waits until a person agrees.
    private func heldDeletions(_ world: World) async throws {
        var changes: [String: TestRepository.Change] = [:]
        for number in 0..<9 { changes["configurations/\(number).yaml"] = .delete }
        let before = try await world.endState()
        let second = try await commit(world, "Too much", changes)
        let status = try await world.settled("shop", at: second, what: "held") { $0.sync == .outOfSync && $0.heldDeletions.count == 9 }
        try expect(status.message.contains("--allow-deletions"), status.message)
        try expect(try await world.endState() == before, "something was deleted")
        try await InventoryStore(client: world.client, namespace: World.namespace).request(
            SyncRequest(id: "agreed", allowsDeletions: true), of: "shop")
        try await world.settled("shop", at: second) { $0.sync == .synced && $0.health == .healthy && $0.handledRequest == "agreed" }
        try await world.eventually("nine configurations to be gone") { try await world.endState().count == before.count - 9 ? true : nil }
    }

    private func emptyRevision(_ world: World) async throws {
        var changes: [String: TestRepository.Change] = [:]
        for path in Shop.files.keys { changes[path] = .delete }
        changes["README"] = "Nothing here."
        let before = try await world.endState()
        let second = try await commit(world, "Everything is gone", changes)
        try await world.settled("shop", at: second, what: "held") { $0.sync == .outOfSync }
        try expect(try await world.endState() == before, "an empty revision deleted something")
    }

    /// Killed at any moment and started again, it ends where it would have.
    private func killed(_ world: World) async throws {
        var last: ObjectID?
        for round in 0..<6 {
            let version = "1.\(round + 1).0"
            var changes: [String: TestRepository.Change] = [
                "front-end.yaml": .text(Shop.deployment("front-end", image: "example/front-end:\(version)") + "---\n" + Shop.service("front-end")),
                "configurations/new-\(round).yaml": .text(Shop.configuration("new-\(round)", version)),
            ]
            if round > 0 { changes["configurations/new-\(round - 1).yaml"] = .delete }
            last = try await world.repository.commit("Round \(round)", changes)
            try? await world.operator.notify()
            // Spread over the way from fetch to health.
            try await world.time.sleep(for: .milliseconds([30, 120, 250, 400, 700, 1100][round]))
            await world.operator.kill()
            try await world.operator.start()
        }
        try await world.settled("shop", at: last)
        try await world.settled("orders", at: last)
        try expect(try await image(world, "front-end") == "example/front-end:1.6.0", "the last image is not there")
        try await world.eventually("only the last configuration to be left") {
            let names = try await world.endState().filter { $0.hasPrefix("configmap/new-") }
            return names == ["configmap/new-5 -n shop"] ? true : nil
        }
    }

    /// A rewritten branch is not followed without being told to.
    private func rewrittenBranch(_ world: World, _ first: ObjectID) async throws {
        let before = try await world.endState()
        try await world.repository.commit("Another history", ["namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"], parent: .none)
        try await world.operator.notify()
        try await world.time.sleep(for: .seconds(7))
        try expect(try await world.endState() == before, "the rewritten branch was followed")
        try await world.settled("shop", at: first)
    }
}
