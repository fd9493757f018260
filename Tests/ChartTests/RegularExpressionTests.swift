import RegularExpression
import Testing

@Suite("Regular expressions, as Go has them")
struct RegularExpressionTests {
    @Test(arguments: [
        ("a(b", "error parsing regexp: missing closing ): `a(b`"), ("[z-a]", "error parsing regexp: invalid character class range: `z-a`"),
        ("a**", "error parsing regexp: invalid nested repetition operator: `**`"), ("*a", "error parsing regexp: missing argument to repetition operator: `*`"),
        ("a\\", "error parsing regexp: trailing backslash at end of expression: ``"), ("[a", "error parsing regexp: missing closing ]: `[a`"),
    ])
    func refuses(pattern: String, message: String) {
        let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-"), ("a(x*)b", "-ab-axxb-", "$1W", "---"), ("(?P<n>a)|b", "ab", "<$n>", "<a><>"),
        ("(?<n>a)", "xax", "[${n}]", "x[a]x"), ("", "abc", "-", "-a-b-c-"), ("a*", "baac", "-", "-b-c-"), ("a", "a", "$$", "$"),
        ("é", "xéy", "e", "xey"), ("a", "a", "$", "$"), ("a", "a", "${", "${"),
    ])
    func replaces(pattern: String, text: String, replacement: String, expected: String) throws {
        #expect(try RegularExpression(pattern).replaceAll(text, with: replacement) == expected)
    }

    @Test func finds() throws {
        let digits = try RegularExpression("[0-9]+")
        #expect(digits.find("ab12c3") == "12")
        #expect(digits.find("abc") == nil)
        #expect(digits.findAll("1a22b333") == ["1", "22", "333"])
        #expect(digits.findAll("1a22b333", limit: 2) == ["1", "22"])
        #expect(try RegularExpression("a*").findAll("baa") == ["", "aa"])
        #expect(try RegularExpression("(a)(x)?").findGroups("a") == ["a", "a", ""])
        #expect(try RegularExpression("(?P<one>a)(b)").groupNames == ["", "one", ""])
    }

    @Test(arguments: [
        ("z+", "pizza", -1, ["pi", "a"]), ("a", "bab", 1, ["bab"]), ("a", "bab", 0, []), ("", "abc", -1, ["a", "b", "c"]),
        ("x", "", -1, [""]), ("a", "aba", -1, ["", "b", ""]), ("a", "b", -1, ["b"]),
    ])
    func splits(pattern: String, text: String, limit: Int, expected: [String]) throws {
        #expect(try RegularExpression(pattern).split(text, limit: limit) == expected)
    }

    @Test func quotes() { #expect(RegularExpression.quoteMeta("1.2*[a]") == "1\\.2\\*\\[a\\]") }

    /// A pattern that takes exponential time elsewhere.
    @Test func isLinear() throws {
        let text = String(repeating: "a", count: 50_000) + "c"
        #expect(try !RegularExpression("^(a+)+b$").matches(text))
    }
}
