import Glibc

/// Measures what the goals of the project name; one file per benchmark.
@main
struct Bench {
    /// A name and what it runs.
    static let all: [(name: String, run: @Sendable () async throws -> Void)] = [
        ("yaml", YAMLBenchmark.run),
        ("json", JSONBenchmark.run),
        ("charts", ChartBenchmark.run),
        ("startup", StartupBenchmark.run),
        ("apply", ApplyBenchmark.run),
        ("policy", PolicyBenchmark.run),
        ("automation", AutomationBenchmark.run),
        ("registry", RegistryBenchmark.run),
        ("analysis", AnalysisBenchmark.run),
        ("history", HistoryBenchmark.run),
        ("blame", PastBenchmark.blame),
        ("at", PastBenchmark.at),
        ("page", PageBenchmark.run),
    ]

    static func main() async {
        var hasFailed = false
        let wanted = CommandLine.arguments.dropFirst()
        for benchmark in all where wanted.isEmpty || wanted.contains(benchmark.name) {
            do {
                try await benchmark.run()
            } catch {
                print("\(benchmark.name): failed: \(error)")
                hasFailed = true
            }
            fflush(nil)
        }
        let unknown = wanted.filter { name in !all.contains { $0.name == name } }
        if !unknown.isEmpty {
            print("no benchmark \(unknown.joined(separator: ", ")); there are: \(all.map(\.name).joined(separator: ", "))")
        }
        if hasFailed || !unknown.isEmpty { exit(1) }
    }
}
