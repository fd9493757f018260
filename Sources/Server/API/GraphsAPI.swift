internal import Basics
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Prometheus

/// What the page's graphs are drawn from: the one metrics server that the daemon was told of, and its range queries
/// only.
///
/// A query may be about anything that the server knows, so it takes more than a look at one namespace.
struct GraphsAPI: Sendable {
    let view: DaemonView

    /// As Prometheus itself has it.
    private static let mostPoints: Int64 = 11_000
    private static let mostSeries = 50
    private static let longestQuery = 8_192
    private static let longestStep = Duration.seconds(366 * 24 * 3600)

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/query_range") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["query", "start", "end", "step"])
                let query = try fields.required("query", most: Self.longestQuery, example: "up")
                let (start, end) = (try Self.moment("start", fields), try Self.moment("end", fields))
                let step = try Self.step(fields)
                guard start <= end else { throw fields.wrong("start", "\(start)", "a time before the end") }
                let points = end.duration(since: start) / step
                guard points < Double(Self.mostPoints) else {
                    throw fields.wrong("step", "\(step)", "a step of which at most \(Self.mostPoints) are in the range")
                }
                try await admission.mustEverywhere(.list)
                guard let ask = view.queryRange else {
                    throw APIFailure(
                        .serviceUnavailable, "notReady", "this daemon knows no metrics server", advice: "start it with --prometheus-url")
                }
                do throws(PrometheusError) {
                    return try Self.value(try await ask(query, start, end, step))
                } catch {
                    throw Self.failure(error)
                }
            }
        }
    }

    private static func failure(_ error: PrometheusError) -> APIFailure {
        switch error.kind {
        case .query: APIFailure(.unprocessableContent, "invalid", error.description, advice: "correct the query")
        case .denied, .unavailable, .malformed, .configuration:
            APIFailure(.badGateway, "metrics", error.description, advice: "see how the metrics server is, and --prometheus-url")
        }
    }

    /// RFC 3339, or seconds since 1970 with a fraction, as Prometheus takes both.
    private static func moment(_ name: String, _ fields: QueryFields) throws(APIFailure) -> Timestamp {
        let text = try fields.required(name, most: 64, example: "1795237953")
        if let seconds = Double(text), seconds.isFinite, let milliseconds = Int64(exactly: (seconds * 1000).rounded()),
            (0...4_102_444_800_000).contains(milliseconds)
        {
            return Timestamp(milliseconds: milliseconds)
        }
        guard let time = try fields.time(name), time.milliseconds >= 0 else { throw fields.wrong(name, text, "seconds since 1970, or 2026-11-21T05:12:33Z") }
        return time
    }

    /// Seconds, or `15s`.
    private static func step(_ fields: QueryFields) throws(APIFailure) -> Duration {
        let text = try fields.required("step", most: 64, example: "15")
        let seconds = Double(text).flatMap { $0.isFinite && $0 > 0 && $0 < 1e9 ? $0 : nil }
        guard let step = seconds.map({ Duration.milliseconds(Int64(($0 * 1000).rounded())) }) ?? parseDuration(text), step >= .milliseconds(1),
            step <= longestStep
        else { throw fields.wrong("step", text, "seconds, or a duration such as 15s") }
        return step
    }

    /// As Prometheus writes it ("HTTP API", "Range queries").
    static func value(_ answer: QueryAnswer) throws(PrometheusError) -> Value {
        guard case .matrix(let series) = answer.value else { throw PrometheusError(.malformed, "the answer is no range of values") }
        var value: Value = [
            "status": "success",
            "data": [
                "resultType": "matrix",
                "result": .sequence(
                    series.prefix(mostSeries).map { one in
                        let labels = one.labels.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value)) }
                        let points = one.points.prefix(Int(mostPoints) + 1).map { point -> Value in
                            [.double(Double(point.at.milliseconds) / 1000), .string(Self.text(point.value))]
                        }
                        return ["metric": .mapping(Mapping(labels)), "values": .sequence(points)]
                    }),
            ],
        ]
        var warnings = answer.warnings
        if series.count > mostSeries { warnings.append("only \(mostSeries) of \(series.count) series are shown: aggregate, as with sum by (…)") }
        if !warnings.isEmpty { value["warnings"] = .sequence(warnings.map { .string($0) }) }
        return value
    }

    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
