import Kubernetes
import RegularExpression
import Testing

@testable import Rollout

/// What conditions mean, proven with RE2 both ways that routers match: anywhere in the value, and the value as a whole.
@Suite struct HeaderConditionTests {
    struct Meaning: Sendable, CustomTestStringConvertible {
        let expression: String
        let holds: [String]
        let fails: [String]
        var testDescription: String { expression }
    }

    static let headers: [Meaning] = [
        Meaning(expression: "iphone", holds: ["iphone", "an iphone here"], fails: ["iPhone", "", "android"]),
        Meaning(expression: "(?i)(iphone|android)", holds: ["An iPhone", "ANDROID 15"], fails: ["desktop"]),
        Meaning(expression: "^1$", holds: ["1"], fails: ["11", "0 1", ""]),
        Meaning(expression: "^a|b$", holds: ["ax", "xb"], fails: ["xa", "bx"]),
        Meaning(expression: "a|b", holds: ["xbx", "a"], fails: ["c"]),
        Meaning(expression: "\\Q(a", holds: ["x(ay"], fails: ["xay"]),
        Meaning(expression: "", holds: ["", "x"], fails: []),
    ]

    @Test(arguments: headers) func anExpressionForAHeader(_ one: Meaning) throws {
        let match = RequestMatch(.header, "x", isRegularExpression: true, one.expression)
        let condition = try #require(try HeaderCondition.all([match], workload: Shop.workload).first)
        try check(condition, one)
    }

    static let cookies: [Meaning] = [
        Meaning(
            expression: "yes", holds: ["beta=yes", "a=1; beta=yes", "beta=xyesx;c=2", "a=1;beta=yes ; b=3"],
            fails: ["alpha=yes", "xbeta=yes", "beta=no; c=yes", ""]),
        Meaning(expression: "^a", holds: ["beta=abc", "x=1; beta=a"], fails: ["beta=ba", "a=1; beta=x", "beta=x; y=a"]),
        Meaning(expression: "a$", holds: ["beta=ba", "beta=ba; c=1"], fails: ["beta=ab", "beta=b; c=a"]),
        Meaning(expression: "^(1|2)$", holds: ["beta=1", "x=3; beta=2; y=1"], fails: ["beta=3; gamma=1", "beta=12"]),
        Meaning(expression: "^a|b$", holds: ["beta=ax", "beta=xb; c=d"], fails: ["beta=xa", "beta=bx; c=b"]),
        Meaning(expression: "a.*b", holds: ["beta=axxb"], fails: ["beta=a; c=b"]),
        Meaning(expression: "a[^x]*b", holds: ["beta=a11b"], fails: ["beta=a; c=b", "beta=axb"]),
        Meaning(expression: "a[^]x]*b", holds: ["beta=a11b"], fails: ["beta=a; c=b", "beta=a]b"]),
        Meaning(expression: "a\\D+b", holds: ["beta=a--b"], fails: ["beta=a; c=b", "beta=a1b"]),
        Meaning(expression: "^\\S+$", holds: ["beta=x"], fails: ["beta=; c=1"]),
        Meaning(expression: "(?i)^YES$", holds: ["beta=yes", "beta=Yes"], fails: ["beta=yess", "BETA=no"]),
        Meaning(expression: "(?P<group>\\d{2,3})", holds: ["beta=x12"], fails: ["beta=1", "beta=1; c=12"]),
        Meaning(expression: "\\Qa.b\\E", holds: ["beta=xa.b"], fails: ["beta=axb"]),
        Meaning(expression: "[[:digit:]]\\x41", holds: ["beta=1A"], fails: ["beta=A1"]),
    ]

    @Test(arguments: cookies) func anExpressionForACookie(_ one: Meaning) throws {
        let match = RequestMatch(.cookie, "beta", isRegularExpression: true, one.expression)
        let condition = try #require(try HeaderCondition.all([match], workload: Shop.workload).first)
        #expect(condition.name == "cookie")
        try check(condition, one)
    }

