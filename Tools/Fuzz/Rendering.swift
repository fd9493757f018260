import Basics
import Chart
import Document
import Synchronization
import Template

/// How targets render: always with the same clock and random numbers, and with a
/// budget that ends an input in a moment.
enum Rendering {
    /// Keys and certificates take a second each: the first of each function serves for all.
    private static let kept = Mutex<[String: String]>([:])

    static var environment: RenderEnvironment {
        var environment = RenderEnvironment(now: Timestamp(milliseconds: 1_700_000_000_000), random: RandomSource(seed: 1))
        environment.remember = { key, make in
            let function = String(key.prefix { $0 != "/" })
            if let known = kept.withLock({ $0[function] }) { return known }
            let made = try make()
            kept.withLock { $0[function] = made }
            return made
        }
        environment.budget = Budget(steps: 20_000, depth: 200, outputBytes: 1 << 20)
        return environment
    }

    /// What the chart renders to, as text: documents, notes, or the error. The same every time.
    @discardableResult
    static func text(_ chart: Chart, values: [Value], set: [SetValue] = []) -> String {
        let first = once(chart, values, set)
        let second = once(chart, values, set)
        require(first == second, "two renders of the same input differ:\n\(first)\n---\n\(second)")
        return first
    }

    private static func once(_ chart: Chart, _ values: [Value], _ set: [SetValue]) -> String {
        do throws(ChartError) {
            let result = try render(
                chart, values: values, set: set, release: ReleaseOptions(name: "rel", namespace: "demo"), environment: environment)
            return helmTemplateOutput(result, includeCRDs: true) + "\nNOTES:\n" + result.notes
        } catch {
            return "error: \(error)"
        }
    }

    /// The outputs by template; nil where the chart cannot be rendered.
    static func outputs(_ chart: Chart, values: [Value], set: [SetValue] = []) -> [String: String]? {
        func once() -> [String: String]? {
            try? renderTemplates(
                chart, values: values, set: set, release: ReleaseOptions(name: "rel", namespace: "demo"), environment: environment)
        }
        let first = once()
        require(first == once(), "two renders of the same input differ")
        return first
    }
}

/// A description of a chart that has nothing but a name.
let plainChart = "apiVersion: v2\nname: c\nversion: 0.1.0\n"
