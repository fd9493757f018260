import ArgumentParser
import Basics
import Chart
import Delivery
import Document
import Kubernetes

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print what a folder says, as YAML.",
        discussion: """
            A folder with a Chart.yaml is printed as "helm template --include-crds" prints it; any other as Martlet
            would apply it, application by application.

            Examples:
              martlet render charts/front-end -f values-prod.yaml
              martlet render deploy --application front-end
            """)

    @Argument(help: "A chart, or the folder of a repository.")
    var path: String

    @Option(name: [.customShort("f"), .customLong("values")], help: ArgumentHelp("A values file; later ones win. Charts only.", valueName: "file"))
    var valuesFiles: [String] = []

    @Option(help: ArgumentHelp("The release's name; by default the folder's.", valueName: "name"))
    var name: String?

    @Option(name: [.customShort("n"), .customLong("namespace")], help: ArgumentHelp("The release's namespace.", valueName: "namespace"))
    var namespace = "default"

    @Option(help: ArgumentHelp("Print only this application.", valueName: "name"))
    var application: String?

    func run() async throws {
        let tree = FolderTree(root: path)
        let files = try await tree.files()
        if files.contains(where: { $0.path == "Chart.yaml" }), !files.contains(where: { $0.path == ApplicationFile.name }) {
            return try await renderChart(tree, files)
        }
        let layout = try await scan(tree, root: "", name: name ?? folderName(path))
        var hasFailed = false
        for part in layout.parts where application == nil || part.spec.name == application {
            var context = RenderContext(now: SystemTime().now)
            context.seed = 1
            let desired = render(part, bytes: try await tree.read(part.files), revision: tree.revision, context: context)
            for object in desired.objects {
                print("---\n# Source: \(object.origin)\n\(YAML.write(object.object.value))", terminator: "")
            }
            let problems = desired.problems.map(\.error) + (layout.problems[part.spec.name] ?? [])
            for problem in problems { Terminal.standardError.line("martlet: \(problem)") }
            if !problems.isEmpty { hasFailed = true }
        }
        for (name, problems) in layout.problems where !layout.parts.contains(where: { $0.spec.name == name }) {
            hasFailed = true
            for problem in problems { Terminal.standardError.line("martlet: \(problem)") }
        }
        if let application, !layout.parts.contains(where: { $0.spec.name == application }) {
            let names = layout.parts.map(\.spec.name).joined(separator: ", ")
            throw CommandFailure("no application \"\(application)\" in \"\(path)\", there are: \(names)")
        }
        if hasFailed { throw ExitCode(1) }
    }

    private func renderChart(_ tree: FolderTree, _ files: [SourceFile]) async throws {
        let contents = try await tree.read(files)
        let chart = try Chart.load(files: files.map { ChartFile(path: $0.path, bytes: contents[$0.path] ?? []) })
        var values: [Value] = []
        for file in valuesFiles { values.append(try YAML.parse(try bytes(of: file, "--values"), file: file, options: .values)) }
        let result = try render(
            chart, values: values, release: ReleaseOptions(name: name ?? folderName(path), namespace: namespace),
            environment: RenderEnvironment(now: SystemTime().now, random: RandomSource()))
        print(helmTemplateOutput(result, includeCRDs: true), terminator: "")
    }
}

/// The last name of a path, `.` and `..` resolved by the caller's shell being asked nothing.
func folderName(_ path: String) -> String {
    let names = path.split(separator: "/").filter { $0 != "." }
    guard let last = names.last, last != ".." else { return "default" }
    return labelName(for: String(last), otherwise: "default")
}
