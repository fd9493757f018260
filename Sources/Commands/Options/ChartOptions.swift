import ArgumentParser
import Chart
import Document
import FoundationEssentials

/// What `helm template` knows of values, under the same names.
struct ChartOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("values")],
        help: ArgumentHelp("A file of values, \"-\" for standard input; repeatable, later ones win.", valueName: "file"))
    var valuesFiles: [String] = []

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Values such as a.b=1,c[0]=x,d={1,2}; repeatable.", valueName: "key=value"))
    var sets: [String] = []

    @Option(name: .customLong("set-string"), help: ArgumentHelp("The same, every value a text.", valueName: "key=value"))
    var setStrings: [String] = []

    @Option(
        name: .customLong("set-json"), help: ArgumentHelp("Values in JSON: a={\"b\":1}, or one whole object.", valueName: "key=json"))
    var setJSON: [String] = []

    @Option(name: .customLong("set-literal"), help: ArgumentHelp("One value, taken as it stands, commas and all.", valueName: "key=value"))
    var setLiterals: [String] = []

    @Option(name: .customLong("set-file"), help: ArgumentHelp("Values that are the content of files.", valueName: "key=file"))
    var setFiles: [String] = []

    @Option(help: ArgumentHelp("The version of Kubernetes the chart sees.", valueName: "version"))
    var kubeVersion: String?

    @Option(
        name: [.customShort("a"), .customLong("api-versions")],
        help: ArgumentHelp("More API versions the chart sees, such as monitoring.coreos.com/v1; repeatable.", valueName: "version"))
    var apiVersions: [String] = []

    @Flag(help: "Render as an upgrade: .Release.IsUpgrade instead of .Release.IsInstall.")
    var isUpgrade = false

    @Flag(help: "Do not check values against values.schema.json.")
    var skipSchemaValidation = false

    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Print hooks.")
    var hooks = true

    @Flag(help: "Leave out the hooks that are tests.")
    var skipTests = false

    @Flag(name: .customLong("include-crds"), help: "Print the files of crds/; this is what happens anyway.")
    var includeCRDs = false

    @Flag(name: .customLong("skip-crds"), help: "Leave out the files of crds/.")
    var skipCRDs = false

    @Option(
        name: [.customShort("s"), .customLong("show-only")],
        help: ArgumentHelp("Print only what comes from this template, such as templates/service.yaml; repeatable.", valueName: "template"))
    var showOnly: [String] = []

    @Flag(help: "Print the chart's NOTES.txt instead of its manifests.")
    var notes = false

    @Flag(help: "Make random values, keys and times anew, as Helm does; else the same input prints the same.")
    var random = false

    mutating func validate() throws {
        if let text = kubeVersion, ReleaseOptions.kubeVersion(parsing: text) == nil {
            throw ValidationError("--kube-version is \"\(text)\", expected a version such as 1.33")
        }
        if includeCRDs, skipCRDs { throw ValidationError("--include-crds and --skip-crds: choose one") }
    }

    /// The first option that is of use for charts only, for who asks for it where no chart is.
    var used: String? {
        let lists = [
            ("--values", valuesFiles), ("--set", sets), ("--set-string", setStrings), ("--set-json", setJSON),
            ("--set-literal", setLiterals), ("--set-file", setFiles), ("--api-versions", apiVersions), ("--show-only", showOnly),
        ]
        let flags = [
            ("--kube-version", kubeVersion != nil), ("--is-upgrade", isUpgrade), ("--skip-schema-validation", skipSchemaValidation),
            ("--no-hooks", !hooks), ("--skip-tests", skipTests), ("--include-crds", includeCRDs), ("--skip-crds", skipCRDs),
            ("--notes", notes),
        ]
        return lists.first { !$0.1.isEmpty }?.0 ?? flags.first(where: \.1)?.0
    }

    /// The values files, read.
    func values() throws -> [Value] {
        try valuesFiles.flatMap(fileNames).map { name in
            let bytes = try Self.content(name, "--values")
            do {
                return try ValuesFiles.parse(bytes, file: name)
            } catch {
                throw CommandFailure("failed to parse \(name): \(error)")
            }
        }
    }

    /// The values of the command line, the files they name read.
    func setValues() throws -> [SetValue] {
        let files = try setFiles.map { text in
            let names = SetValue.files(named: text)
            let contents = try names.map { ($0, String(decoding: try Self.content($0, "--set-file"), as: UTF8.self)) }
            return SetValue.file(text, contents: Dictionary(contents) { first, _ in first })
        }
        return setJSON.map { .json($0) } + sets.map { .typed($0) } + setStrings.map { .string($0) } + files
            + setLiterals.map { .literal($0) }
    }

    func release(name: String, namespace: String) -> ReleaseOptions {
        var release = ReleaseOptions(name: name, namespace: namespace, isUpgrade: isUpgrade, skipsSchemaValidation: skipSchemaValidation)
        if let version = kubeVersion.flatMap(ReleaseOptions.kubeVersion(parsing:)) { release.kubeVersion = version }
        release.apiVersions += apiVersions.flatMap { $0.split(separator: ",").map(String.init) }
        return release
    }

    /// Helm takes several files in one option, too.
    private func fileNames(_ text: String) -> [String] {
        if FileManager.default.fileExists(atPath: text) { return [text] }
        return text.split(separator: ",").map(String.init)
    }

    private static func content(_ name: String, _ option: String) throws -> [UInt8] {
        if name == "-" { return standardInput() }
        if name.hasPrefix("https://") || name.hasPrefix("http://") {
            throw CommandFailure("\(option): \"\(name)\" is not fetched: download it first")
        }
        return try bytes(of: name, option)
    }

    private static func standardInput() -> [UInt8] {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return Array(text.utf8)
    }
}
