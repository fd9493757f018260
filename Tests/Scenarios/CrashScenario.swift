internal import Basics
internal import Cluster
internal import Delivery
internal import DevCluster
internal import Document
internal import Git
internal import Kubernetes
internal import Rollout
internal import TestKit

/// The operator killed at a point of a rollout and started again, with nothing remembered: the end is the same as
/// without, no request is lost, and there are never fewer ready pods than the workload has replicas.
package struct CrashScenario: Hashable, ReleaseScenario {
    package enum Way: String, CaseIterable, Sendable {
        /// By the number of pods.
        case ramped
        /// By the Service's selector.
        case blueGreen = "blue-green"
        /// By an HTTPRoute.
        case canary
    }

    /// What happens while it is away.
    package enum Course: String, CaseIterable, Sendable {
        /// Nothing.
        case forward
        /// A person asks for the way back.
        case abort
        /// What is measured turns against the new version.
        case rollback
        /// Git has a newer version.
        case superseded
    }

    package var way: Way
    package var point: KillPoint
    package var course: Course

    package init(_ way: Way, _ point: KillPoint, _ course: Course) { (self.way, self.point, self.course) = (way, point, course) }

    /// Each strategy with each course twice, and each point; the matrix in memory covers all of them.
    package static let sample: [CrashScenario] = [
        .init(.canary, .intentWritten, .forward), .init(.canary, .trafficPatchSent, .forward),
        .init(.canary, .replicaSetCreated, .abort), .init(.canary, .trafficConfirmed, .abort),
        .init(.canary, .readySeen, .rollback), .init(.canary, .commitBackWritten, .rollback),
        .init(.canary, .beforeIntent, .superseded), .init(.canary, .cleaned, .superseded),
        .init(.ramped, .templateApplied, .forward), .init(.ramped, .oldSetScaledDown, .forward),
        .init(.ramped, .scaled, .abort), .init(.ramped, .promotionIntent, .abort),
        .init(.ramped, .intentWritten, .rollback), .init(.ramped, .analysisStarted, .rollback),
        .init(.ramped, .trafficConfirmed, .superseded), .init(.ramped, .unpaused, .superseded),
        .init(.blueGreen, .trafficPatchSent, .forward), .init(.blueGreen, .done, .forward),
        .init(.blueGreen, .analysisStarted, .abort), .init(.blueGreen, .unpaused, .abort),
        .init(.blueGreen, .replicaSetCreated, .rollback), .init(.blueGreen, .templateApplied, .rollback),
        .init(.blueGreen, .verdictWritten, .superseded), .init(.blueGreen, .promotionIntent, .superseded),
    ]

    package var description: String { "\(way.rawValue) killed at \(point.rawValue), \(course.rawValue)" }
    var workloadName: String { "web" }

    /// Once the Deployment states the new template there is no way back.
    private var goesBack: Bool {
        guard course == .abort || course == .rollback, let template = KillPoint.allCases.firstIndex(of: .templateApplied),
            let own = KillPoint.allCases.firstIndex(of: point)
        else { return false }
        return own < template || point == .commitBackWritten
    }

    /// Where it is the evidence that decides, there is time for it.
    private var steps: String {
        let wait = course == .rollback && goesBack ? "5m" : "2s"
        return way == .blueGreen ? "preview \(wait)" : "50% \(wait)"
    }

    private func files(version: Int) -> [String: TestRepository.Change] {
        let onFailure = point == .commitBackWritten ? "revert" : "rollback"
        return [
            "martlet.yaml": .text("apiVersion: martlet.dev/v1alpha1\nkind: Metric\nmetadata: {name: badness}\nspec: {query: badness, max: 0.5}\n"),
            "shop.yaml": WebShop.manifests(
                version: version,
                annotations:
                    "{martlet.dev/strategy: \(way.rawValue), martlet.dev/steps: \"\(steps)\", martlet.dev/analysis: badness, martlet.dev/on-failure: \(onFailure)}",
                route: way == .canary ? WebShop.httpRoute : ""),
        ]
    }
}

