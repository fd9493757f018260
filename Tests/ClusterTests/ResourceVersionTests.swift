import Testing

@testable import Cluster

@Suite struct ResourceVersionTests {
    @Test(arguments: [
        ("1", "2", true), ("2", "1", false), ("9", "10", true), ("10", "9", false), ("7", "7", false),
        ("18446744073709551616", "18446744073709551617", true),
    ])
    func numbersAreCompared(left: String, right: String, expected: Bool) {
        #expect(isOlder(left, than: right) == expected)
    }

    @Test(arguments: [("", "1"), ("1", ""), ("a", "1"), ("01", "2"), ("-1", "2"), ("1", "2x")])
    func othersAreNot(left: String, right: String) {
        #expect(isOlder(left, than: right) == nil)
    }
}
