import Basics
import Cluster
import Delivery
import History

/// What charts of the past are rendered for: the cluster's version and kinds, as the loop renders with them.
///
/// Looked up beside the questions, so that the past can be told while the cluster is away.
final class ClusterTarget: Sendable {
    private let client: ClusterClient
    private let time: any TimeSource
    private let known = Locked(RenderTarget())

    private static let interval = Duration.seconds(60)
    /// While the cluster does not answer.
    private static let retryInterval = Duration.seconds(5)

    init(client: ClusterClient, time: any TimeSource) { (self.client, self.time) = (client, time) }

    var current: RenderTarget { known.withLock { $0 } }

    /// Works until cancelled.
    func run() async {
        while !Task.isCancelled {
            let isFound = await look()
            try? await time.sleep(for: isFound ? Self.interval : Self.retryInterval)
        }
    }

    private func look() async -> Bool {
        guard let version = try? await client.serverVersion(), let resources = try? await client.resources() else { return false }
        let target = RenderTarget(kubeVersion: version.gitVersion, apiVersions: apiVersions(resources))
        known.withLock { $0 = target }
        return true
    }
}
