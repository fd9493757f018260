/// How long each of several rounds of the same work took.
struct Rounds {
    private(set) var durations: [Duration] = []

    /// Runs the work once and keeps its time; what it returns is freed untimed.
    mutating func measure<Result>(_ work: () throws -> Result) rethrows {
        let start = ContinuousClock.now
        let result = try work()
        durations.append(ContinuousClock.now - start)
        withExtendedLifetime(result) {}
    }

    /// Takes a time that was measured elsewhere.
    mutating func add(_ duration: Duration) { durations.append(duration) }

    /// The same for work that waits.
    mutating func measure<Result>(_ work: () async throws -> Result) async rethrows {
        let start = ContinuousClock.now
        let result = try await work()
        durations.append(ContinuousClock.now - start)
        withExtendedLifetime(result) {}
    }

    var median: Duration { durations.sorted().dropFirst(durations.count / 2).first ?? .zero }

    func megabytesPerSecond(_ bytes: Int) -> String { (Double(bytes) / 1e6 / (median / .seconds(1))).rounded(toPlaces: 1) }

    var milliseconds: String { (median / .milliseconds(1)).rounded(toPlaces: 1) + " ms" }
}

extension Double {
    /// Digits behind the point for a person, without Foundation.
    func rounded(toPlaces places: Int) -> String {
        let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
        return "\((self * scale).rounded() / scale)"
    }
}
