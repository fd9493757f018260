import ArgumentParser
import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import Kubernetes
import Logging

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Everything on this machine, with nothing installed.",
        discussion: """
            Starts an embedded cluster and a git repository with a small shop, brings the one to what the other says, and
            shows what happens when a commit changes an image, breaks, deletes a file, or somebody edits the cluster by hand.

            Examples:
              martlet demo
              martlet demo --keep
            """)

    @Flag(help: "Keep the cluster and the loop running afterwards, with the page, until Ctrl-C.")
    var keep = false

    @Option(help: ArgumentHelp("The files to begin with; by default the shop of Examples.", valueName: "folder"))
    var repository: String?

    func run() async throws { try await reporting(perform) }

    private func perform() async throws {
        let files = try await shop()
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-demo-\(ULID(at: SystemTime().now, random: RandomSource()))").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let stage = try await DemoStage(folder: folder, files: files)
        try await stage.perform(keep: keep)
    }

    /// The files of the repository, path to content.
    private func shop() async throws -> [String: [UInt8]] {
        let folder = try repository ?? exampleFolder("shop")
        let tree = FolderTree(root: folder)
        let files = try await tree.files()
        return try await tree.read(files)
    }
}

/// An example that came with this program: beside the sources it was built from, or where a package puts it.
func exampleFolder(_ name: String) throws -> String {
    var candidates: [String] = []
    if let told = processEnvironment()["MARTLET_EXAMPLES"] { candidates.append("\(told)/\(name)") }
    candidates.append("Examples/\(name)")
    var folder = executableFolder()
    candidates.append("\(folder)/../share/martlet/examples/\(name)")
    for _ in 0..<6 where folder.contains("/") {
        candidates.append("\(folder)/Examples/\(name)")
        folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    }
    for candidate in candidates where FileManager.default.fileExists(atPath: candidate) { return candidate }
    throw CommandFailure("the example \"\(name)\" is not here: say where with --repository or $MARTLET_EXAMPLES")
}

private func executableFolder() -> String {
    let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}
