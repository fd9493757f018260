import Chart
import Document
import HelmAnswers

/// Templates run with all functions: values, then the chart's files, a path in the
/// first line of each. The first file's path is that of the main template.
enum EvaluatorTarget: FuzzTarget {
    static let name = "evaluator"
    static let tokens = templateTokens

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        let values = JSON.text(entry.values)
        let files = entry.files
        if case .template(let text) = entry.input { return [Sections.join([values, text])] }
        return [Sections.join([values, ""] + files.map { "\($0.path)\n\($0.text)" })]
    }

    static var ownSeeds: [[UInt8]] {
        [
            // Maps in themselves: nothing of them may stay after the render.
            #"{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict "e" (dict) }}{{ $_ := merge $e.e (dict "e" $e) }}{{ toJson $d }}"#,
            #"{{ $_ := set .Values "v" (list .Values) }}{{ $_ := set . "context" . }}{{ $_ := mergeOverwrite .Values (dict "r" $) }}"#,
            #"{{ genCA "a" 9223372036854775807 }}"#,
        ].map { Sections.join(["{}", $0]) }
    }

    static func run(_ input: [UInt8]) {
        let sections = Sections.split(input, atMost: 12)
        guard sections.count > 1, let values = try? YAML.parse(sections[0], file: "", options: .values) else { return }
        var files = sections.dropFirst(2).map { section in
            let head = section.prefix { $0 != UInt8(ascii: "\n") }
            return ChartFile(path: Array(head).text, bytes: Array(section.dropFirst(head.count + 1)))
        }
        if !files.contains(where: { $0.path == "Chart.yaml" }) { files.append(ChartFile(path: "Chart.yaml", text: plainChart)) }
        files.append(ChartFile(path: "templates/main.yaml", bytes: sections[1]))
        guard let chart = try? Chart.load(files: files) else { return }
        Rendering.text(chart, values: [values])
    }
}
