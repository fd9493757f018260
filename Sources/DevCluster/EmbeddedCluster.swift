package import Basics
package import Cluster
package import HTTP
package import Logging

/// A whole cluster in this process: API server, controllers and simulated
/// nodes, and a port for kubectl when one is asked for.
///
/// Nothing runs in its pods; they start, become ready, fail and end as their
/// annotations say (`SimulatedBehavior`).
///
/// ```swift
/// let cluster = EmbeddedCluster()
/// async let running: Void = cluster.run()
/// try await cluster.ready()
/// let client = cluster.client()
/// ```
package final class EmbeddedCluster: Sendable {
    package struct Options: Sendable {
        package var server = APIServer.Options()
        package var nodes = NodeOptions()
        /// Nil: in this process only. 0: whichever port is free.
        package var port: Int?
        /// What Services of type LoadBalancer and Ingresses get.
        package var loadBalancerAddress = "127.0.0.1"
        /// The first pause after a Job's pod has failed.
        package var jobBackoff: Duration = .seconds(10)

        package init() {}
    }

    /// The API server itself: the way in for clients of this process.
    package let server: APIServer
    private let options: Options
    private let time: any TimeSource
    private let random: RandomSource
    private let logger: Logger
    private let isReady = Gate()
    private let listening = Locked<Int?>(nil)

    package init(
        options: Options = Options(), time: any TimeSource = SystemTime(), random: RandomSource = RandomSource(),
        logger: Logger = Logger(label: "cluster")
    ) {
        var options = options
        options.nodes.version = options.server.version
        self.options = options
        self.time = time
        self.random = random
        self.logger = logger
        server = APIServer(time: time, random: random, options: options.server)
    }

    /// Until the task is cancelled; what runs is stopped before it returns.
    package func run() async throws {
        let client = client(userAgent: "kube-controller-manager")
        let runner = ControllerRunner(
            client: client, controllers: controllers, time: time, random: random, logger: logger)
        let (server, logger, isReady) = (server, logger, isReady)
        let hasPort = Gate()
        defer {
            hasPort.shut()
            isReady.shut()
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.run() }
            if let port = options.port {
                group.addTask {
                    try await APIServerListener(server, port: port, logger: logger).run { [self] port in
                        listening.withLock { $0 = port }
                        hasPort.open()
                    }
                }
            } else {
                hasPort.open()
            }
            group.addTask {
                try await runner.run {
                    if (try? await hasPort.wait()) != nil { isReady.open() }
                }
            }
        }
    }

    private var controllers: [any Controller] {
        [
            DeploymentController(), ReplicaSetController(), StatefulSetController(), DaemonSetController(),
            JobController(backoff: options.jobBackoff), CronJobController(), EndpointsController(), DisruptionController(),
            VolumeClaimController(), ServiceAccountController(),
            LoadBalancerController(.service, address: options.loadBalancerAddress),
            LoadBalancerController(.ingress, address: options.loadBalancerAddress),
        ] + NodeSimulator.controllers(options.nodes)
    }

    /// Returns when the nodes are registered and every controller has seen all there was; `run` must be running or begin to.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, or `run` has ended.
    package func ready() async throws { try await isReady.wait() }

    /// A client of this process, without a socket in between.
    package func client(
        userAgent: String = "martlet", through wrap: (any HTTPTransport) -> any HTTPTransport = { $0 }
    ) -> ClusterClient {
        ClusterClient(
            configuration: configuration, transport: wrap(server), time: time, random: random, userAgent: userAgent)
    }

    /// For clients whose transport is `server`; with a port also for any other.
    package var configuration: ClusterConfiguration {
        let address = port.map { "http://127.0.0.1:\($0)" } ?? "http://embedded.invalid"
        return ClusterConfiguration(server: address, origin: "the embedded cluster")
    }

    /// The port it listens on; nil before `ready` and without a listener.
    package var port: Int? { listening.withLock { $0 } }

    /// What `KUBECONFIG` should hold for kubectl; needs a port to be of use.
    package func kubeconfig() -> String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: martlet-dev
          cluster:
            server: \(configuration.server)
        contexts:
        - name: martlet-dev
          context:
            cluster: martlet-dev
            user: martlet-dev
        current-context: martlet-dev
        users:
        - name: martlet-dev
          user: {}

        """
    }
}
