import Chart

/// How long one case of the corpus takes, in this process.
package struct CaseTiming: Sendable {
    package let id: String
    /// From the bytes of the files to the text: chart loaded, templates parsed, rendered.
    package var whole: Duration
    /// The same chart once more, its templates parsed before.
    package var again: Duration
    package let bytes: Int

    /// The medians over some rounds of the cases that Helm renders.
    package static func measure(_ cases: [ChartCase], corpus: String, rounds: Int) throws -> [CaseTiming] {
        var timings: [CaseTiming] = []
        for entry in cases where entry.error == nil {
            let input = try entry.input(corpus: corpus)
            var whole: [Duration] = [], again: [Duration] = [], bytes = 0
            for _ in 0..<rounds {
                var environment = RenderEnvironment.fixed
                environment.templates = nil
                let start = ContinuousClock.now
                bytes = try entry.text(input, environment: environment).utf8.count
                whole.append(ContinuousClock.now - start)
            }
            let chart = try Chart.load(files: input.files)
            let environment = RenderEnvironment.fixed
            _ = try entry.text(chart, input, environment: environment)
            for _ in 0..<rounds {
                let start = ContinuousClock.now
                _ = try entry.text(chart, input, environment: environment)
                again.append(ContinuousClock.now - start)
            }
            timings.append(CaseTiming(id: entry.id, whole: median(whole), again: median(again), bytes: bytes))
        }
        return timings
    }

    private static func median(_ durations: [Duration]) -> Duration { durations.sorted()[durations.count / 2] }
}
