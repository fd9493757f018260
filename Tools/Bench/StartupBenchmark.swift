import Basics
import TestKit

/// How long a person waits for `martlet version`, against a program that does nothing.
enum StartupBenchmark {
    @Sendable static func run() async throws {
        guard let program = BuiltProgram.path(for: "startup") else { return }
        var ours = Rounds(), anchor = Rounds()
        for _ in 0..<20 {
            try await anchor.measure { try await Subprocess.check("/bin/true", []) }
            try await ours.measure { try await Subprocess.check(program, ["version"]) }
        }
        print("startup: medians of 20")
        print("  /bin/true        \(anchor.milliseconds)")
        print("  martlet version  \(ours.milliseconds)")
        print("  difference       \(((ours.median - anchor.median) / .milliseconds(1)).rounded(toPlaces: 1)) ms")
    }
}