extension CrashScenario {
    /// - Parameters:
    ///   - killer: before the API server of the world's operator.
    ///   - metric: what the operator measures.
    package func run(in world: World, killer: KillSwitch, metric: MetricDouble) async throws {
        try await withUsers(world, definitions: RouteDefinitions.all, first: files(version: 1)) { traffic in
            let capacity = CapacityWatch(client: world.client, time: world.time)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await capacity.run() }
                try await capacity.ready()
                try await crash(world, killer, metric)
                try expectNoLoss(traffic.report, switchesBySelector: way != .canary)
                try expect(traffic.report.sent > 300, "only \(traffic.report.sent) requests")
                try expect(capacity.least >= 3, "only \(capacity.least) pods of 3 were ready")
                group.cancelAll()
            }
        }
    }

    private func crash(_ world: World, _ killer: KillSwitch, _ metric: MetricDouble) async throws {
        killer.arm(at: point)
        if point == .commitBackWritten { metric.set(1) }
        var wanted = try await commit(world, "Version 2", files(version: 2))
        try await world.eventually("\(self): the point", within: .seconds(90)) { () -> Bool? in
            try await hurry(world)
            return killer.isTripped ? true : nil
        }
        await world.operator.kill()
        killer.reset()
        var version = goesBack ? 1 : 2
        switch course {
        case .forward: break
        case .abort: try await request(world, .abort)
        case .rollback: metric.set(1)
        case .superseded:
            wanted = try await world.repository.commit("Version 3", files(version: 3))
            version = 3
        }
        try await world.time.sleep(for: .milliseconds(300))
        try await world.operator.start()
        if point == .commitBackWritten {
            // The revert was pushed before; there is but one.
            try await world.eventually("the revert to be in force", within: .seconds(90)) { () -> Bool? in
                guard let tip = try await world.repository.tip(), tip != wanted else { return nil }
                wanted = tip
                return true
            }
        } else if goesBack {
            let end = try await reaches(world, "rejected", within: .seconds(150)) { $0.phase == .rejected }
            try expect(end.cause == (course == .abort ? .aborted : .failed), "\(end.cause.map(\.rawValue) ?? ""): \(end.reason)")
        }
        if !goesBack || point == .commitBackWritten {
            try await world.eventually("\(self): all of it to be as git says", within: .seconds(120)) { () -> Bool? in
                try await hurry(world)
                guard let status = try await world.statuses()["shop"], status.revision.hasSuffix("@\(wanted.short)") else { return nil }
                return status.sync == .synced && status.health == .healthy ? true : nil
            }
            let left = try await state(world)
            try expect(left == nil, "its state is left")
        }
        if point == .commitBackWritten {
            let commits = try await world.repository.git(["rev-list", "--count", "main"])
            try expect(commits == "3\n", "\(commits) commits, not one of them the revert")
        }
        try await world.eventually("\(self): 3 pods of version \(version) and no others") { () -> Bool? in
            let pods = try await world.client.list(try await world.resource("v1", "Pod"), namespace: "shop").items
            let right = pods.filter { $0.value[path: "spec", "containers"]?[0]?["image"]?.string == "example/web:\(version)" }
            return pods.count == 3 && right.count == 3 ? true : nil
        }
        try await nothingIsLeft(world)
    }

    /// Nobody wants to wait until blue-green lets the old version go.
    private func hurry(_ world: World) async throws {
        guard way == .blueGreen, !goesBack, let state = try await state(world), state.step == 1, state.phase == .analysing,
            state.handledRequest != id(.promote, state)
        else { return }
        try await request(world, .promote)
    }

    /// Each rollout has its own.
    private func id(_ verb: RolloutRequest.Verb, _ state: RolloutState?) -> String { "\(verb.rawValue)-\(state?.id ?? "none")" }

    private func request(_ world: World, _ verb: RolloutRequest.Verb) async throws {
        try await ask(world, verb, id: id(verb, try await state(world)))
    }
}
