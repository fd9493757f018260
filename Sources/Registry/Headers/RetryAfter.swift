internal import Basics

/// `Retry-After` (RFC 9110 10.2.3): seconds, or a date.
enum RetryAfter {
    /// How long to stay away; nil for anything that cannot be read. At most a day.
    static func parse(_ text: String?, now: Timestamp) -> Duration? {
        guard let text else { return nil }
        let trimmed = text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        if !trimmed.isEmpty, trimmed.utf8.allSatisfy(\.isDigit) {
            guard let number = Int64(trimmed) else { return .seconds(86_400) }
            // Docker Hub writes the moment as seconds since 1970.
            if number > 1_000_000_000, number < 100_000_000_000 { return bounded(Timestamp(milliseconds: number &* 1000).duration(since: now)) }
            return bounded(.seconds(min(number, 86_400)))
        }
        return HTTPDate.parse(trimmed).map { bounded($0.duration(since: now)) }
    }

    private static func bounded(_ duration: Duration) -> Duration { min(max(duration, .zero), .seconds(86_400)) }
}
