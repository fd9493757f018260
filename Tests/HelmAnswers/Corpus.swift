import Basics
package import Chart
package import Document
import FoundationEssentials

/// A folder of recorded renders: cases.jsonl, functions.json and the charts.
package enum Corpus {
    package static func charts(_ folder: String) throws -> [ChartCase] {
        let lines = try Files.bytes(folder + "/cases.jsonl").split(separator: UInt8(ascii: "\n"))
        return try lines.compactMap { ChartCase(try JSON.parse(Array($0))) }
    }

    package static func functions(_ folder: String) throws -> [FunctionCase] {
        guard let bytes = try? Files.bytes(folder + "/functions.json") else { return [] }
        let document = try JSON.parse(bytes)
        let values = document["values"] ?? .null
        return (document["cases"]?.sequence ?? []).compactMap { FunctionCase($0, values: values) }
    }
}

/// A chart rendered with values, and what Helm made of it.
package struct ChartCase: Sendable {
    package let id: String
    package let chart: String
    package let values: [String]
    package let name: String
    package let namespace: String
    package let includeCRDs: Bool
    package let golden: String?
    package let error: String?

    init?(_ value: Value) {
        guard let id = value["id"]?.string, let chart = value["chart"]?.string else { return nil }
        self.id = id
        self.chart = chart
        values = (value["values"]?.sequence ?? []).compactMap(\.string)
        name = value["name"]?.string ?? "rel"
        namespace = value["namespace"]?.string ?? "default"
        includeCRDs = value["include_crds"]?.bool ?? true
        golden = value["golden"]?.string
        error = value["error"]?.string
    }

    /// What a render of the case needs from the disk.
    package struct Input: Sendable {
        package var files: [ChartFile]
        package var values: [(path: String, bytes: [UInt8])]
    }

    package func input(corpus: String) throws -> Input {
        let folder = corpus + "/" + chart
        return Input(
            files: try Files.chart(folder), values: try values.map { ($0, try Files.bytes("\(folder)/\($0)")) })
    }

    /// From bytes to what `helm template` prints.
    package func text(_ input: Input, environment: RenderEnvironment) throws -> String {
        try text(try Chart.load(files: input.files), input, environment: environment)
    }

    /// The same for a chart that is loaded already.
    package func text(_ chart: Chart, _ input: Input, environment: RenderEnvironment) throws -> String {
        let values = try input.values.map { try YAML.parse($0.bytes, file: $0.path, options: .values) }
        let result = try render(
            chart, values: values, release: ReleaseOptions(name: name, namespace: namespace), environment: environment)
        return helmTemplateOutput(result, includeCRDs: includeCRDs)
    }

    package func outcome(corpus: String, keep: String?) -> Outcome {
        let text: String
        do {
            text = try self.text(try input(corpus: corpus), environment: .fixed)
        } catch {
            guard let expected = self.error else { return .different("we fail: \("\(error)".prefix(600))") }
            return Comparison.errors("\(error)", expected)
        }
        guard let golden else { return .different("we succeed, Helm says: \((error ?? "").prefix(200))") }
        guard let expected = try? Files.bytes(corpus + "/" + golden) else { return .different("no golden file \(golden)") }
        if Array(text.utf8) == expected { return .same }
        if let keep { Files.write(text, to: keep + "/" + id.split(separator: "/").joined(separator: "_") + ".yaml") }
        return .different(Comparison.firstDifference(text, String(decoding: expected, as: UTF8.self)))
    }
}

/// One small template and Helm's answer.
package struct FunctionCase: Sendable {
    package let template: String
    package let values: Value
    package let output: String?
    package let error: String?

    init?(_ value: Value, values: Value) {
        guard let template = value["template"]?.string else { return nil }
        self.template = template
        self.values = values
        output = value["output"]?.string
        error = value["error"]?.string
    }

    package func outcome() -> Outcome {
        let text: String
        do {
            let chart = try Chart.load(files: [
                ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
                ChartFile(path: "templates/main.yaml", text: template),
            ])
            let outputs = try renderTemplates(
                chart, values: [values], release: ReleaseOptions(name: "rel", namespace: "demo"), environment: .fixed)
            text = outputs["c/templates/main.yaml"] ?? ""
        } catch {
            guard let expected = self.error else { return .different("we fail: \(error)") }
            return Comparison.errors("\(error)", expected)
        }
        guard let output else { return .different("we succeed, Helm says: \(error ?? "")") }
        return text == output ? .same : .different("ours \(text)\n    theirs \(output)")
    }
}

/// What came of one case.
package enum Outcome: Sendable {
    case same
    /// We fail as Helm does, but at another line and column.
    case otherPlace(String)
    case different(String)
}

enum Comparison {
    /// The first line where two texts part.
    static func firstDifference(_ ours: String, _ theirs: String) -> String {
        let a = ours.split(separator: "\n", omittingEmptySubsequences: false)
        let b = theirs.split(separator: "\n", omittingEmptySubsequences: false)
        let index = zip(a, b).enumerated().first { $1.0 != $1.1 }?.offset ?? min(a.count, b.count)
        let source = a.prefix(index).last { $0.hasPrefix("# Source: ") } ?? ""
        func line(_ lines: [Substring]) -> String { lines.indices.contains(index) ? "|\(lines[index])|" : "(end)" }
        return "line \(index + 1) \(source)\n    ours   \(line(a).prefix(300))\n    theirs \(line(b).prefix(300))"
    }

    /// Errors are the same when they name the same places; a recorded one may be cut short.
    static func errors(_ ours: String, _ theirs: String) -> Outcome {
        if ours.hasPrefix(theirs) { return .same }
        if places(theirs).allSatisfy(places(ours).contains) { return .same }
        return .otherPlace("\n    ours   \(ours.prefix(400))\n    theirs \(theirs.prefix(400))")
    }

    /// The words that end in `:LINE:COLUMN`, or `:LINE`.
    private static func places(_ text: String) -> [Substring] {
        text.split { $0 == " " || $0 == "\n" || $0 == "(" || $0 == ")" }.compactMap { word in
            let word = word.last == ":" ? word.dropLast() : word
            guard let colon = word.lastIndex(of: ":"), Int(word[word.index(after: colon)...]) != nil else { return nil }
            return word
        }
    }
}

extension RenderEnvironment {
    /// The same in every run.
    package static var fixed: RenderEnvironment {
        RenderEnvironment(now: Timestamp(milliseconds: 1_700_000_000_000), random: RandomSource(seed: 1), templates: templates)
    }

    private static let templates = TemplateCache()
}

/// The few uses of the disk.
package enum Files {
    package static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    static func write(_ text: String, to path: String) {
        _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
    }

    /// Every file below a folder, as a chart's files.
    static func chart(_ folder: String) throws -> [ChartFile] {
        var files: [ChartFile] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var isFolder: Bool = false
            let full = folder + "/" + path
            guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), !isFolder else { continue }
            files.append(ChartFile(path: path, bytes: try bytes(full)))
        }
        return files
    }
}
