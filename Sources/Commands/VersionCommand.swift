import ArgumentParser
import Basics
import Cluster
import Document

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of martlet, and of the cluster when asked.",
        discussion: """
            Example:
              martlet version
              martlet version --cluster -o json
            """)

    @Flag(help: "Also ask the cluster for its version.")
    var cluster = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var clusterOptions: ClusterOptions

    func run() async throws { try await reporting(show) }

    private func show() async throws {
        var value: Value = ["martlet": .string(MartletVersion.current)]
        if cluster {
            let version = try await clusterOptions.connect(time: SystemTime(), random: RandomSource()).serverVersion()
            value["cluster"] = .string(version.gitVersion)
        }
        if output.format == .table {
            print("martlet \(MartletVersion.current)")
            if let server = value["cluster"]?.string { print("cluster \(server)") }
        } else {
            output.write(value)
        }
    }
}
