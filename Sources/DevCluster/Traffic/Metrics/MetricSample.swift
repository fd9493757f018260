/// One line of Prometheus' text format.
package struct MetricSample: Sendable, Hashable {
    package var name: String
    /// In the order in which they are written.
    package var labels: [Label]
    package var value: Double

    package struct Label: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }

    /// `http_requests_total{namespace="shop",pod="web-1",code="200"} 7`
    package var line: String {
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        return "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(number(value))"
    }
}

/// All samples of one metric.
package struct MetricFamily: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case counter, histogram }

    package var name: String
    package var kind: Kind
    package var help: String
    package var samples: [MetricSample]

    package var text: String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n" + samples.map { $0.line + "\n" }.joined()
    }
}

private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
        switch character {
        case "\\": escaped += "\\\\"
        case "\"": escaped += "\\\""
        case "\n": escaped += "\\n"
        default: escaped.append(character)
        }
    }
    return escaped
}

/// Whole numbers without a point.
func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? String(value) }
