internal import Basics

/// Answers for a short time, and never many.
final class AnswerCache<Key: Hashable & Sendable, Answer: Sendable>: Sendable {
    private struct Entry: Sendable {
        var answer: Answer
        var until: Duration
    }

    private let entries = Locked<[Key: Entry]>([:])
    private let lifetime: Duration
    private let most: Int
    private let time: any TimeSource

    init(lifetime: Duration, most: Int, time: any TimeSource) { (self.lifetime, self.most, self.time) = (lifetime, most, time) }

    /// The answer to a question, while it is fresh; setting nil forgets it.
    subscript(_ key: Key) -> Answer? {
        get {
            let now = time.elapsed
            return entries.withLock { entries in entries[key].flatMap { $0.until > now ? $0.answer : nil } }
        }
        set {
            let now = time.elapsed
            let fresh = newValue.map { Entry(answer: $0, until: now + lifetime) }
            let most = most
            entries.withLock { entries in
                entries[key] = fresh
                guard entries.count > most else { return }
                entries = entries.filter { $0.value.until > now }
                // All are fresh: whoever asks so much is asked again.
                if entries.count > most { entries = fresh.map { [key: $0] } ?? [:] }
            }
        }
    }
}
