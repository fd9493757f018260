internal import Basics
internal import Cluster
internal import Document
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// What scenarios of rollouts do to the one workload they are about, in the namespace "shop", and see of it.
protocol ReleaseScenario: Sendable, CustomStringConvertible {
    var workloadKind: String { get }
    var workloadName: String { get }
}

extension ReleaseScenario {
    var workloadKind: String { "Deployment" }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw ScenarioFailure("\(self): \(what())") }
    }

    func commit(_ world: World, _ message: String, _ files: [String: TestRepository.Change]) async throws -> ObjectID {
        let made = try await world.repository.commit(message, files)
        try await world.operator.notify()
        return made
    }

    /// From version 1, applied and healthy, to what the scenario is about; its operator ends with it.
    func fromHealthy(_ world: World, _ first: [String: TestRepository.Change], _ body: () async throws -> Void) async throws {
        let commit = try await world.repository.commit("Version 1", first)
        try await world.operator.start()
        try await world.settled("shop", at: commit)
        try await body()
        await world.operator.kill()
    }

    func workload(_ world: World) async throws -> Object {
        guard let object = try await world.object("apps/v1", workloadKind, "shop", workloadName) else {
            throw ScenarioFailure("\(self): the \(workloadKind) is gone")
        }
        return object
    }

    func state(_ world: World) async throws -> RolloutState? {
        try await workload(world).annotation(MartletAnnotations.rollout).flatMap { RolloutState(text: $0) }
    }

    func reaches(
        _ world: World, _ what: String, within limit: Duration = .seconds(90), _ condition: (RolloutState) -> Bool
    ) async throws -> RolloutState {
        try await world.eventually("\(self): the rollout to be \(what)", within: limit) {
            guard let state = try await self.state(world), condition(state) else { return nil }
            return state
        }
    }

    /// As the command line does; the request's id is its verb, where none is said.
    func ask(_ world: World, _ verb: RolloutRequest.Verb, id: String? = nil) async throws {
        _ = try await world.client.patch(
            try await world.resource("apps/v1", workloadKind), namespace: "shop", name: workloadName,
            ["metadata": ["annotations": [RolloutRequest.annotation: .string(RolloutRequest(id: id ?? verb.rawValue, verb: verb).text)]]])
    }

    /// Those that stay, by the tag of their first image.
    func pods(_ world: World, version: Int) async throws -> [Object] {
        try await world.client.list(try await world.resource("v1", "Pod"), namespace: "shop").items.filter {
            $0.value[path: "spec", "containers"]?[0]?["image"]?.string == "example/\(workloadName):\(version)" && !$0.isBeingDeleted
        }
    }
}
