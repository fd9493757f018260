package import Basics
package import Cluster
package import Logging

/// Nodes for an API server that has none: registers them, binds pods to them,
/// and lets the pods live and die as their annotations say.
///
/// Serves any API server through its API alone, a real control plane included:
/// there it is the scheduler, every kubelet and, when asked, the provisioner of volumes.
package struct NodeSimulator: Sendable {
    private let runner: ControllerRunner

    package init(
        client: ClusterClient, time: any TimeSource, random: RandomSource, options: NodeOptions = NodeOptions(),
        logger: Logger = Logger(label: "nodes")
    ) {
        runner = ControllerRunner(
            client: client, controllers: Self.controllers(options), time: time, random: random, logger: logger)
    }

    /// Its parts, for a runner that also serves others.
    package static func controllers(_ options: NodeOptions) -> [any Controller] {
        var controllers: [any Controller] = [
            NodeRegistration(options), PodScheduler(nodes: Set(options.names)), Kubelet(options),
        ]
        if options.provisionsVolumes { controllers.append(VolumeProvisioner()) }
        return controllers
    }

    /// Until the task is cancelled.
    package func run() async throws { try await runner.run() }
}
