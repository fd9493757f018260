import ArgumentParser
import Basics
import Cluster
import DevCluster
import FoundationEssentials
import Logging

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "Tools for trying things on this machine.", subcommands: [DevClusterCommand.self])
}

struct DevClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "An embedded cluster on a loopback port, for kubectl and martlet.",
        discussion: """
            An API server, controllers and simulated nodes in this process: pods are scheduled and become ready, and nothing
            runs in them. It ends with this command, and everything in it.

            Example:
              martlet dev cluster --kubeconfig-file dev.yaml &
              KUBECONFIG=dev.yaml kubectl get nodes
            """)

    @Option(help: "The port; 0 for any that is free.")
    var port = 7443

    @Option(help: "How many nodes.")
    var nodes = 2

    @Option(help: ArgumentHelp("Where to write a kubeconfig for it.", valueName: "file"))
    var kubeconfigFile = "martlet-dev.kubeconfig"

    mutating func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port is \(port), expected 0 to 65535") }
        guard (1...1000).contains(nodes) else { throw ValidationError("--nodes is \(nodes), expected 1 to 1000") }
    }

    func run() async throws { try await reporting(serve) }

    private func serve() async throws {
        var options = EmbeddedCluster.Options()
        options.port = port
        options.nodes = NodeOptions(count: nodes, startDelay: .milliseconds(500), readyDelay: .milliseconds(500))
        var logger = Logger(label: "cluster") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let cluster = EmbeddedCluster(options: options, logger: logger)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                do { try await cluster.run() } catch is CancellationError {}
            }
            try await cluster.ready()
            try writeFile(cluster.kubeconfig(), to: kubeconfigFile)
            Terminal.standardError.line(
                """
                The cluster serves \(cluster.configuration.server)
                  export KUBECONFIG=\(kubeconfigFile)
                  kubectl get nodes
                  martlet sync --path FOLDER
                End it with Ctrl-C.
                """)
        }
    }
}

/// Writes a text file whole, or says why not.
func writeFile(_ text: String, to path: String) throws {
    do {
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
        throw CommandFailure("cannot write \"\(path)\": \(error)")
    }
}
