/// Random numbers behind a lock: one source per daemon, seeded in tests so that
/// a run can be replayed.
package final class RandomSource: Sendable {
    private let state: Locked<any RandomNumberGenerator & Sendable>

    /// The system's generator.
    package init() { state = Locked(SystemRandomNumberGenerator()) }

    /// A repeatable sequence.
    package init(seed: UInt64) { state = Locked(SplitMix64(state: seed)) }

    package func next() -> UInt64 {
        state.withLock { generator in generator.next() }
    }

    /// A number below `bound`; 0 when `bound` is 0.
    package func next(below bound: UInt64) -> UInt64 {
        guard bound > 0 else { return 0 }
        return next().multipliedFullWidth(by: bound).high
    }
}

/// Steele, Lea & Flood, "Fast splittable pseudorandom number generators" (2014).
package struct SplitMix64: RandomNumberGenerator, Sendable {
    package var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
