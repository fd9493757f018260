import Chart
import Document
import HelmAnswers

/// Merging of values: the chart's values.yaml, its subchart's, then up to three values files.
enum ValuesTarget: FuzzTarget {
    static let name = "values"
    static let tokens = [
        "a: ", "b: ", "c: ", "sub: ", "global: ", "exports: ", "data: ", "tags: ", "t: ", "enabled: ", "null", "true", "false", "~", "1", "x",
        "{", "}", "[", "]", ", ", "\n", "\n  ", "\n- ", "{}", "[]", "\u{1e}", "{a: null}", "{sub: {a: null}}", "&a ", "*a", "<<: *a",
    ]

    private static let description = """
        apiVersion: v2
        name: c
        version: 0.1.0
        dependencies:
        - {name: sub, version: 0.1.0, condition: "sub.enabled,global.sub", tags: [t], import-values: [data, {child: x.y, parent: imported.z}]}

        """
    private static let print = "{{ toJson .Values }}"

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        let files = entry.files
        func text(_ match: (String) -> Bool) -> String { files.first { match($0.path) }?.text ?? "" }
        let own = text { $0 == "values.yaml" }
        let inner = text { $0.hasPrefix("charts/") && $0.hasSuffix("/values.yaml") }
        if own.isEmpty, inner.isEmpty { return [] }
        return [Sections.join([own, inner, JSON.text(entry.values)]), Sections.join([own, inner, own, JSON.text(entry.values), inner])]
    }

    static var ownSeeds: [[UInt8]] {
        [
            Sections.join([
                "a: 1\nb: {c: [1, 2], d: x}\nsub: {e: 1}\nglobal: {g: {h: 1}}\n", "e: 2\nf: {g: null}\nexports: {data: {i: 1}}\nx: {y: {z: 1}}\n",
                "b: {c: null}\n", "{sub: {enabled: true, f: {g: 1}}, tags: {t: true}}", "a: null\nglobal: {g: 1}",
            ]),
            Sections.join(["sub: null", "a: {b: {c: 1}}", "sub: {a: {b: null}}", "sub: {a: null}\n"]),
        ]
    }

    static func run(_ input: [UInt8]) {
        let sections = Sections.split(input, atMost: 5)
        let layers = sections.compactMap { try? YAML.parse($0, file: "", options: .values) }
        guard sections.count > 1, layers.count == sections.count else { return }
        let chart = try? Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: description), ChartFile(path: "values.yaml", bytes: sections[0]),
            ChartFile(path: "templates/values.yaml", text: print),
            ChartFile(path: "charts/sub/Chart.yaml", text: "apiVersion: v2\nname: sub\nversion: 0.1.0\n"),
            ChartFile(path: "charts/sub/values.yaml", bytes: sections[1]), ChartFile(path: "charts/sub/templates/values.yaml", text: print),
        ])
        guard let chart else { return }
        let files = layers.dropFirst(2)
        guard let outputs = Rendering.outputs(chart, values: Array(files)) else { return }
        let excuses = Excuses(layers)
        for (template, own) in [("c/templates/values.yaml", [layers[0]] + files), ("c/charts/sub/templates/values.yaml", [layers[1]])] {
            guard let text = outputs[template], let result = try? JSON.parse(text) else { continue }
            for layer in own {
                for path in excuses.pathsToKeep(of: layer) {
                    require(result[path: path] != nil, "\"\(path.joined(separator: "."))\" was lost in \(template): \(text)")
                }
            }
        }
    }
}

/// Why a key may be missing from merged values: some layer says null for a key of
/// its name, or has something else than a table where a table was. By name only,
/// wherever the key lies: values move (subcharts, globals, imports).
private struct Excuses {
    private var nulls: Set<String> = []
    private var leaves: Set<String> = []

    init(_ layers: [Value]) {
        var pending = layers
        while let value = pending.popLast() {
            for entry in value.mapping ?? Mapping() {
                if entry.value.isNull { nulls.insert(entry.key) }
                if entry.value.mapping == nil { leaves.insert(entry.key) }
                pending.append(entry.value)
            }
        }
    }

    /// The keys of a layer that nothing takes away, two hundred at most.
    func pathsToKeep(of layer: Value) -> [[String]] {
        var found: [[String]] = []
        var pending: [(path: [String], value: Value)] = [([], layer)]
        while let (path, value) = pending.popLast(), found.count < 200 {
            for entry in value.mapping ?? Mapping() where !nulls.contains(entry.key) {
                let inner = path + [entry.key]
                found.append(inner)
                if !leaves.contains(entry.key), inner.count < 40 { pending.append((inner, entry.value)) }
            }
        }
        return found
    }
}
