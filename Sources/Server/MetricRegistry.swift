internal import Basics
package import Metrics

/// Counters and gauges in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats).
///
/// Our own back end for swift-metrics: no kept exporter is to be had.
package final class MetricRegistry: Sendable {
    struct Series: Hashable {
        var name: String
        var labels: [[String]]
    }

    private enum Sample { case counter(Double), gauge(Double), summary(count: Double, sum: Double) }

    private let samples = Locked<[Series: Sample]>([:])
    private let help: [String: String]

    /// - Parameter help: what each series says, by its name; libraries' own have none.
    package init(help: [String: String] = [:]) { self.help = help }

    /// Everything, sorted, so that two answers can be compared.
    package func exposition() -> String {
        let all = samples.withLock { $0 }
        var text = ""
        var lastName = ""
        for (series, sample) in all.sorted(by: { ($0.key.name, $0.key.labels.joined().joined(separator: ",")) < ($1.key.name, $1.key.labels.joined().joined(separator: ",")) }) {
            let type = switch sample { case .counter: "counter"; case .gauge: "gauge"; case .summary: "summary" }
            if series.name != lastName {
                if let help = help[series.name] { text += "# HELP \(series.name) \(escaped(help))\n" }
                text += "# TYPE \(series.name) \(type)\n"
            }
            lastName = series.name
            let labels = labelText(series.labels)
            switch sample {
            case .counter(let value), .gauge(let value): text += "\(series.name)\(labels) \(number(value))\n"
            case .summary(let count, let sum):
                text += "\(series.name)_sum\(labels) \(number(sum))\n\(series.name)_count\(labels) \(number(count))\n"
            }
        }
        return text
    }

    /// In a line of help these two are special, and quotes are not.
    private func escaped(_ help: String) -> String { help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n") }

    private func labelText(_ labels: [[String]]) -> String {
        guard !labels.isEmpty else { return "" }
        let parts = labels.map { pair in
            // Letter by letter, because "\r\n" is one Character.
            var value = ""
            for scalar in (pair.last ?? "").unicodeScalars {
                switch scalar {
                case "\\": value += "\\\\"
                case "\"": value += "\\\""
                case "\n": value += "\\n"
                default: value.unicodeScalars.append(scalar)
                }
            }
            return "\(pair.first ?? "")=\"\(value)\""
        }
        return "{\(parts.joined(separator: ","))}"
    }

    private func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.isNaN ? "NaN" : value.description
    }

    fileprivate func add(_ amount: Double, to series: Series) {
        samples.withLock { samples in
            if case .counter(let value)? = samples[series] { samples[series] = .counter(value + amount) } else { samples[series] = .counter(amount) }
        }
    }

    fileprivate func set(_ value: Double, of series: Series) { samples.withLock { $0[series] = .gauge(value) } }

    fileprivate func observe(_ value: Double, of series: Series) {
        samples.withLock { samples in
            if case .summary(let count, let sum)? = samples[series] {
                samples[series] = .summary(count: count + 1, sum: sum + value)
            } else {
                samples[series] = .summary(count: 1, sum: value)
            }
        }
    }

    fileprivate func remove(_ series: Series) { samples.withLock { $0[series] = nil } }
}

/// One series, whichever way swift-metrics feeds it.
private final class SeriesHandler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    let registry: MetricRegistry
    let series: MetricRegistry.Series
    /// A recorder that keeps the last value alone: swift-metrics' `Gauge`.
    let isGauge: Bool

    init(_ registry: MetricRegistry, _ series: MetricRegistry.Series, isGauge: Bool = false) {
        (self.registry, self.series, self.isGauge) = (registry, series, isGauge)
    }

    func increment(by amount: Int64) { registry.add(Double(amount), to: series) }
    func increment(by amount: Double) { registry.add(amount, to: series) }
    func decrement(by amount: Double) {}
    func reset() { registry.remove(series) }
    func set(_ value: Int64) { registry.set(Double(value), of: series) }
    func set(_ value: Double) { registry.set(value, of: series) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { if isGauge { registry.set(value, of: series) } else { registry.observe(value, of: series) } }
    func recordNanoseconds(_ duration: Int64) { registry.observe(Double(duration) / 1e9, of: series) }
}

extension MetricRegistry: MetricsFactory {
    private func handler(_ label: String, _ dimensions: [(String, String)], isGauge: Bool = false) -> SeriesHandler {
        SeriesHandler(self, Series(name: fit(label), labels: dimensions.map { [fit($0.0), $0.1] }), isGauge: isGauge)
    }

    /// Libraries name their metrics with dots, which the format does not have.
    private func fit(_ name: String) -> String {
        let letters = name.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == ":") ? Character(scalar) : "_"
        }
        return letters.first?.isNumber == true ? "_" + String(letters) : String(letters)
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler(label, dimensions) }
    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        handler(label, dimensions)
    }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { handler(label, dimensions) }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        handler(label, dimensions, isGauge: !aggregate)
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler(label, dimensions) }
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) { (handler as? SeriesHandler)?.reset() }
    /// What a gauge no longer says is no longer so: its series goes.
    package func destroyRecorder(_ handler: any RecorderHandler) { (handler as? SeriesHandler)?.reset() }
    package func destroyTimer(_ handler: any TimerHandler) {}
}
