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
/// and by Ville's inequality the mixture ever reaches `1/α` with a probability
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

    /// One ratio of a mixture.
    struct Component: Sendable, Hashable {
        var ratio: Double
        var logWeight: Double
    }

    /// The grid finds what people ask for, 3, 10 and 20 times as many errors,
    /// within a tenth of the time of the best test for that ratio alone; the
    /// far end is for a stable version without any errors.
    package init(r0: Double = 1.5, r1: Double = 2, alpha: Double = 0.01, beta: Double = 0.05) {
        (self.r0, self.r1, self.alpha, self.beta) = (r0, r1, alpha, beta)
        against = Self.mixture([(2.2, 2), (3, 3), (4.5, 3), (7, 3), (11, 3), (20, 3), (40, 2), (100, 1)].filter { $0.0 > r0 })
        inFavor = Self.mixture([(0.1, 1), (0.25, 1), (0.5, 1), (0.7, 1), (0.85, 2), (1, 4), (1.2, 2), (1.4, 1)].filter { $0.0 < r1 })
    }

    private static func mixture(_ parts: [(ratio: Double, weight: Double)]) -> [Component] {
        let total = parts.reduce(0) { $0 + $1.weight }
        return parts.map { Component(ratio: $0.ratio, logWeight: log($0.weight / total)) }
    }

    // MARK: a tick

    /// The evidence after one more tick. Without requests to both versions there is none.
    package func updated(_ evidence: Evidence, next: ArmCounts, stable: ArmCounts) -> Evidence {
        let (next, stable) = (next.clamped, stable.clamped)
        let all = next.requests + stable.requests
        var share: Double?
        if next.requests > 0, stable.requests > 0 { share = next.requests / all }
        return updated(evidence, next: next, stable: stable) { ratio, null in
            guard let share else { return 0 }
            let q = Self.candidateShare(ratio, share), q0 = Self.candidateShare(null, share)
            return next.bad * log(q / q0) + stable.bad * log((1 - q) / (1 - q0))
        }
    }

    /// The same without an old version to compare with: each request is bad with a chance of at
    /// most `limit`, or more often. The grid's ratios are those of the odds.
    package func updated(_ evidence: Evidence, next: ArmCounts, limit: Double) -> Evidence {
        let next = next.clamped
        let limit = limit.isNaN ? 0.5 : min(max(limit, 1e-6), 1 - 1e-6)
        return updated(evidence, next: next, stable: .zero) { ratio, null in
            let odds = limit / (1 - limit) * ratio / null
            let p = odds / (1 + odds)
            return next.bad * log(p / limit) + (next.requests - next.bad) * log((1 - p) / (1 - limit))
        }
    }

    /// How many of all bad requests are the candidate's, if its risk is `ratio` times the other's.
    static func candidateShare(_ ratio: Double, _ share: Double) -> Double { ratio * share / (ratio * share + 1 - share) }

    private func updated(
        _ evidence: Evidence, next: ArmCounts, stable: ArmCounts, gain: (_ ratio: Double, _ null: Double) -> Double
    ) -> Evidence {
        var evidence = evidence
        let before = evidence.requests[.next] ?? 0
        evidence.requests[.next] = before + next.requests
        evidence.requests[.stable] = (evidence.requests[.stable] ?? 0) + stable.requests
        evidence.bad[.next] = (evidence.bad[.next] ?? 0) + next.bad
        evidence.bad[.stable] = (evidence.bad[.stable] ?? 0) + stable.bad
        // Those begin with the next tick: nothing of this one may count for them.
        let fresh = Self.startWeight(from: before, to: before + next.requests)
        evidence.against = zip(against, known(evidence.against, against.count, else: log(0.5))).map { component, sum in
            Self.bounded(Self.logSum(sum + gain(component.ratio, r0), fresh))
        }
        evidence.inFavor = zip(inFavor, known(evidence.inFavor, inFavor.count, else: 0)).map { component, sum in
            Self.bounded(sum + gain(component.ratio, r1))
        }
        return evidence
    }

    // MARK: what it says

    package func verdict(_ evidence: Evidence) -> Verdict {
        if logEvidence(evidence.against, against) >= -log(alpha) { return .fail }
        if logEvidence(evidence.inFavor, inFavor) >= -log(beta) { return .pass }
        return .inconclusive
    }

    /// The logarithm of the mixture; no evidence yet is evidence of 1.
    private func logEvidence(_ sums: [Double], _ components: [Component]) -> Double {
        guard sums.count == components.count else { return 0 }
        return zip(sums, components).reduce(-.infinity) { Self.logSum($0, Self.bounded($1.0) + $1.1.logWeight) }
    }
}
