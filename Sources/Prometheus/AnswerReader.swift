internal import Basics
internal import Document

/// Reads the JSON of an answer, strictly: a sample that is silently left out
/// would be a version without errors.
enum AnswerReader {
    struct Problem: Error {
        var text: String
    }

    static func read(_ bytes: [UInt8]) throws(Problem) -> QueryAnswer {
        let value: Value
        do {
            value = try JSON.parse(bytes, maxDepth: 32)
        } catch {
            throw Problem(text: "it is no JSON")
        }
        guard value["status"]?.string == "success", let data = value["data"], let type = data["resultType"]?.string else {
            throw Problem(text: "it is no answer to a query")
        }
        let warnings = ((value["warnings"]?.sequence ?? []) + (value["infos"]?.sequence ?? [])).prefix(20).compactMap { $0.string.map(printable) }
        return QueryAnswer(try result(type, data["result"] ?? .null), warnings: warnings)
    }

    private static func result(_ type: String, _ result: Value) throws(Problem) -> QueryValue {
        switch type {
        case "scalar": return .scalar(try point(result))
        case "string":
            guard let text = result[1]?.string else { throw Problem(text: "a string without its text") }
            return .string(text)
        case "vector":
            var samples: [QueryValue.Sample] = []
            for item in try items(result) {
                let labels = try labels(item)
                guard let value = item["value"] else {
                    // A native histogram, which no query of ours asks for.
                    if item["histogram"] != nil { continue }
                    throw Problem(text: "a sample without a value")
                }
                samples.append(QueryValue.Sample(labels: labels, point: try point(value)))
            }
            return .vector(samples)
        case "matrix":
            var series: [QueryValue.Series] = []
            for item in try items(result) {
                let labels = try labels(item)
                guard let values = item["values"]?.sequence else {
                    if item["histograms"] != nil { continue }
                    throw Problem(text: "a series without values")
                }
                var points: [QueryValue.Point] = []
                points.reserveCapacity(values.count)
                for value in values { points.append(try point(value)) }
                series.append(QueryValue.Series(labels: labels, points: points))
            }
            return .matrix(series)
        default: throw Problem(text: "results of the type \"\(printable(type))\"")
        }
    }

    private static func items(_ result: Value) throws(Problem) -> [Value] {
        // Go writes a slice that was never filled as null.
        if result.isNull { return [] }
        guard let items = result.sequence else { throw Problem(text: "results that are no list") }
        return items
    }

    private static func labels(_ item: Value) throws(Problem) -> [String: String] {
        guard let metric = item["metric"]?.mapping else { throw Problem(text: "a series without labels") }
        var labels: [String: String] = [:]
        for entry in metric {
            guard let text = entry.value.string else { throw Problem(text: "a label that is no string") }
            labels[entry.key] = text
        }
        return labels
    }

    /// `[seconds, "number"]`.
    private static func point(_ value: Value) throws(Problem) -> QueryValue.Point {
        guard let seconds = value[0]?.double, let text = value[1]?.string, let number = number(text), seconds.isFinite,
            let milliseconds = Int64(exactly: (seconds * 1000).rounded())
        else { throw Problem(text: "a value that is no number") }
        return QueryValue.Point(at: Timestamp(milliseconds: milliseconds), value: number)
    }

    /// As Go's `strconv.FormatFloat` writes it.
    static func number(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "+Inf", "Inf": .infinity
        case "-Inf": -.infinity
        default: text.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) } ? Double(text) : nil
        }
    }
}
