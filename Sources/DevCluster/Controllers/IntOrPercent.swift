package import Document

/// `intstr.IntOrString`: a count, or a share of a total.
package enum IntOrPercent: Sendable, Hashable {
    case count(Int)
    case percent(Int)

    /// Nil for anything that is neither; also for a missing value.
    package init?(_ value: Value?) {
        switch value {
        case .string(let text) where text.hasSuffix("%"):
            guard let number = Int32(text.dropLast()) else { return nil }
            self = .percent(Int(number))
        case .string(let text):
            guard let number = Int32(text) else { return nil }
            self = .count(Int(number))
        case let value?:
            guard let number = value.int else { return nil }
            self = .count(clamped(number))
        case nil: return nil
        }
    }

    /// The count out of `total`, rounded as asked.
    package func resolved(of total: Int, roundingUp: Bool) -> Int {
        switch self {
        case .count(let count): return count
        case .percent(let percent):
            let product = percent * total
            let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
            return roundingUp && remainder > 0 ? quotient + 1 : quotient
        }
    }
}
