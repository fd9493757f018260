internal import Delivery
internal import History
internal import Kubernetes

/// One caller's view on events: what their workloads' kinds and namespaces allow, each asked once.
struct EventEyes {
    let view: DaemonView
    let admission: AccessControl.Admission
    private var visibility = Visibility()
    /// The applications of which the caller sees every workload.
    private var whole: Set<String>?

    init(view: DaemonView, admission: AccessControl.Admission) { (self.view, self.admission) = (view, admission) }

    mutating func visible(_ events: [DeployEvent]) async throws(APIFailure) -> [DeployEvent] {
        try await visibility.learn(of: events.compactMap(\.workload), admission)
        // What concerns no workload is for who may see all of its application, or Deployments everywhere.
        if whole == nil, !visibility.isWide, events.contains(where: { $0.workload == nil }) {
            let snapshot = await view.overview?.snapshot(view.automation)
            let parts = (snapshot?.applications ?? []).filter { !$0.workloads.isEmpty }
            try await visibility.learn(of: snapshot?.keys ?? [], admission)
            whole = Set(parts.filter { $0.workloads.allSatisfy { visibility.sees($0.sight.key) } }.map(\.status.application))
        }
        return events.filter { event in
            event.workload.map { visibility.sees($0) } ?? (visibility.isWide || whole?.contains(event.application) == true)
        }
    }

    /// Without the objects that the caller may not list.
    mutating func cut(_ event: DeployEvent) async throws(APIFailure) -> DeployEvent {
        try await visibility.learn(of: event.changes.map(\.key), admission)
        var part = event
        part.changes = event.changes.filter { visibility.sees($0.key) || $0.key == event.workload }
        return part
    }
}
