internal import Delivery
internal import Kubernetes

extension NotificationDocument {
    /// Whether it is to be told of an event as it is now.
    func takes(_ event: DeployEvent) -> Bool {
        concerns(event) && (filter.outcomes.isEmpty || filter.outcomes.contains(event.outcome.rawValue))
    }

    /// Whether it is to be told of an event at some time.
    func concerns(_ event: DeployEvent) -> Bool {
        func matches(_ patterns: [String], _ text: String) -> Bool { patterns.isEmpty || patterns.contains { wildcard(Substring($0), Substring(text)) } }
        if let scope, !scope.contains(event.application) { return false }
        guard matches(filter.applications, event.application) else { return false }
        if !filter.namespaces.isEmpty {
            guard let workload = event.workload, matches(filter.namespaces, workload.namespace) else { return false }
        }
        if !filter.workloads.isEmpty {
            guard let workload = event.workload, matches(filter.workloads.map { $0.lowercased() }, "\(workload.kind.lowercased())/\(workload.name)") else { return false }
        }
        return filter.causes.isEmpty || filter.causes.contains(event.cause.kind.rawValue)
    }

    /// What a message's name at the sink holds for: with another one it begins anew.
    var target: String {
        switch sink {
        case .grafana: "grafana \(secret ?? url ?? "")"
        case .slack(let channel): "slack \(secret ?? "") \(channel)"
        case .webhook: "webhook"
        case .github(let repository): "github \(repository)"
        case .gitlab(let project): "gitlab \(project)"
        }
    }

    func dialect(cluster: String, link: @escaping @Sendable (DeployEvent) -> String?) -> any SinkDialect {
        switch sink {
        case .grafana(let dashboardUID, let panelID): GrafanaAnnotation(dashboardUID: dashboardUID, panelID: panelID, cluster: cluster, link: link)
        case .slack(let channel): SlackMessage(channel: channel, cluster: cluster, link: link)
        case .webhook: CloudEvent(cluster: cluster, link: link)
        case .github(let repository): CommitStatus(forge: .github(repository: repository), cluster: cluster, link: link)
        case .gitlab(let project): CommitStatus(forge: .gitlab(project: project), cluster: cluster, link: link)
        }
    }
}
