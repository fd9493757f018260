package import Basics
package import Document
package import Kubernetes
package import Prometheus

/// What the server may see and do of the daemon: values to show, and one bell to ring.
package struct DaemonView: Sendable {
    /// Ready to answer for the cluster: nil, or why not yet.
    package var unreadiness: @Sendable () -> String?
    /// `GET /api/v1/status`.
    package var status: @Sendable () -> Value
    /// The source may have something new.
    package var markDue: @Sendable () -> Void
    /// The branch that is followed; nil for a tag or a commit.
    package var branch: String?
    /// The secret webhooks are signed with; nil turns them off.
    package var webhookSecret: [UInt8]?
    package var automation: AutomationState
    /// Nil: this daemon has none.
    package var rollouts: RolloutsView?
    /// Who may read images and change workloads.
    package var access: AccessControl
    package var overview: Overview?
    package var history: HistoryView?
    package var past: PastView?
    package var pods: PodsView?
    package var sinks: SinksView?
    /// The live objects of an application, or of all, that are followed.
    package var liveObjects: (@Sendable (_ application: String?) async -> [Object])?
    /// A range query of the configured metrics server.
    package var queryRange: (@Sendable (String, _ from: Timestamp, _ to: Timestamp, _ step: Duration) async throws(PrometheusError) -> QueryAnswer)?
    /// The folder that the page's libraries are in, where the system's packages put them.
    package var libraries = "/usr/share/javascript"
    package var time: any TimeSource

    var now: Timestamp { time.now }

    package init(
        unreadiness: @escaping @Sendable () -> String?, status: @escaping @Sendable () -> Value,
        markDue: @escaping @Sendable () -> Void, branch: String?, webhookSecret: [UInt8]?,
        automation: AutomationState = .off("this daemon was started without it"), rollouts: RolloutsView? = nil,
        access: AccessControl = AccessControl([]), time: any TimeSource = SystemTime()
    ) {
        self.unreadiness = unreadiness
        self.status = status
        self.markDue = markDue
        self.branch = branch
        self.webhookSecret = webhookSecret
        self.automation = automation
        self.rollouts = rollouts
        self.access = access
        self.time = time
    }
}
