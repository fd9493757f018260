import ArgumentParser
import Basics
import Cluster
import Delivery
import HTTP

/// Which cluster.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The kubeconfig file; by default $KUBECONFIG, then ~/.kube/config, then the pod's own account.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The context of the kubeconfig.", valueName: "name"))
    var context: String?

    func configuration() throws -> ClusterConfiguration {
        do {
            return try Kubeconfig.load(environment: processEnvironment(), path: kubeconfig, context: context)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// A client for the cluster; nothing is asked of it yet.
    func connect(time: any TimeSource, random: RandomSource, limits: ClusterClient.Limits = .init()) throws -> ClusterClient {
        let configuration = try configuration()
        // Over HTTP/1.1 each watch holds a connection; how many requests are under way the client limits itself.
        let transport = CurlTransport(
            tls: configuration.tls, maxConnectionsPerHost: 256, userAgent: "martlet/\(MartletVersion.current)")
        return ClusterClient(
            configuration: configuration, transport: transport, time: time, random: random,
            userAgent: "martlet/\(MartletVersion.current)", limits: limits)
    }
}

/// Where in the cluster Martlet keeps its own things.
struct RecordOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The namespace for Martlet's own records.", valueName: "namespace"))
    var martletNamespace = "martlet-system"
}

/// A failure told in the words a person needs; nothing more is printed.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    /// 1: what was asked about is not as it should be. 2: it could not be found out.
    var exitCode: Int32

    init(_ description: String, exitCode: Int32 = 2) { (self.description, self.exitCode) = (description, exitCode) }
}
