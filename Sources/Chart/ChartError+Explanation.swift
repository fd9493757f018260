/// What is known of a template's failure beside Helm's text: facts, none of them the content of a value.
package struct TemplateFailure: Sendable, Hashable {
    /// A template that ran, and where in it.
    package struct Place: Sendable, Hashable {
        /// "chart/templates/service.yaml"; "gotpl" for a text that `tpl` ran.
        package var file: String
        package var line: Int
        /// Bytes since the start of the line, from 0.
        package var column: Int?
        /// The `define` that ran, where it was not the file itself.
        package var template: String?
        /// What ran there: `include "x" .`
        package var expression: String?
        /// The line as the file has it.
        package var source: String?
    }

    /// The value that did not do.
    package struct Value: Sendable, Hashable {
        /// As it is written: `.Values.image.tag`.
        package var path: String
        /// "nothing", "text", "number", "map" …
        package var type: String
        /// The part of the path that somebody gave, and who.
        package var given: (path: String, by: Giver)?

        package static func == (one: Self, other: Self) -> Bool {
            one.path == other.path && one.type == other.type && one.given?.path == other.given?.path && one.given?.by == other.given?.by
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(path)
            hasher.combine(type)
        }
    }

    /// Who gives a value.
    package enum Giver: Sendable, Hashable, CustomStringConvertible {
        /// `--set` or one of its siblings.
        case option(String)
        /// One of the values files, counted from 1.
        case valuesFile(Int)
        /// The values.yaml of a chart.
        case chart(String)

        package var description: String {
            switch self {
            case .option(let name): name
            case .valuesFile(let number): "values file \(number)"
            case .chart(let name): "values.yaml of chart \"\(name)\""
            }
        }
    }

    /// What went wrong, without place.
    package var reason: String
    /// From the file that Helm renders to the place that failed.
    package var places: [Place]
    /// The function that failed.
    package var function: String?
    package var value: Value?
    /// What to do, where that is known.
    package var advice: String?
}

extension ChartError {
    /// Several lines for a person: what went wrong, the line with a mark below the place, the
    /// includes that led there, the value at fault and what to do. `description` where nothing more is known.
    package var explanation: String {
        guard let failure, let last = failure.places.last else {
            guard let advice = failure?.advice else { return message }
            return "\(message)\n  help: \(advice)"
        }
        var lines = [failure.reason, "  at \(last.named)"]
        if let source = last.source { lines += Self.marked(source, line: last.line, column: last.column) }
        for place in failure.places.dropLast().reversed() {
            lines.append("  from \(place.named)" + (place.expression.map { ": \($0)" } ?? ""))
        }
        if let value = failure.value {
            var line = "  value: \(value.path) is \(value.type)"
            if let given = value.given { line += given.path == value.path ? ", from \(given.by)" : "; \(given.path) is from \(given.by)" }
            lines.append(line)
        }
        if let advice = failure.advice { lines.append("  help: \(advice)") }
        return lines.joined(separator: "\n")
    }

    /// The line and a caret below the column; of a long line the part around it.
    private static func marked(_ source: String, line: Int, column: Int?) -> [String] {
        let number = String(line)
        let margin = String(repeating: " ", count: number.utf8.count)
        let scalars = Array(source.unicodeScalars)
        let mark = column.map { String(decoding: source.utf8.prefix($0), as: UTF8.self).unicodeScalars.count } ?? 0
        let from = scalars.count > 160 ? max(0, min(mark - 60, scalars.count - 120)) : 0
        var shown = String.UnicodeScalarView()
        shown.append(contentsOf: scalars[from..<min(scalars.count, from + 160)])
        var lines = ["    \(number) | \(String(shown))"]
        guard column != nil else { return lines }
        var blank = ""
        for scalar in shown.prefix(max(0, mark - from)) { blank += scalar == "\t" ? "\t" : " " }
        lines.append("    \(margin) | \(blank)^")
        return lines
    }
}

extension TemplateFailure.Place {
    /// "chart/templates/a.yaml:3:7, in "chart.labels"": columns from 1, as editors count.
    fileprivate var named: String {
        "\(file == "gotpl" ? "a text given to tpl" : file):\(line)" + (column.map { ":\($0 + 1)" } ?? "")
            + (template.map { ", in \"\($0)\"" } ?? "")
    }
}
