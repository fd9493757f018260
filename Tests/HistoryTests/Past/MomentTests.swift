import Basics
import Testing

@testable import History

@Suite struct MomentTests {
    private static let now = Timestamp("2026-11-21T15:30:00Z") ?? Timestamp(milliseconds: 0)

    @Test(arguments: [
        ("2026-11-20T14:00:00Z", "2026-11-20T14:00:00Z"), ("2026-11-20t14:00:00+02:00", "2026-11-20T12:00:00Z"),
        ("2026-11-20 14:00", "2026-11-20T14:00:00Z"), ("2026-11-20 9:05:07", "2026-11-20T09:05:07Z"), ("2026-11-20", "2026-11-20T00:00:00Z"),
        ("2026-11-20T14:00", "2026-11-20T14:00:00Z"), ("2026-11-20 14:00+01:00", "2026-11-20T13:00:00Z"), ("2h ago", "2026-11-21T13:30:00Z"),
        ("1h30m ago", "2026-11-21T14:00:00Z"), ("3 days ago", "2026-11-18T15:30:00Z"), ("an hour ago", "2026-11-21T14:30:00Z"),
        ("a week ago", "2026-11-14T15:30:00Z"), ("yesterday 14:00", "2026-11-20T14:00:00Z"), ("yesterday", "2026-11-20T15:30:00Z"),
        ("today 9:30", "2026-11-21T09:30:00Z"), ("14:00", "2026-11-21T14:00:00Z"), ("now", "2026-11-21T15:30:00Z"), ("90s ago", "2026-11-21T15:28:30Z"),
    ]) func time(_ text: String, _ expected: String) throws {
        #expect(try Moment(text, now: Self.now) == .time(Timestamp(expected) ?? Timestamp(milliseconds: 0)))
    }

    @Test(arguments: ["main", "v1.2.3", "1a2b3c4", "main~3", "HEAD^", "release/2026-11", "20261120"]) func revision(_ text: String) throws {
        #expect(try Moment(text, now: Self.now) == .revision(text))
    }

    @Test(arguments: ["", "  ", "two hours ago", "ago", "yesterday noon", "2026-11-20 25:00", "99999999999999999999y ago", "5 ago", "last week or so"])
    func nonsense(_ text: String) {
        #expect(throws: HistoryError.self) { try Moment(text, now: Self.now) }
    }
}
