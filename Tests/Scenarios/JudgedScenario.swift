internal import Basics
internal import Cluster
internal import Delivery
internal import DevCluster
internal import Document
internal import Git
internal import HTTP
internal import Kubernetes
internal import Logging
internal import Prometheus
internal import Rollout
internal import TestKit

/// Versions that are worse than the one before, or not, and what their users' requests say of them: with a real
/// Prometheus.
package enum JudgedScenario: String, CaseIterable, ReleaseScenario {
    package var description: String { rawValue }
    var workloadName: String { "web" }

    case tenTimesTheErrors
    case threeTimesTheErrors
    case slowVersion
    case fewRequests
    case incidentOfBoth
    case metricsAway

    private var rate: Double { self == .fewRequests ? 0.5 : 60 }

    private func behavior(version: Int) -> String {
        switch (self, version) {
        case (.tenTimesTheErrors, 2): "sim.martlet.dev/error-rate: \"10%\""
        case (.threeTimesTheErrors, 1): "sim.martlet.dev/error-rate: \"3%\""
        case (.threeTimesTheErrors, 2): "sim.martlet.dev/error-rate: \"9%\""
        case (.slowVersion, 2): "sim.martlet.dev/latency: 300ms"
        default: "sim.martlet.dev/error-rate: \"1%\""
        }
    }

    /// The first minute of a pod does not count: the step is long enough for one more.
    private var step: String { self == .metricsAway ? "50% 15s" : self == .fewRequests ? "50% 80s" : "50% 180s" }

    private func files(version: Int) -> [String: TestRepository.Change] {
        [
            "shop.yaml": WebShop.manifests(
                version: version, annotations: "{martlet.dev/strategy: canary, martlet.dev/steps: \"\(step)\", martlet.dev/analysis: \"errors, latency\"}",
                pod: behavior(version: version), route: WebShop.virtualService)
        ]
    }
}

extension JudgedScenario {
    package func run(in embedded: EmbeddedWorld) async throws {
        let (client, repository) = (embedded.client, embedded.repository)
        let time = SystemTime()
        let random = RandomSource(seed: 11)
        try await RouteDefinitions.install(on: client)
        let first = try await repository.commit("Version 1", files(version: 1))
        let traffic = TrafficSimulator(
            client: client, options: TrafficOptions([TrafficStream(namespace: "shop", service: "web", rate: rate)]), port: 0, time: time,
            random: random, logger: Logger(label: "traffic") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await traffic.run() }
            try await traffic.ready()
            let metrics = try await PrometheusServer([.init("127.0.0.1:\(traffic.metricsPort ?? 0)")])
            let watch = MetricWatch(
                client: try PrometheusClient(transport: CurlTransport(userAgent: "martlet"), settings: PrometheusSettings(url: metrics.url)), time: time)
            let world = World(client: client, repository: repository, operator: embedded.operator(analysis: RolloutAnalysis(watch: watch)))
            do {
                try await world.operator.start()
                try await world.settled("shop", at: first)
                // Old enough to be compared with.
                try await time.sleep(for: self == .metricsAway ? .seconds(1) : .seconds(62))
                try await judge(world, traffic, metrics)
            } catch {
                await world.operator.kill()
                await metrics.stop()
                throw error
            }
            await world.operator.kill()
            await metrics.stop()
            group.cancelAll()
        }
    }

    private func judge(_ world: World, _ traffic: TrafficSimulator, _ metrics: PrometheusServer) async throws {
        let second = try await commit(world, "Version 2", files(version: 2))
        let start = traffic.report
        _ = try await reaches(world, "at its step", within: .seconds(60)) { $0.phase == .analysing }
        switch self {
        case .tenTimesTheErrors, .threeTimesTheErrors, .slowVersion:
            // A minute to get warm, and two of traffic that counts.
            let end = try await reaches(world, "rejected", within: .seconds(200)) { $0.phase == .rejected }
            try expect(end.cause == .failed && end.reason.hasPrefix(self == .slowVersion ? "latency" : "errors"), "\(end.cause.map(\.rawValue) ?? ""): \(end.reason)")
        case .fewRequests:
            try await world.settled("shop", at: second, within: .seconds(240))
        case .incidentOfBoth:
            try await world.time.sleep(for: .seconds(70))
            traffic.update { $0.incident = PodAnswers(errorRate: 0.3) }
            try await world.time.sleep(for: .seconds(40))
            traffic.update { $0.incident = nil }
            try await world.settled("shop", at: second, within: .seconds(240))
        case .metricsAway:
            await metrics.stop()
            try await world.time.sleep(for: .seconds(30))
            let waiting = try await state(world)
            try expect(waiting?.phase == .analysing && waiting?.message.contains("cannot be measured") == true, "it is \(waiting.map { "\($0.phase): \($0.message)" } ?? "over")")
            try await ask(world, .promote)
            try await world.settled("shop", at: second, within: .seconds(90))
        }
        let end = traffic.report.since(start)
        try expect(end.isClean, "\(end.lost) requests lost, \(end.wrongArm) at the wrong version of \(end.sent): \(end.complaints)")
    }
}
