internal import Basics
package import Cluster
internal import Delivery
package import History
internal import HTTPTypes
package import Kubernetes

/// What the server may see of what git said.
package struct PastView: Sendable {
    package var sight: @Sendable (_ application: String?, Moment) async throws(HistoryError) -> PastSight
    package var compare: @Sendable (Moment, Moment, _ application: String?) async throws(HistoryError) -> Comparison
    /// Nil: now.
    package var blame: @Sendable (ObjectKey, Moment?) async throws(HistoryError) -> BlameReport
    /// Rendering a revision takes a core for a while: few do at once, and few wait.
    let line = WaitingLine(places: 2)
    let waiting = Locked(0)

    static let longestLine = 16

    package init(
        sight: @escaping @Sendable (String?, Moment) async throws(HistoryError) -> PastSight,
        compare: @escaping @Sendable (Moment, Moment, String?) async throws(HistoryError) -> Comparison,
        blame: @escaping @Sendable (ObjectKey, Moment?) async throws(HistoryError) -> BlameReport
    ) {
        (self.sight, self.compare, self.blame) = (sight, compare, blame)
    }

    /// The daemon's own repository with what its history knows, and now also the live objects for what git does not say.
    package init(_ past: Past, client: ClusterClient) {
        self.init(
            sight: { application, moment async throws(HistoryError) in try await past.sight(at: moment, application: application) },
            compare: { from, to, application async throws(HistoryError) in try await past.compare(from: from, to: to, application: application) },
            blame: { key, moment async throws(HistoryError) in
                var live: Object?
                if moment == nil, let resource = try? await client.resource(for: key.groupKind) {
                    live = try? await client.get(resource, namespace: key.namespace, name: key.name)
                }
                return try await past.blame(key, at: moment, live: live)
            })
    }

    /// Does it when it is its turn.
    func inLine<Answer>(_ body: () async throws(HistoryError) -> Answer) async throws(APIFailure) -> Answer {
        let busy = APIFailure(.serviceUnavailable, "notReady", "more of the past is asked for than can be rendered at once", advice: "try again")
        let isTaken = waiting.withLock { waiting in
            guard waiting < Self.longestLine else { return false }
            waiting += 1
            return true
        }
        guard isTaken else { throw busy }
        defer { waiting.withLock { $0 -= 1 } }
        guard await line.enter() else { throw busy }
        defer { line.leave() }
        do throws(HistoryError) { return try await body() } catch { throw APIFailure(error) }
    }

    /// What git said at a moment, as somebody may see it.
    func sight(_ application: String?, _ moment: Moment, for admission: AccessControl.Admission, in view: DaemonView) async throws(APIFailure) -> PastSight {
        try await admission.mustSee(application, in: view)
        let found = try await inLine { () async throws(HistoryError) in try await sight(application, moment) }
        let visibility = try await Visibility.of(admission, among: found.meant.objects.map(\.object.key))
        return found.cut(isWide: visibility.isWide) { visibility.sees($0) }
    }
}

extension AccessControl.Admission {
    /// Rendering the past is dear, and its errors quote files: only for who may list some of what it is about.
    ///
    /// - Parameter application: nil: all of them.
    func mustSee(_ application: String?, in view: DaemonView) async throws(APIFailure) {
        let snapshot = await view.overview?.snapshot(view.automation)
        let parts = (snapshot?.applications ?? []).filter { application == nil || $0.status.application == application }
        let keys = parts.flatMap { $0.workloads.map(\.sight.key) }
        let visibility = try await Visibility.of(self, among: keys)
        if visibility.isWide || keys.contains(where: { visibility.sees($0) }) { return }
        throw APIFailure(
            .forbidden, "forbidden", "\"\(caller.name)\" may list none of its workloads", advice: "ask for a role that allows \"list\" on them")
    }
}
