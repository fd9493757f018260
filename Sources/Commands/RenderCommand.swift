import ArgumentParser
import Basics
import Chart
import Delivery
import Document
import Kubernetes

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print what a chart or a folder says, as YAML.",
        discussion: """
            A chart, a folder or packed as .tgz, is printed as "helm template --include-crds" prints it, and takes the
            same options. Any other folder is printed as Martlet would apply it, application by application. Exits with 0 when
            all of it could be rendered, 1 when something could not, 2 when it could not be tried: no such
            file, or options that do not fit.

            Examples:
              martlet render charts/front-end -f values-prod.yaml --set replicas=3
              martlet render front-end-1.2.0.tgz --name shop -n shop --kube-version 1.33
              martlet render charts/front-end -s templates/service.yaml
              martlet render deploy --application front-end
            """)

    @Argument(help: "A chart, or the folder of a repository.")
    var path: String

    @Option(help: ArgumentHelp("The release's name; by default the folder's.", valueName: "name"))
    var name: String?

    @Option(name: [.customShort("n"), .customLong("namespace")], help: ArgumentHelp("The release's namespace.", valueName: "namespace"))
    var namespace = "default"

    @Option(help: ArgumentHelp("Print only this application.", valueName: "name"))
    var application: String?

    @Option(help: ArgumentHelp("Where keys, certificates and times that charts make up are kept; by default ~/.cache/martlet/render.", valueName: "folder"))
    var cacheFolder: String?

    @OptionGroup(title: "Options for charts") var chart: ChartOptions

    /// What goes to standard output, and what to standard error; a problem makes the command fail.
    struct Output {
        var text = ""
        var problems: [String] = []
    }

    func run() async throws { try await reporting(show) }

    private func show() async throws {
        let output = try await output()
        print(output.text, terminator: "")
        for problem in output.problems { Terminal.standardError.line("martlet: \(printableLines(problem))") }
        if !output.problems.isEmpty { throw ExitCode(1) }
    }

    func output() async throws -> Output {
        if isFile(path) {
            let archive = try bytes(of: path, "PATH")
            guard archive.starts(with: [0x1f, 0x8b]) else {
                throw CommandFailure("\"\(path)\" is no packed chart (.tgz); a chart that is not packed is named by its folder")
            }
            let loaded = try loaded { () throws(ChartError) in try Chart.load(archive: archive) }
            return Output(text: try rendered(loaded, name: name ?? loaded.name, contents: [("chart", archive)]))
        }
        let tree = FolderTree(root: path)
        let files = try await tree.files()
        if files.contains(where: { $0.path == "Chart.yaml" }), !files.contains(where: { $0.path == ApplicationFile.name }) {
            let contents = try await tree.read(files)
            let loaded = try loaded { () throws(ChartError) in
                try Chart.load(files: files.map { ChartFile(path: $0.path, bytes: contents[$0.path] ?? []) })
            }
            let folder = folderName(path)
            let name = name ?? (folder == "default" ? loaded.name : folder)
            return Output(text: try rendered(loaded, name: name, contents: contents.map { ("chart/\($0.key)", $0.value) }))
        }
        if let option = chart.used {
            let hint = files.contains { $0.path == ApplicationFile.name } ? "martlet.yaml says there how its charts are rendered" : "there is no Chart.yaml"
            throw CommandFailure("\(option) is for charts, and \"\(path)\" is none: \(hint)")
        }
        return try await applications(tree)
    }

    // MARK: a chart

    private func loaded(_ load: () throws(ChartError) -> Chart) throws -> Chart {
        do {
            return try load()
        } catch {
            throw Self.failure("no chart in \"\(path)\"", error)
        }
    }

    private func rendered(_ loaded: Chart, name: String, contents: [(String, [UInt8])]) throws -> String {
        let (values, set) = (try chart.values(), try chart.setValues())
        let release = chart.release(name: name, namespace: namespace)
        let written = values.enumerated().map { ("values \($0)", JSON.write($1, sortedKeys: true)) }
        let digest = contentDigest(contents + written + [("release", Array("\(release) \(set)".utf8))])
        let result: RenderResult
        do {
            result = try rendered(loaded, values: values, set: set, release: release, digest: digest)
        } catch let error as ChartError {
            throw Self.failure("\"\(path)\" cannot be rendered", error)
        }
        if chart.notes { return result.notes.isEmpty || result.notes.hasSuffix("\n") ? result.notes : result.notes + "\n" }
        let text = helmTemplateOutput(result, includeCRDs: true)
        // Where there are hooks only Helm begins with an empty line, unless it was asked for templates.
        return chart.showOnly.isEmpty ? text : String(text.drop { $0 == "\n" })
    }

    private func rendered(
        _ loaded: Chart, values: [Value], set: [SetValue], release: ReleaseOptions, digest: String
    ) throws -> RenderResult {
        var result: RenderResult
        if chart.random {
            let environment = RenderEnvironment(now: SystemTime().now, random: RandomSource())
            result = try render(loaded, values: values, set: set, release: release, environment: environment)
        } else {
            result = try generatedOnce(digest) { (now, remember) throws -> RenderResult in
                let environment = RenderEnvironment(
                    now: now, random: RandomSource(seed: renderSeed(release.name, digest)), remember: remember)
                return try render(loaded, values: values, set: set, release: release, environment: environment)
            }
        }
        if !chart.hooks { result.hooks = [] }
        if chart.skipTests { result.hooks.removeAll { $0.events.contains(.test) } }
        if chart.skipCRDs { result.crds = [] }
        return chart.showOnly.isEmpty ? result : try result.only(chart.showOnly)
    }

    /// Renders with what was made up for the same input before, and keeps what is made up now.
    private func generatedOnce<Result>(
        _ digest: String, _ body: (Timestamp, @escaping RenderEnvironment.Remember) throws -> Result
    ) throws -> Result {
        let store = GeneratedValues(digest: digest, folder: cacheFolder)
        let kept = store.load()
        let generated = Locked(kept)
        let now = kept["now"].flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) } ?? SystemTime().now
        generated.withLock { $0["now"] = String(now.milliseconds) }
        let result = try body(now) { key, make in
            if let known = generated.withLock({ $0[key] }) { return known }
            let made = try make()
            generated.withLock { $0[key] = made }
            return made
        }
        let made = generated.withLock { $0 }
        if made != kept { store.save(made) }
        return result
    }

    /// Helm's own words, and below them the line at fault, the value in it and what can be done.
    private static func failure(_ what: String, _ error: ChartError) -> CommandFailure {
        let explanation = error.explanation
        return CommandFailure("\(what):\n\(error)" + (explanation == "\(error)" ? "" : "\n\n\(explanation)"), exitCode: 1)
    }

    // MARK: a folder

    private func applications(_ tree: FolderTree) async throws -> Output {
        let layout = try await scan(tree, root: "", name: name ?? folderName(path))
        if let application, !layout.parts.contains(where: { $0.spec.name == application }), layout.problems[application] == nil {
            let names = layout.parts.map(\.spec.name).joined(separator: ", ")
            throw CommandFailure("no application \"\(application)\" in \"\(path)\", there are: \(names)")
        }
        var output = Output()
        for part in layout.parts where application == nil || part.spec.name == application {
            let desired = desired(part, bytes: try await tree.read(part.files), revision: tree.revision, digest: inputDigest(part, reads: nil))
            for object in desired.objects { output.text += "---\n# Source: \(object.origin)\n\(YAML.write(object.object.value))" }
            output.problems += (desired.problems.map(\.error) + (layout.problems[part.spec.name] ?? [])).map { "\($0)" }
        }
        let unplaced = layout.problems.filter { name, _ in !layout.parts.contains { $0.spec.name == name } }
        output.problems += unplaced.sorted { $0.key < $1.key }.flatMap { _, problems in problems.map { "\($0)" } }
        return output
    }

    private func desired(_ part: Layout.Part, bytes: [String: [UInt8]], revision: SourceRevision, digest: String) -> Desired {
        var context = RenderContext(now: SystemTime().now)
        guard part.form == .chart, !chart.random else {
            context.seed = RandomSource().next()
            return Delivery.render(part, bytes: bytes, revision: revision, context: context)
        }
        let store = GeneratedValues(digest: digest, folder: cacheFolder)
        context.release.generated = store.load()
        context.seed = renderSeed(part.spec.name, digest)
        let desired = Delivery.render(part, bytes: bytes, revision: revision, context: context)
        if desired.generated != context.release.generated, !desired.generated.isEmpty { store.save(desired.generated) }
        return desired
    }
}

/// The last name of a path, `.` and `..` resolved by the caller's shell being asked nothing.
func folderName(_ path: String) -> String {
    let names = path.split(separator: "/").filter { $0 != "." }
    guard let last = names.last, last != ".." else { return "default" }
    return labelName(for: String(last), otherwise: "default")
}