    @Test func cookiesByValueAndSeveralOfThem() throws {
        let first = RequestMatch(.cookie, "b.ta", isRegularExpression: false, "al+ways")
        let one = try #require(try HeaderCondition.all([first], workload: Shop.workload).first)
        try check(
            one,
            Meaning(
                expression: "", holds: ["b.ta=al+ways", "x=1;  b.ta=al+ways;y=2"],
                fails: ["beta=al+ways", "b.ta=allways", "b.ta=al+ways2", "c=b.ta=al+ways"]))
        let second = RequestMatch(.cookie, "region", isRegularExpression: true, "^eu")
        let conditions = try HeaderCondition.all([first, second, first], workload: Shop.workload)
        #expect(conditions.count == 1)
        try check(
            try #require(conditions.first),
            Meaning(
                expression: "", holds: ["b.ta=al+ways; region=eu-1", "region=eu; z=1; b.ta=al+ways"],
                fails: ["b.ta=al+ways", "region=eu", "b.ta=al+ways; region=us; x=eu", "b.ta=al+waysregion=eu"]))
    }

    private func check(_ condition: HeaderCondition, _ meaning: Meaning) throws {
        guard case .expression(let text) = condition.text else {
            Issue.record("no expression")
            return
        }
        let (search, whole) = (try RegularExpression(text), try RegularExpression("^(?:\(text))$"))
        for value in meaning.holds { #expect(search.matches(value) && whole.matches(value), "\(text) on \(value)") }
        for value in meaning.fails { #expect(!search.matches(value) && !whole.matches(value), "\(text) on \(value)") }
    }

    static let refusals: [([RequestMatch], String)] = [
        ([], "no condition"),
        ([RequestMatch(.header, "x y", isRegularExpression: false, "1")], "cannot be the name"),
        ([RequestMatch(.header, "x:y", isRegularExpression: false, "1")], "cannot be the name"),
        ([RequestMatch(.header, "x", isRegularExpression: false, "1\n2")], "characters that no header can have"),
        ([RequestMatch(.header, "x", isRegularExpression: true, "a)(b")], "is not one"),
        ([RequestMatch(.header, "x", isRegularExpression: true, "(?=a)")], "is not one"),
        (
            [RequestMatch(.header, "x", isRegularExpression: true, "a"), RequestMatch(.header, "X", isRegularExpression: true, "b")],
            "write one"
        ),
        (
            [RequestMatch(.header, "x", isRegularExpression: false, "a"), RequestMatch(.header, "X", isRegularExpression: false, "b")],
            "contradict"
        ),
        (
            [RequestMatch(.header, "x", isRegularExpression: false, "a"), RequestMatch(.header, "X", isRegularExpression: true, "b")],
            "contradict"
        ),
        (
            [RequestMatch(.cookie, "x", isRegularExpression: false, "a"), RequestMatch(.header, "cookie", isRegularExpression: true, "b")],
            "use one of the two"
        ),
        (
            [RequestMatch(.cookie, "x", isRegularExpression: false, "a"), RequestMatch(.cookie, "x", isRegularExpression: false, "b")],
            "named twice"
        ),
        ([RequestMatch(.cookie, "x", isRegularExpression: false, "a; b")], "no value with"),
        ([RequestMatch(.cookie, "x", isRegularExpression: true, "a;b")], "\";\" in the expression"),
        ([RequestMatch(.cookie, "x", isRegularExpression: true, "a[!-~]")], "\"[!-~]\" in the expression"),
        ([RequestMatch(.cookie, "x", isRegularExpression: true, "a(^b)")], "\"^\" in the expression"),
        ([RequestMatch(.cookie, "x", isRegularExpression: true, "a(?i)b")], "\"(?i)\" in the expression"),
        ([RequestMatch(.cookie, "x", isRegularExpression: true, "\\PL")], "\"\\PL\" in the expression"),
        ((0..<4).map { RequestMatch(.cookie, "x\($0)", isRegularExpression: false, "a") }, "more than three"),
    ]

    @Test(arguments: refusals) func whatCannotBeOneConditionIsSaid(_ matches: [RequestMatch], _ text: String) {
        let error = #expect(throws: RolloutError.self) { try HeaderCondition.all(matches, workload: Shop.workload) }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
        #expect(error?.annotation == MartletAnnotations.match)
    }

    @Test func conditionsOnOneHeaderThatAgreeAreOne() throws {
        let exact = RequestMatch(.header, "x", isRegularExpression: false, "abc")
        let like = RequestMatch(.header, "X", isRegularExpression: true, "^a")
        for matches in [[exact, like], [like, exact], [exact, exact]] {
            #expect(try HeaderCondition.all(matches, workload: Shop.workload).map(\.text) == [.exact("abc")])
        }
    }
}
