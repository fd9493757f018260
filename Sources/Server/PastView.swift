internal import Basics
package import Cluster
package import History
package import Kubernetes

/// What the server may see of what git said.
package struct PastView: Sendable {
    package var objects: @Sendable (_ application: String?, Moment) async throws(HistoryError) -> PastObjects
    package var compare: @Sendable (Moment, Moment, _ application: String?) async throws(HistoryError) -> Comparison
    package var blame: @Sendable (ObjectKey) async throws(HistoryError) -> BlameReport
    /// Rendering a revision takes a core for a while: few do at once, and few wait.
    let line = WaitingLine(places: 2)
    let waiting = Locked(0)

    static let longestLine = 16

    package init(
        objects: @escaping @Sendable (String?, Moment) async throws(HistoryError) -> PastObjects,
        compare: @escaping @Sendable (Moment, Moment, String?) async throws(HistoryError) -> Comparison,
        blame: @escaping @Sendable (ObjectKey) async throws(HistoryError) -> BlameReport
    ) {
        (self.objects, self.compare, self.blame) = (objects, compare, blame)
    }

    /// The daemon's own repository, and the live objects for what git does not say.
    package init(_ past: Past, client: ClusterClient) {
        self.init(
            objects: { application, moment async throws(HistoryError) in try await past.objects(application: application, at: moment) },
            compare: { from, to, application async throws(HistoryError) in try await past.compare(from: from, to: to, application: application) },
            blame: { key async throws(HistoryError) in
                var live: Object?
                if let resource = try? await client.resource(for: key.groupKind) {
                    live = try? await client.get(resource, namespace: key.namespace, name: key.name)
                }
                return try await past.blame(key, live: live)
            })
    }
}
