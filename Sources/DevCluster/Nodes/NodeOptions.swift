internal import Kubernetes

/// How the simulated nodes behave where a pod's annotations say nothing.
package struct NodeOptions: Sendable {
    /// Names of the nodes; each is registered unless it is there.
    package var names: [String]
    /// Each node's address; pods of the host's network get it too.
    package var addresses: [String: String]
    /// From a pod's binding to its containers running.
    package var startDelay: Duration
    /// From running to ready.
    package var readyDelay: Duration
    /// From the request to delete a pod to its end.
    package var stopDelay: Duration
    /// How long a pod that is meant to end runs.
    package var runFor: Duration
    /// The first pause before a failed container runs again; doubles up to five minutes.
    package var restartDelay: Duration
    /// Between two signs of life; the node lifecycle controller gives up after 40 seconds.
    package var heartbeat: Duration
    /// Claims get volumes, for a control plane that has nobody to make any.
    package var provisionsVolumes: Bool
    /// `status.nodeInfo.kubeletVersion`
    package var version: String

    package init(
        count: Int = 2, startDelay: Duration = .milliseconds(10), readyDelay: Duration = .milliseconds(10),
        stopDelay: Duration = .milliseconds(5), runFor: Duration = .milliseconds(20), restartDelay: Duration = .seconds(10),
        heartbeat: Duration = .seconds(10), provisionsVolumes: Bool = false, version: String = "v1.32.0"
    ) {
        names = (0..<max(0, min(count, 1000))).map { "node-\($0 + 1)" }
        addresses = [:]
        for (index, name) in names.enumerated() { addresses[name] = "10.0.\(index / 250).\(index % 250 + 1)" }
        self.startDelay = startDelay
        self.readyDelay = readyDelay
        self.stopDelay = stopDelay
        self.runFor = runFor
        self.restartDelay = restartDelay
        self.heartbeat = heartbeat
        self.provisionsVolumes = provisionsVolumes
        self.version = version
    }
}
