import FoundationEssentials

/// The program of this project that was built beside the benchmarks.
enum BuiltProgram {
    /// Where it is; nil, and a line that says so, where it was not built.
    static func path(for benchmark: String) -> String? {
        let folder = CommandLine.arguments.first?.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") ?? "."
        let program = "\(folder)/martlet"
        if FileManager.default.isExecutableFile(atPath: program) { return program }
        print("\(benchmark): left out, there is no \(program); build it with \"swift build -c release --product martlet\"")
        return nil
    }
}
