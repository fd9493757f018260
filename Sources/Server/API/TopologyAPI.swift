internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// Who leads to whom, among the objects that the caller may list.
struct TopologyAPI: Sendable {
    let view: DaemonView

    /// Rollouts that are looked at for one picture, and at once.
    private static let (mostRollouts, atOnce) = (50, 4)

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/topology") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let application = try QueryFields(request, known: ["application"]).text("application")
                let live = try view.needed(view.liveObjects, "no cluster to look at")
                let all = await live(application)
                let visibility = try await Visibility.of(admission, among: all.map(\.key))
                let objects = all.filter { visibility.sees($0.key) }
                let now = view.now
                var topology = Topology(objects.map { ($0, health(of: $0, now: now).word) })
                topology.show(await reports(objects.filter { $0.annotation(MartletAnnotations.rollout) != nil }.map(\.key)))
                return topology.value
            }
        }
    }

    /// How the rollouts stand; one that the cluster does not tell of is shown without its versions.
    private func reports(_ workloads: [ObjectKey]) async -> [RolloutReport] {
        guard let rollouts = view.rollouts else { return [] }
        return await withTaskGroup(of: RolloutReport?.self) { group in
            var open = workloads.prefix(Self.mostRollouts)
            var found: [RolloutReport] = []
            func next() {
                guard let key = open.popFirst() else { return }
                group.addTask { try? await rollouts.report(key) }
            }
            for _ in 0..<Self.atOnce { next() }
            while let report = await group.next() {
                if let report { found.append(report) }
                next()
            }
            return found
        }
    }
}
