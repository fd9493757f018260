internal import Basics
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

/// Who leads to whom, among the objects that the caller may list.
struct TopologyAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/topology") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let application = try QueryFields(request, known: ["application"]).text("application")
                let live = try view.needed(view.liveObjects, "no cluster to look at")
                let objects = await live(application)
                let visibility = try await Visibility.of(admission, among: objects.map(\.key))
                let now = view.now
                return Topology(objects.filter { visibility.sees($0.key) }.map { ($0, health(of: $0, now: now).word) }).value
            }
        }
    }
}
