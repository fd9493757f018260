internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// Who leads to whom, among the objects that the caller may list: the live ones, or those of git at a time of the past.
struct TopologyAPI: Sendable {
    let view: DaemonView

    /// Rollouts that are looked at for one picture, and at once.
    private static let (mostRollouts, atOnce) = (50, 4)

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/topology") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["application", "time"])
                let application = try fields.text("application")
                if let time = try fields.time("time") {
                    let past = try view.needed(view.past, "no repository to look at")
                    let found = try await past.sight(application, .time(time), for: admission, in: view)
                    return Topology(found).value
                }
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
        return await gathered(workloads.prefix(Self.mostRollouts), atOnce: Self.atOnce) { try? await rollouts.report($0) }.compactMap { $0 }
    }
}
