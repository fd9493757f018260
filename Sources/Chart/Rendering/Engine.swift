internal import Template

/// Helm's template engine: every template of a chart and its subcharts parsed
/// into one set, each file then run with its own chart's values.
struct Engine {
    /// A template's text, and the `.` it runs with.
    private struct Template {
        var text: ChartFile
        var context: DatumMap
        var basePath: String
    }

    private var templates: [String: Template] = [:]
    private let functions: FunctionTable
    private let cache: TemplateCache?
    private let recorder = ReadRecorder()
    private let budget: Budget

    init(_ chart: ChartNode, values: DatumMap, release: ReleaseOptions, environment: RenderEnvironment) {
        functions = FunctionLibrary.table(environment)
        cache = environment.templates
        budget = environment.budget
        let shared = Shared(release: .map(ChartContext.release(release)), capabilities: .object(CapabilitiesObject(release)))
        _ = collect(chart, parent: ["Values": .map(values)], shared)
    }

    private struct Shared {
        var release: Datum
        var capabilities: Datum
    }

    private mutating func collect(_ chart: ChartNode, parent: DatumTable, _ shared: Shared) -> DatumMap {
        let context = ChartContext.named(DatumMap([
            "Chart": .map(ChartContext.chart(chart)), "Files": .object(FilesObject(chart.files, recorder: chart.isRoot ? recorder : nil)),
            "Release": shared.release, "Capabilities": shared.capabilities,
        ]))
        if case .map(let values)? = parent["Values"] {
            if chart.isRoot {
                context["Values"] = .map(ChartContext.named(values))
            } else if case .map(let own)? = values[chart.name] {
                context["Values"] = .map(ChartContext.named(own))
            }
        }
        if context["Values"] == nil { context["Values"] = .map(ChartContext.named(DatumMap())) }
        let subcharts = DatumMap()
        context["Subcharts"] = .map(subcharts)
        for dependency in chart.dependencies {
            subcharts[dependency.name] = .map(DatumMap(viewOf: collect(dependency, parent: context.storage, shared)))
        }
        let path = chart.fullPath
        for file in chart.templates {
            if chart.metadata.isLibrary, !baseName(file.path).hasPrefix("_") { continue }
            templates[cleanPath("\(path)/\(file.path)")] = Template(text: file, context: context, basePath: "\(path)/templates")
        }
        return context
    }

    /// What the templates have read so far.
    var reads: ReadSet { recorder.reads }

    /// The output of every template that is no partial, by name.
    func render() throws(ChartError) -> [String: String] {
        let names = Self.parseOrder(templates.keys)
        let set = try parse(names)
        let execution = Execution(templates: set, functions: functions, budget: budget)
        var output: [String: String] = [:]
        for name in names where !baseName(name).hasPrefix("_") {
            guard let template = templates[name] else { continue }
            template.context["Template"] = .map(ChartContext.named(DatumMap([
                "Name": .string(name), "BasePath": .string(template.basePath),
            ])))
            do {
                output[name] = shownText(withoutNoValue(try execution.execute(name, data: .map(template.context))))
            } catch {
                var failure = ExecutionErrors.reshaped(error, file: name)
                if let error = error as? TemplateError { failure.failure = facts(of: name, set).failure(error) }
                throw failure
            }
        }
        return output
    }

    /// What an error of a file is explained with.
    private func facts(of name: String, _ set: TemplateSet) -> FailureFacts {
        var values: DatumMap?
        if case .map(let map)? = templates[name]?.context["Values"] { values = map }
        return FailureFacts(text: { templates[$0]?.text.text }, names: set.names, values: values)
    }

    private func parse(_ names: [String]) throws(ChartError) -> TemplateSet {
        let files = names.compactMap { name in templates[name].map { ChartFile(path: name, bytes: $0.text.bytes) } }
        if let known = cache?[files] { return known }
        var set = TemplateSet(names: FunctionLibrary.names)
        for file in files {
            do throws(TemplateError) {
                if let known = cache?.text(file) {
                    set.add(known)
                } else {
                    let text = try ParsedText(name: file.path, bytes: file.bytes, functions: FunctionLibrary.names)
                    cache?.keep(text, for: file)
                    set.add(text)
                }
            } catch {
                var failure = ExecutionErrors.syntax(error, file: file.path)
                failure.failure = facts(of: file.path, set).failure(error)
                throw failure
            }
        }
        cache?[files] = set
        return set
    }

    /// Deeper files first, so that what lies higher has the last word; by name, backwards, among equals.
    private static func parseOrder(_ names: some Sequence<String>) -> [String] {
        let ranked = names.map { name in (depth: name.utf8.reduce(0) { $1 == UInt8(ascii: "/") ? $0 + 1 : $0 }, name: name) }
        return ranked.sorted { $0.depth == $1.depth ? goLess($1.name, $0.name) : $0.depth > $1.depth }.map(\.name)
    }
}
