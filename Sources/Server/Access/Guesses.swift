internal import Basics
internal import Crypto

/// How many tokens may be tried from one remote address, whichever way they come: in a header or in the form.
///
/// A token that was looked at lately is no guess, right or wrong: who is known goes on while somebody behind the same
/// address guesses, and a script that repeats its old token takes nothing from the others there.
final class Guesses: Sendable {
    struct Limits: Sendable {
        /// Failures at once, and how long until there may be one more.
        var most = 10
        var every = Duration.seconds(2)
        /// Addresses that are kept count of; past this many the one whose count moved longest ago is forgotten.
        var addresses = 4_096
        /// How long a token that was looked at is no guess.
        var memory = Duration.seconds(3600)
    }

    /// What an address has left.
    private struct Rest {
        var attempts: Int
        var at: Duration
    }

    private let limits: Limits
    private let time: any TimeSource
    private let rests = Locked<[String: Rest]>([:])
    /// By digest: no token stands in memory longer than its request. Apart, so that many wrong ones drive out no right one.
    private let known: AnswerCache<[UInt8], Bool>
    private let unknown: AnswerCache<[UInt8], Bool>
    /// Tokens that are being looked at: many requests at once with one token are one guess.
    private let underWay = Locked<Set<[UInt8]>>([])

    init(limits: Limits = Limits(), time: any TimeSource) {
        (self.limits, self.time) = (limits, time)
        known = AnswerCache(lifetime: limits.memory, most: 10_000, time: time)
        unknown = AnswerCache(lifetime: limits.memory, most: 10_000, time: time)
    }

    /// Takes an attempt before a token is looked at, so that many at once are no more than one after the other.
    ///
    /// - Returns: How long to wait where there is none left; else the attempt, of which the caller tells how it ended.
    func begin(_ token: String, from remote: String) -> Verdict {
        let digest = Array(SHA256.hash(data: Array(token.utf8)))
        if known[digest] != nil || unknown[digest] != nil || underWay.withLock({ $0.contains(digest) }) { return .look(Attempt(digest: digest, address: nil)) }
        let address = Self.network(of: remote)
        let (now, limits) = (time.elapsed, limits)
        let wait = rests.withLock { rests -> Duration? in
            var rest = rests[address] ?? Rest(attempts: limits.most, at: now)
            while rest.attempts < limits.most, rest.at + limits.every <= now {
                rest.attempts += 1
                rest.at += limits.every
            }
            if rest.attempts >= limits.most { rest.at = now }
            guard rest.attempts > 0 else {
                rests[address] = rest
                return rest.at + limits.every - now
            }
            rest.attempts -= 1
            rests[address] = rest
            if rests.count > limits.addresses, let oldest = rests.min(by: { $0.value.at < $1.value.at })?.key { rests[oldest] = nil }
            return nil
        }
        if let wait { return .wait(wait) }
        underWay.withLock { _ = $0.insert(digest) }
        return .look(Attempt(digest: digest, address: address))
    }

    enum Verdict {
        case look(Attempt)
        case wait(Duration)
    }

    struct Attempt {
        fileprivate var digest: [UInt8]
        /// Nil: nothing was taken.
        fileprivate var address: String?
    }

    /// Somebody knows the token: it counts for nothing.
    func succeeded(_ attempt: Attempt) {
        known[attempt.digest] = true
        giveBack(attempt)
    }

    /// Whether somebody does could not be found out: it counts for nothing, and is asked again.
    func isOpen(_ attempt: Attempt) { giveBack(attempt) }

    private func giveBack(_ attempt: Attempt) {
        guard let address = attempt.address else { return }
        underWay.withLock { _ = $0.remove(attempt.digest) }
        let most = limits.most
        rests.withLock { rests in
            guard var rest = rests[address] else { return }
            rest.attempts = min(most, rest.attempts + 1)
            // An address that has all that it may have is as one that was never seen.
            rests[address] = rest.attempts == most ? nil : rest
        }
    }

    /// Nobody does.
    func failed(_ attempt: Attempt) {
        unknown[attempt.digest] = true
        if attempt.address != nil { underWay.withLock { _ = $0.remove(attempt.digest) } }
    }

    /// Of IPv6 the first 64 bits, for one machine has all the others (RFC 6177); of IPv4 the address.
    static func network(of remote: String) -> String {
        guard remote.contains(":"), !remote.contains(".") else { return remote }
        let groups = remote.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let gap = remote.firstRange(of: "::") else { return groups.prefix(4).joined(separator: ":") }
        let before = remote[..<gap.lowerBound].split(separator: ":").map(String.init)
        let after = remote[gap.upperBound...].split(separator: ":").map(String.init)
        let zeros = [String](repeating: "0", count: max(0, 8 - before.count - after.count))
        return (before + zeros + after).prefix(4).joined(separator: ":")
    }
}
