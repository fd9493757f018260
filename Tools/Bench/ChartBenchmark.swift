import FoundationEssentials
import HelmAnswers
import TestKit

/// Every chart of a corpus, against Helm itself in a process of its own, in turns.
/// `MARTLET_CORPUS` names the folder; Helm is PyPI's `helm-python-sdk`.
enum ChartBenchmark {
    private static let rounds = 5

    @Sendable static func run() async throws {
        guard let corpus = ProcessInfo.processInfo.environment["MARTLET_CORPUS"], !corpus.isEmpty else {
            print("charts: left out, say where the corpus is: make bench BENCH=charts CORPUS=folder")
            return
        }
        let before = ResidentMemory()
        let cases = try Corpus.charts(corpus).filter { $0.error == nil }
        var charts: [String: Times] = [:]
        var hasHelm = true
        for round in 1...rounds {
            if hasHelm { hasHelm = try await addHelm(corpus, to: &charts) }
            for timing in try CaseTiming.measure(cases, corpus: corpus, rounds: 1) {
                charts[timing.id, default: Times()].whole.add(timing.whole)
                charts[timing.id, default: Times()].again.add(timing.again)
                charts[timing.id, default: Times()].bytes = timing.bytes
            }
            if round == 1, !hasHelm { print("charts: no Helm to compare with; pip install helm-python-sdk==0.2.2") }
        }
        report(charts, before: before)
    }

    /// What each side took for one chart.
    private struct Times {
        var helm = Rounds(), whole = Rounds(), again = Rounds()
        var bytes = 0
    }

    /// One round of Helm; false when there is none on this machine.
    private static func addHelm(_ corpus: String, to charts: inout [String: Times]) async throws -> Bool {
        let result = try await Subprocess.run("/usr/bin/env", ["python3", "Scripts/helm-times.py", corpus], timeout: .seconds(300))
        guard result.status == 0 else { return false }
        for line in result.text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let load = Double(words[0]), let install = Double(words[1]) else { continue }
            charts[String(words[2]), default: Times()].helm.add(.seconds(load + install))
        }
        return true
    }

    private static func report(_ charts: [String: Times], before: ResidentMemory) {
        func sum(_ side: KeyPath<Times, Rounds>) -> Duration { charts.values.reduce(.zero) { $0 + $1[keyPath: side].median } }
        let helm = sum(\.helm), whole = sum(\.whole), again = sum(\.again)
        func line(_ name: String, _ time: Duration) {
            let ratio = helm > .zero ? "  ratio \((time / helm).rounded(toPlaces: 3))" : ""
            print("  \(name)  \((time / .milliseconds(1)).rounded(toPlaces: 1)) ms\(ratio)")
        }
        print("charts: \(charts.count) renders, sums of medians of \(rounds)")
        line("Helm: load and install, dry run          ", helm)
        line("ours: load, parse and render (goal 0.2)  ", whole)
        line("ours: loaded and parsed before           ", again)
        print("  memory  \(before.now.rounded(toPlaces: 1)) MiB before, \(ResidentMemory().text)")
        print("  the ten largest, by Helm's time:")
        for (id, times) in charts.sorted(by: { $0.value.helm.median > $1.value.helm.median }).prefix(10) {
            print("    \(times.helm.milliseconds)  \(times.whole.milliseconds)  \(times.again.milliseconds)  \(times.bytes) bytes  \(id)")
        }
    }
}
